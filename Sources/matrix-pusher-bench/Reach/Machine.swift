import Glibc

/// The machine that is measured on.
enum Machine {
    static var description: String {
        let model = field("model name", in: "/proc/cpuinfo") ?? "unknown processor"
        let memory = field("MemTotal", in: "/proc/meminfo").flatMap { Int($0.split(separator: " ").first ?? "") } ?? 0
        let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        let kernel =
            ((try? File.read("/proc/sys/kernel/osrelease")).map { String(decoding: $0, as: UTF8.self) } ?? "")
            .split(separator: "\n").first.map(String.init) ?? ""
        return "\(cores) × \(model), \((memory + 524_288) / 1_048_576) GiB, Linux \(kernel)"
    }

    private static func field(_ name: String, in file: String) -> String? {
        guard let bytes = try? File.read(file) else { return nil }
        let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(separator: ":", maxSplits: 1).last.map { String($0.drop { $0 == " " }) }
    }
}
