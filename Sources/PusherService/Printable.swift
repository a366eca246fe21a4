/// Text from elsewhere on its way to a terminal or a log.
package enum Printable {
    /// The text with `?` for every control character and every mark that turns the direction of writing, so that a
    /// name can neither move the cursor nor pass for another line.
    package static func text(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHarmful) else { return text }
        var printable = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { printable.append(isHarmful(scalar) ? "?" : scalar) }
        return String(printable)
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
