internal import CSQLite

@testable internal import PushQueue

/// A `LogFile`, in a commit, on a file that records what reaches it.
final class RecordedLog {
    struct Write: Equatable {
        var offset: Int64
        var bytes: [UInt8]
    }

    enum Call {
        case read, write, sync, size, truncate, control, close

        /// What SQLite does with a log beside writing to it.
        static let others: [Call] = [.read, .sync, .size, .truncate, .control]
    }

    /// What the file below says to writes.
    var failure = SQLITE_OK
    private(set) var writes: [Write] = []
    private(set) var calls: [Call] = []
    private let file: UnsafeMutablePointer<sqlite3_file>
    private let memory: UnsafeMutableRawPointer
    private var isOpen = true

    /// The file below: SQLite's head, and whose it is.
    private struct Recorder {
        var file = sqlite3_file()
        let log: Unmanaged<RecordedLog>
    }

    init() {
        memory = .allocate(byteCount: LogFile.headSize + MemoryLayout<Recorder>.size, alignment: 16)
        file = memory.bindMemory(to: sqlite3_file.self, capacity: 1)
        _ = LogFile.open(at: file) { real in
            UnsafeMutableRawPointer(real).initializeMemory(as: Recorder.self, to: Recorder(log: .passUnretained(self)))
            real.pointee.pMethods = Self.methods
            return SQLITE_OK
        }
        log.pointee.beginCommit()
    }

    var log: UnsafeMutablePointer<LogFile> { memory.assumingMemoryBound(to: LogFile.self) }

    deinit {
        if isOpen { _ = file.pointee.pMethods.pointee.xClose(file) }
        memory.deallocate()
    }

    /// The file as the writes make it.
    var content: [UInt8] {
        var content: [UInt8] = []
        for write in writes {
            let end = Int(write.offset) + write.bytes.count
            if content.count < end { content += [UInt8](repeating: 0, count: end - content.count) }
            content.replaceSubrange(Int(write.offset)..<end, with: write.bytes)
        }
        return content
    }

    func write(_ bytes: [UInt8], at offset: Int64) -> Int32 {
        file.pointee.pMethods.pointee.xWrite(file, bytes, Int32(bytes.count), offset)
    }

    func run(_ call: Call) -> Int32 {
        let methods = file.pointee.pMethods.pointee
        var size: Int64 = 0
        var byte: UInt8 = 0
        switch call {
        case .read: return methods.xRead(file, &byte, 1, 0)
        case .sync: return methods.xSync(file, SQLITE_SYNC_NORMAL)
        case .size: return methods.xFileSize(file, &size)
        case .truncate: return methods.xTruncate(file, 0)
        case .control: return methods.xFileControl(file, 0, nil)
        case .write: return write([0], at: 0)
        case .close:
            isOpen = false
            return methods.xClose(file)
        }
    }

    private static func note(_ call: Call, of file: UnsafeMutablePointer<sqlite3_file>?) -> Int32 {
        log(of: file).calls.append(call)
        return SQLITE_OK
    }

    private static func log(of file: UnsafeMutablePointer<sqlite3_file>?) -> RecordedLog {
        UnsafeMutableRawPointer(file!).assumingMemoryBound(to: Recorder.self).pointee.log
            .takeUnretainedValue()
    }

    nonisolated(unsafe) private static let methods: UnsafePointer<sqlite3_io_methods> = {
        var methods = sqlite3_io_methods()
        methods.iVersion = 1
        methods.xWrite = { file, bytes, size, offset in
            let log = RecordedLog.log(of: file)
            guard log.failure == SQLITE_OK else { return log.failure }
            log.writes.append(
                Write(offset: offset, bytes: Array(UnsafeRawBufferPointer(start: bytes, count: Int(size)))))
            return RecordedLog.note(.write, of: file)
        }
        methods.xRead = { file, _, _, _ in RecordedLog.note(.read, of: file) }
        methods.xSync = { file, _ in RecordedLog.note(.sync, of: file) }
        methods.xFileSize = { file, _ in RecordedLog.note(.size, of: file) }
        methods.xTruncate = { file, _ in RecordedLog.note(.truncate, of: file) }
        methods.xFileControl = { file, _, _ in RecordedLog.note(.control, of: file) }
        methods.xClose = { file in RecordedLog.note(.close, of: file) }
        let memory = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        memory.initialize(to: methods)
        return UnsafePointer(memory)
    }()
}
