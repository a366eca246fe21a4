internal import CSQLite

/// The default VFS, but with a write-ahead log that can take several frames in one write (``LogFile``).
///
/// Registered beside that one, which stays the default of the process.
enum LogVFS {
    /// What `sqlite3_open_v2` is to be given; nil where there is no VFS to build upon.
    static let name: String? = register() ? "\(registeredName)" : nil

    private static let registeredName: StaticString = "matrix-pusher"

    private typealias VFS = UnsafeMutablePointer<sqlite3_vfs>

    private static func register() -> Bool {
        guard let base = sqlite3_vfs_find(nil) else { return false }
        // Never freed: SQLite keeps it as long as the process lives.
        let vfs = VFS.allocate(capacity: 1)
        // What is not replaced here belongs to loadable extensions, which nobody loads.
        vfs.initialize(to: base.pointee)
        vfs.pointee.pNext = nil
        vfs.pointee.zName = UnsafeRawPointer(registeredName.utf8Start).assumingMemoryBound(to: CChar.self)
        vfs.pointee.pAppData = UnsafeMutableRawPointer(base)
        // Version 3 exchanges system calls, those of the whole process.
        vfs.pointee.iVersion = min(base.pointee.iVersion, 2)
        vfs.pointee.szOsFile = Int32(LogFile.headSize) + base.pointee.szOsFile
        vfs.pointee.xOpen = { vfs, name, file, flags, openedFlags in
            guard let base = LogVFS.base(of: vfs), let file else { return SQLITE_INTERNAL }
            guard flags & SQLITE_OPEN_WAL != 0 else { return base.pointee.xOpen(base, name, file, flags, openedFlags) }
            return LogFile.open(at: file) { base.pointee.xOpen(base, name, $0, flags, openedFlags) }
        }
        vfs.pointee.xDelete = { vfs, name, syncsFolder in
            LogVFS.base(of: vfs).map { $0.pointee.xDelete($0, name, syncsFolder) } ?? SQLITE_INTERNAL
        }
        vfs.pointee.xAccess = { vfs, name, flags, result in
            LogVFS.base(of: vfs).map { $0.pointee.xAccess($0, name, flags, result) } ?? SQLITE_INTERNAL
        }
        vfs.pointee.xFullPathname = { vfs, name, size, path in
            LogVFS.base(of: vfs).map { $0.pointee.xFullPathname($0, name, size, path) } ?? SQLITE_INTERNAL
        }
        vfs.pointee.xRandomness = { vfs, size, bytes in
            LogVFS.base(of: vfs).map { $0.pointee.xRandomness($0, size, bytes) } ?? 0
        }
        vfs.pointee.xSleep = { vfs, microseconds in
            LogVFS.base(of: vfs).map { $0.pointee.xSleep($0, microseconds) } ?? 0
        }
        // These need not be there.
        if base.pointee.xCurrentTime != nil {
            vfs.pointee.xCurrentTime = { vfs, days in
                LogVFS.base(of: vfs).map { $0.pointee.xCurrentTime($0, days) } ?? SQLITE_INTERNAL
            }
        }
        if base.pointee.xGetLastError != nil {
            vfs.pointee.xGetLastError = { vfs, size, text in
                LogVFS.base(of: vfs).map { $0.pointee.xGetLastError($0, size, text) } ?? 0
            }
        }
        if vfs.pointee.iVersion >= 2, base.pointee.xCurrentTimeInt64 != nil {
            vfs.pointee.xCurrentTimeInt64 = { vfs, time in
                LogVFS.base(of: vfs).map { $0.pointee.xCurrentTimeInt64($0, time) } ?? SQLITE_INTERNAL
            }
        }
        return sqlite3_vfs_register(vfs, 0) == SQLITE_OK
    }

    private static func base(of vfs: VFS?) -> VFS? {
        vfs?.pointee.pAppData.map { $0.assumingMemoryBound(to: sqlite3_vfs.self) }
    }
}
