/// A key of the configuration: how it is called, read and shown, whatever it comes from.
struct ConfigurationKey: Sendable {
    /// Section and name: `retry.initial`.
    let path: String
    /// Sets the value; throws what is expected instead.
    let read: @Sendable (ConfigurationText, inout ServiceConfiguration) throws(ConfigurationMistake) -> Void
    let show: @Sendable (ServiceConfiguration) -> ConfigurationText

    init<Value: Sendable>(
        _ path: String, _ member: any WritableKeyPath<ServiceConfiguration, Value> & Sendable,
        _ type: ConfigurationType<Value>
    ) {
        self.path = path
        self.read = { (text, configuration) throws(ConfigurationMistake) in
            guard let value = type.parse(text) else {
                throw ConfigurationMistake(text, expected: type.expectation, isSecret: type.isSecret)
            }
            configuration[keyPath: member] = value
        }
        self.show = { type.show($0[keyPath: member]) }
    }

    /// `MATRIX_PUSHER_RETRY_INITIAL`.
    var environmentName: String {
        "MATRIX_PUSHER_" + path.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
    }
}

/// A value as it is written: what YAML, an environment variable or a flag holds, before its type is known.
enum ConfigurationText: Sendable, Equatable {
    case null
    case scalar(String)
    /// A scalar that people and YAML must not take for a number: written in quotes.
    case quoted(String)
    case list([String])

    /// The text of a scalar.
    var scalar: String? {
        switch self {
        case .scalar(let text), .quoted(let text): text
        case .null, .list: nil
        }
    }
}

/// Why a value is refused.
struct ConfigurationMistake: Error, Equatable {
    let text: String

    init(_ found: ConfigurationText, expected: String, isSecret: Bool) {
        let shown =
            switch found {
            case _ where isSecret: "something else"
            case .null: "nothing"
            case .scalar(let text), .quoted(let text): "\"\(text.prefix(60))\""
            case .list: "a list"
            }
        text = "expected \(expected), found \(shown)"
    }
}
