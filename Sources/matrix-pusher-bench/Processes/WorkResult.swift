import PushJSON
import SidecarHarness

/// What a floor, a process of its own, has done and used: it prints this, and the tool reads it.
struct WorkResult {
    let items: Int
    let nanoseconds: UInt64
    let cpuNanoseconds: UInt64

    /// Runs work of so many items.
    static func measuring(_ items: Int, _ work: () throws -> Void) rethrows -> WorkResult {
        let start = Monotonic.now
        let cpu = Monotonic.processCPU
        try work()
        return WorkResult(
            items: items, nanoseconds: Monotonic.now - start, cpuNanoseconds: Monotonic.processCPU - cpu)
    }

    init(items: Int, nanoseconds: UInt64, cpuNanoseconds: UInt64) {
        self.items = items
        self.nanoseconds = nanoseconds
        self.cpuNanoseconds = cpuNanoseconds
    }

    init(parsing text: String) throws {
        let members = try JSONDocument(parsing: text).root
        guard let items = members["items"]?.integer, let nanoseconds = members["nanoseconds"]?.integer,
            let cpu = members["cpu_nanoseconds"]?.integer
        else { throw HarnessError("a floor printed no result: \(text)") }
        self.init(items: Int(items), nanoseconds: UInt64(nanoseconds), cpuNanoseconds: UInt64(cpu))
    }

    var json: String {
        #"{"items":\#(items),"nanoseconds":\#(nanoseconds),"cpu_nanoseconds":\#(cpuNanoseconds)}"#
    }

    /// Items a second.
    var rate: Double { Double(items) / Double(nanoseconds) * 1e9 }
    /// Microseconds of processor time an item.
    var cpuMicroseconds: Double { Double(cpuNanoseconds) / Double(items) / 1e3 }
}
