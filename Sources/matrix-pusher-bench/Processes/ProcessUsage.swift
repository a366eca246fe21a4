import Glibc
import SidecarHarness

/// What another process has used, as the kernel counts it.
struct ProcessUsage {
    let processID: pid_t

    /// Nanoseconds of processor time, user and system, of all its threads, also of those that have ended.
    var cpuNanoseconds: UInt64 {
        get throws {
            var clock = clockid_t()
            guard clock_getcpuclockid(processID, &clock) == 0 else { throw HarnessError("no process \(processID)") }
            return Monotonic.nanoseconds(clock)
        }
    }

    /// Bytes resident now.
    var residentBytes: Int { get throws { try status("VmRSS:") } }

    /// Most bytes ever resident.
    var peakBytes: Int { get throws { try status("VmHWM:") } }

    private func status(_ name: String) throws -> Int {
        guard let stream = fopen("/proc/\(processID)/status", "r") else {
            throw HarnessError("no process \(processID)")
        }
        defer { fclose(stream) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), stream) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            guard text.hasPrefix(name) else { continue }
            if let kilobytes = text.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) }) {
                return kilobytes * 1024
            }
        }
        throw HarnessError("/proc/\(processID)/status has no \(name)")
    }
}
