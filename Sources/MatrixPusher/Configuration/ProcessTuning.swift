internal import PushQueue

/// What suits a process that is a pusher and nothing else.
package enum ProcessTuning {
    /// To be called before anything else of this library.
    package static func apply() {
        SQLiteLibrary.countNoMemory()
    }
}
