internal import Glibc
internal import Testing

@testable internal import PushQueue

@Suite struct MigrationTests {
    @Test func `The list in code is the folder Migrations`() throws {
        let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let directory = try #require(opendir("/\(folder)/Migrations"))
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".sql") { names.append(String(name.dropLast(4))) }
        }
        #expect(names.sorted() == Migration.all.map(\.name))
        for (index, migration) in Migration.all.enumerated() {
            #expect(migration.number == index + 1)
            #expect(Int(migration.name.prefix(4)) == migration.number)
        }
    }
}
