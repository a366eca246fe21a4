internal import CSQLite

/// A write-ahead log whose frames can be gathered while a commit runs, to be written at once.
///
/// SQLite writes each frame's head and page by themselves: forty system calls for a commit of twenty pages, where one does.
/// Nothing is gathered but within a commit, and its last page writes everything: SQLite hears in time of what fails, no other
/// connection is told of a frame that is not in the file, whatever `synchronous` is, and nothing is left when the lock is
/// given up. Frames: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
struct LogFile {
    private typealias File = UnsafeMutablePointer<sqlite3_file>

    // First: SQLite knows this struct by it.
    private var file = sqlite3_file()
    private let real: File
    private var isInCommit = false
    /// Memory for what is gathered, from the first time on.
    private(set) var gathered: UnsafeMutableRawPointer?
    /// Where in the file what is gathered belongs.
    private var offset: Int64 = 0
    private var count = 0
    /// The frame whose head was gathered last is a commit's last one.
    private var completesCommit = false

    private static let capacity = 64 << 10
    private static let frameHeadSize = 24

    /// Bytes before the VFS's own file, a multiple of its alignment.
    static var headSize: Int { (MemoryLayout<Self>.size + 15) & ~15 }

    /// Makes a file in SQLite's memory.
    /// - Parameter openReal: Opens the VFS's own file in the memory it is given.
    static func open(
        at file: UnsafeMutablePointer<sqlite3_file>, _ openReal: (UnsafeMutablePointer<sqlite3_file>) -> Int32
    ) -> Int32 {
        let real = (UnsafeMutableRawPointer(file) + headSize).assumingMemoryBound(to: sqlite3_file.self)
        // SQLite closes a file that has methods, also where opening failed.
        file.pointee.pMethods = nil
        real.pointee.pMethods = nil
        let result = openReal(real)
        guard real.pointee.pMethods != nil else { return result }
        UnsafeMutableRawPointer(file).initializeMemory(as: LogFile.self, to: LogFile(real: real))
        file.pointee.pMethods = methods
        return result
    }

    private init(real: UnsafeMutablePointer<sqlite3_file>) {
        self.real = real
    }

    /// The log of a connection; nil where it has none that can gather.
    static func log(of connection: OpaquePointer) -> UnsafeMutablePointer<LogFile>? {
        var database: File?
        var log: File?
        guard sqlite3_file_control(connection, nil, SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK, let log,
            log.pointee.pMethods == methods,
            sqlite3_file_control(connection, nil, SQLITE_FCNTL_FILE_POINTER, &database) == SQLITE_OK, let database,
            // Without this SQLite fills up the last sector behind a commit, and cuts a frame in two where that begins.
            database.pointee.pMethods.pointee.xDeviceCharacteristics(database) & SQLITE_IOCAP_POWERSAFE_OVERWRITE != 0
        else { return nil }
        return at(log)
    }

    // MARK: Gathering

    /// Nothing is gathered.
    var isWritten: Bool { count == 0 }

    /// From here on frames are gathered.
    mutating func beginCommit() {
        isInCommit = true
    }

    /// The commit is done, or has failed: what is left of it then belongs nowhere.
    mutating func endCommit() {
        isInCommit = false
        count = 0
    }

    private mutating func write(_ bytes: UnsafeRawPointer, _ size: Int, at place: Int64) -> Int32 {
        let isHead = size == Self.frameHeadSize
        if count > 0 {
            if place == offset + Int64(count), count + size <= Self.capacity, let gathered {
                (gathered + count).copyMemory(from: bytes, byteCount: size)
                count += size
                if isHead { completesCommit = Self.isOfCommit(bytes) }
                return isHead || !completesCommit ? SQLITE_OK : flush()
            }
            let result = flush()
            guard result == SQLITE_OK else { return result }
        }
        guard isInCommit, isHead, !Self.isOfCommit(bytes), let buffer = gathered ?? sqlite3_malloc(Int32(Self.capacity))
        else {
            return real.pointee.pMethods.pointee.xWrite(real, bytes, Int32(size), place)
        }
        buffer.copyMemory(from: bytes, byteCount: size)
        gathered = buffer
        offset = place
        count = size
        completesCommit = false
        return SQLITE_OK
    }

    /// Writes what was gathered. Where that fails the commit does, and it is lost.
    private mutating func flush() -> Int32 {
        guard count > 0 else { return SQLITE_OK }
        defer { count = 0 }
        return real.pointee.pMethods.pointee.xWrite(real, gathered, Int32(count), offset)
    }

    /// The second number of a commit's last frame is the size of the database, of others 0.
    private static func isOfCommit(_ head: UnsafeRawPointer) -> Bool {
        head.loadUnaligned(fromByteOffset: 4, as: UInt32.self) != 0
    }

    private mutating func close() -> Int32 {
        sqlite3_free(gathered)
        return real.pointee.pMethods.pointee.xClose(real)
    }

    // MARK: SQLite's calls

    /// Never freed, as any file may have it.
    nonisolated(unsafe) private static let methods: UnsafePointer<sqlite3_io_methods> = {
        var methods = sqlite3_io_methods()
        // Version 1: shared memory and mapping are the database file's, not the log's.
        methods.iVersion = 1
        methods.xClose = { LogFile.at($0).pointee.close() }
        methods.xWrite = { file, bytes, size, place in
            guard let bytes else { return SQLITE_MISUSE }
            return LogFile.at(file).pointee.write(bytes, Int(size), at: place)
        }
        methods.xRead = { file, bytes, size, place in
            LogFile.flushed(file) { $0.pointee.pMethods.pointee.xRead($0, bytes, size, place) }
        }
        methods.xTruncate = { file, size in
            LogFile.flushed(file) { $0.pointee.pMethods.pointee.xTruncate($0, size) }
        }
        methods.xSync = { file, flags in
            LogFile.flushed(file) { $0.pointee.pMethods.pointee.xSync($0, flags) }
        }
        methods.xFileSize = { file, size in
            LogFile.flushed(file) { $0.pointee.pMethods.pointee.xFileSize($0, size) }
        }
        methods.xFileControl = { file, operation, argument in
            LogFile.flushed(file) { $0.pointee.pMethods.pointee.xFileControl($0, operation, argument) }
        }
        methods.xLock = { file, level in LogFile.flushed(file) { $0.pointee.pMethods.pointee.xLock($0, level) } }
        methods.xUnlock = { file, level in LogFile.flushed(file) { $0.pointee.pMethods.pointee.xUnlock($0, level) } }
        methods.xCheckReservedLock = { file, result in
            LogFile.flushed(file) { $0.pointee.pMethods.pointee.xCheckReservedLock($0, result) }
        }
        methods.xSectorSize = { file in
            let real = LogFile.at(file).pointee.real
            return real.pointee.pMethods.pointee.xSectorSize(real)
        }
        methods.xDeviceCharacteristics = { file in
            let real = LogFile.at(file).pointee.real
            return real.pointee.pMethods.pointee.xDeviceCharacteristics(real)
        }
        let memory = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        memory.initialize(to: methods)
        return UnsafePointer(memory)
    }()

    private static func at(_ file: File?) -> UnsafeMutablePointer<LogFile> {
        // SQLite calls these of a file alone that it has.
        UnsafeMutableRawPointer(file!).assumingMemoryBound(to: LogFile.self)
    }

    /// Writes what was gathered, then lets the VFS's own file do the rest.
    private static func flushed(_ file: File?, _ call: (File) -> Int32) -> Int32 {
        let log = at(file)
        let result = log.pointee.flush()
        return result == SQLITE_OK ? call(log.pointee.real) : result
    }
}
