internal import Logging
internal import MatrixPusher

/// How values of a type are read and shown.
struct ConfigurationType<Value: Sendable>: Sendable {
    /// What is accepted, for error messages.
    let expectation: String
    /// The text of a refused value is not repeated.
    var isSecret = false
    let parse: @Sendable (ConfigurationText) -> Value?
    let show: @Sendable (Value) -> ConfigurationText
}

extension ConfigurationType where Value == Bool {
    static var flag: Self {
        Self(expectation: "true or false") { text in
            switch text.scalar?.lowercased() {
            case "true", "yes", "on": true
            case "false", "no", "off": false
            default: nil
            }
        } show: {
            .scalar($0 ? "true" : "false")
        }
    }
}

extension ConfigurationType where Value == Int {
    static func number(_ range: ClosedRange<Int>) -> Self {
        Self(expectation: "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            guard let digits = text.scalar?.filter({ $0 != "_" }), let number = Int(digits), range.contains(number)
            else { return nil }
            return number
        } show: {
            .scalar(String($0))
        }
    }
}

extension ConfigurationType where Value == Double {
    static func real(_ range: ClosedRange<Double>) -> Self {
        Self(expectation: "a number from \(trimmed(range.lowerBound)) to \(trimmed(range.upperBound))") { text in
            guard let number = text.scalar.flatMap(Double.init), range.contains(number) else { return nil }
            return number
        } show: {
            .scalar(trimmed($0))
        }
    }

    /// `2` rather than `2.0`.
    private static func trimmed(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? String(number)
    }
}

extension ConfigurationType where Value == Duration {
    static func duration(_ range: ClosedRange<Duration>) -> Self {
        let bounds = "\(DurationText.exact(range.lowerBound)) to \(DurationText.exact(range.upperBound))"
        return Self(expectation: "\(DurationText.expectation) (\(bounds))") { text in
            guard let duration = text.scalar.flatMap(DurationText.parse), range.contains(duration) else { return nil }
            return duration
        } show: {
            .scalar(DurationText.exact($0))
        }
    }
}

extension ConfigurationType where Value == UInt16 {
    static var fileMode: Self {
        Self(expectation: "an octal file mode such as \"0660\"") { text in
            guard var digits = text.scalar?[...] else { return nil }
            if digits.hasPrefix("0o") { digits = digits.dropFirst(2) }
            guard (3...4).contains(digits.count), let mode = UInt16(digits, radix: 8), mode <= 0o777 else { return nil }
            return mode
        } show: { mode in
            let digits = String(mode, radix: 8)
            return .quoted(String(repeating: "0", count: 4 - digits.count) + digits)
        }
    }
}

extension ConfigurationType where Value == String {
    static var path: Self {
        Self(expectation: "a path") {
            $0.scalar.flatMap { isPath($0) ? $0 : nil }
        } show: {
            .quoted($0)
        }
    }
}

extension ConfigurationType where Value == String? {
    static var optionalPath: Self {
        Self(expectation: "a path or null") { text in
            // Spelt out, for a plain nil here would be promoted to the value null.
            if text == .null { return .some(nil) }
            guard let path = text.scalar, isPath(path) else { return nil }
            return .some(path)
        } show: {
            $0.map { .quoted($0) } ?? .null
        }
    }

    /// A URL whose user and password are not shown, or the word for the environment's.
    static var proxy: Self {
        Self(expectation: "a proxy URL such as http://proxy.example.org:3128, environment, or null", isSecret: true) {
            text in
            if text == .null { return .some(nil) }
            guard let url = text.scalar else { return nil }
            return url == PusherConfiguration.Network.environmentProxy || ProxyURL.isPlausible(url) ? .some(url) : nil
        } show: {
            $0.map { .quoted(ProxyURL.withoutCredentials($0)) } ?? .null
        }
    }
}

extension ConfigurationType where Value == [String] {
    static var addressRanges: Self {
        Self(expectation: AddressRangeText.expectation) {
            $0 == .null ? [] : ranges($0)
        } show: {
            .list($0)
        }
    }
}

extension ConfigurationType where Value == [String]? {
    /// `default`, or nothing, stands for the built-in list.
    static var optionalAddressRanges: Self {
        Self(expectation: "\(AddressRangeText.expectation), or default") { text in
            if text == .null || text.scalar == "default" { return .some(nil) }
            guard let list = ranges(text) else { return nil }
            return .some(list)
        } show: {
            $0.map { .list($0) } ?? .scalar("default")
        }
    }
}

extension ConfigurationType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    static var word: Self {
        Self(expectation: "one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))") { text in
            text.scalar.flatMap { Value(rawValue: $0.lowercased()) }
        } show: {
            .scalar($0.rawValue)
        }
    }
}

private func isPath(_ text: String) -> Bool {
    !text.isEmpty && !text.utf8.contains(0)
}

/// A list of address ranges; a scalar is one with commas, as an environment variable has it.
private func ranges(_ text: ConfigurationText) -> [String]? {
    let items: [String]
    switch text {
    case .list(let list): items = list
    case .scalar(let line), .quoted(let line):
        items = line.split(separator: ",").map { item in
            String(item.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    case .null: return nil
    }
    return items.allSatisfy(AddressRangeText.isValid) ? items : nil
}
