internal import Glibc

/// A new folder for a socket, a database and logs; its path is short enough for a Unix socket.
package struct TemporaryFolder: Sendable {
    package let path: String

    package init(prefix: String = "matrix-pusher") throws(HarnessError) {
        // $TMPDIR can be too long for a socket's 107 bytes.
        var template = Array("/tmp/\(prefix)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw .systemCall("mkdtemp", "/tmp", code: errno) }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The path of a file in the folder.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file and returns its path.
    @discardableResult
    package func write(_ text: String, to name: String) throws(HarnessError) -> String {
        let path = file(name)
        guard let stream = fopen(path, "w") else { throw .systemCall("open", path, code: errno) }
        defer { fclose(stream) }
        let bytes = Array(text.utf8)
        guard fwrite(bytes, 1, bytes.count, stream) == bytes.count else {
            throw .systemCall("write", path, code: errno)
        }
        return path
    }

    /// A file's text; empty where there is no such file.
    package func read(_ name: String) -> String {
        guard let stream = fopen(file(name), "r") else { return "" }
        defer { fclose(stream) }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, stream)
            if count == 0 { return String(decoding: text, as: UTF8.self) }
            text += chunk.prefix(count)
        }
    }

    /// Removes the folder and the files in it.
    package func remove() {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != "." && name != ".." { unlink(file(name)) }
            }
            closedir(folder)
        }
        rmdir(path)
    }
}
