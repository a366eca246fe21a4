internal import Glibc

/// What went wrong around a sidecar: it did not start, did not answer, or not in time.
package struct HarnessError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    /// The failure of a system call, with `errno` in words.
    static func systemCall(_ name: String, _ subject: String, code: Int32) -> HarnessError {
        HarnessError("\(name) \(subject): \(String(cString: strerror(code)))")
    }
}
