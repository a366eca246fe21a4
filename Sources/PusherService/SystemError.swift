internal import Glibc

/// The system's words for its error numbers.
package enum SystemError {
    package static func text(_ number: CInt) -> String {
        String(cString: strerror(number))
    }
}
