import Testing

@testable import PusherService

@Suite struct CodePagesTests {
    private func mapping(_ permissions: String, inode: Int, path: String, anonymous: Int) -> String {
        """
        7f10a0000000-7f10a0004000 \(permissions) 00001000 fe:00 \(inode) \(path)
        Size:                 16 kB
        Rss:                  12 kB
        Anonymous:             \(anonymous) kB
        VmFlags: rd ex mr mw me

        """
    }

    @Test(
        arguments: [
            ("r-xp", 9, "/usr/lib/a b.so", 0, true), ("r--p", 9, "/usr/lib/a.so", 0, true),
            ("r-xp", 9, "/usr/lib/a.so", 4, false), ("rw-p", 9, "/usr/lib/a.so", 0, false),
            ("r--s", 9, "/var/lib/queue.db-shm", 0, false), ("r-xp", 0, "[vdso]", 0, false), ("r--p", 0, "", 0, false),
            ("---p", 9, "/usr/lib/a.so", 0, false),
        ])
    func `Only what stands in a file as it does in memory is let go of`(
        permissions: String, inode: Int, path: String, anonymous: Int, isReleased: Bool
    ) {
        let other = mapping("rw-p", inode: 3, path: "/x", anonymous: 0)
        let smaps = other + mapping(permissions, inode: inode, path: path, anonymous: anonymous) + other
        #expect(CodePages.unchanged(smaps) == (isReleased ? [0x7F10_A000_0000..<0x7F10_A000_4000] : []))
    }
}
