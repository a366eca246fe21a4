import Foundation
import MatrixPusher
import Testing

@testable import PusherService

/// The rules about what stands at the socket's path.
@Suite struct SocketFileTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        lstat(path, &status)
        return status.st_mode & 0o7777
    }

    @Test(arguments: [mode_t(0o600), 0o660, 0o666])
    func hasItsModeWhateverTheUmask(wanted: mode_t) throws {
        let file = try SocketFile(binding: folder.file("s"), mode: wanted)
        #expect(mode(folder.file("s")) == wanted)
        close(file.descriptor)
    }

    @Test func replacesASocketNobodyAnswersOn() throws {
        let dead = try SocketFile(binding: folder.file("s"), mode: 0o600)
        close(dead.descriptor)
        let file = try SocketFile(binding: folder.file("s"), mode: 0o660)
        #expect(mode(folder.file("s")) == 0o660)
        close(file.descriptor)
    }

    @Test func leavesALiveSocketAlone() throws {
        let live = try SocketFile(binding: folder.file("s"), mode: 0o600)
        listen(live.descriptor, 1)
        #expect { try SocketFile(binding: folder.file("s"), mode: 0o660) } throws: { error in
            "\(error)" == "another process answers on the socket \(folder.file("s"))"
        }
        #expect(mode(folder.file("s")) == 0o600)
        close(live.descriptor)
    }

    @Test func leavesAnotherFileAlone() throws {
        try Data("precious".utf8).write(to: URL(fileURLWithPath: folder.file("s")))
        #expect { try SocketFile(binding: folder.file("s"), mode: 0o660) } throws: { error in
            "\(error)".contains("is no socket")
        }
        #expect(try String(contentsOfFile: folder.file("s"), encoding: .utf8) == "precious")
    }

    @Test func namesAMissingFolder() {
        let path = folder.file("missing/s")
        #expect { try SocketFile(binding: path, mode: 0o660) } throws: { error in
            "\(error)" == "cannot create the socket \(path): No such file or directory"
        }
    }

    @Test func refusesAPathTheSystemCannotHold() {
        let path = folder.file(String(repeating: "s", count: 108))
        #expect { try SocketFile(binding: path, mode: 0o660) } throws: { error in
            "\(error)".contains("the system allows 107")
        }
    }

    @Test func isRemovedAtTheEndUnlessItIsAnothers() throws {
        let own = try SocketFile(binding: folder.file("s"), mode: 0o600)
        close(own.descriptor)
        let other = try SocketFile(binding: folder.file("s"), mode: 0o600)
        // The file may have its predecessor's inode number and, here, its time.
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 0)], ofItemAtPath: folder.file("s")
        )
        own.remove()
        other.remove()
        #expect(FileManager.default.fileExists(atPath: folder.file("s")))
        close(other.descriptor)
        let third = try SocketFile(binding: folder.file("s"), mode: 0o600)
        third.remove()
        #expect(!FileManager.default.fileExists(atPath: folder.file("s")))
        close(third.descriptor)
    }
}
