/// Where a configuration comes from; what comes later wins.
package struct ConfigurationSource: Sendable {
    /// Path of the YAML file.
    package var file: String?
    package var environment: [String: String]
    /// Flags of the command line that set a key.
    package var flags: [Flag] = []

    package struct Flag: Sendable {
        /// As the user wrote it: `--socket`.
        package let name: String
        /// The key it sets: `socket.path`.
        package let key: String
        package let value: String

        package init(name: String, key: String, value: String) {
            self.name = name
            self.key = key
            self.value = value
        }
    }

    package init(file: String? = nil, environment: [String: String]) {
        self.file = file
        self.environment = environment
    }

    /// Reads everything.
    /// - Throws: ``ConfigurationError`` with all there is to complain about.
    package func load() throws(ConfigurationError) -> ServiceConfiguration {
        guard let file = file ?? environment[Self.fileVariable] else { return try resolve(yaml: "", file: "") }
        let yaml: String
        do throws(FileError) { yaml = try TextFile.read(file) } catch {
            throw ConfigurationError(problems: [error.description])
        }
        return try resolve(yaml: yaml, file: file)
    }

    // MARK: The three sources

    private static let prefix = "MATRIX_PUSHER_"
    private static let fileVariable = "MATRIX_PUSHER_CONFIG"
    /// Names that stand for a key besides its own.
    private static let aliases = ["MATRIX_PUSHER_SOCKET": "socket.path"]

    /// - Parameters:
    ///   - yaml: The file's text.
    ///   - file: Its name, for messages.
    func resolve(yaml: String, file: String) throws(ConfigurationError) -> ServiceConfiguration {
        var configuration = ServiceConfiguration()
        var problems: [String] = []
        let parsed = ConfigurationFile(parsing: yaml)
        var complaints = parsed.problems
        for entry in parsed.entries {
            Self.set(entry.path, entry.value, in: &configuration) {
                complaints.append((entry.line, "\(entry.path): \($0)"))
            }
        }
        problems += complaints.sorted { $0.line < $1.line }.map { "\(file):\($0.line): \($0.text)" }
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(Self.prefix) {
            if name == Self.fileVariable { continue }
            guard let path = Self.aliases[name] ?? ConfigurationKeys.byEnvironmentName[name]?.path else {
                problems.append("unknown environment variable \(name)\(Self.hint(name))")
                continue
            }
            let text: ConfigurationText = value.isEmpty || value == "null" ? .null : .scalar(value)
            Self.set(path, text, in: &configuration) { problems.append("\(name): \($0)") }
        }
        if let short = environment["MATRIX_PUSHER_SOCKET"], let long = environment["MATRIX_PUSHER_SOCKET_PATH"],
            short != long
        {
            problems.append("MATRIX_PUSHER_SOCKET and MATRIX_PUSHER_SOCKET_PATH differ; set one of them")
        }
        for flag in flags {
            Self.set(flag.key, .quoted(flag.value), in: &configuration) { problems.append("\(flag.name): \($0)") }
        }
        problems += ConfigurationKeys.contradictions(configuration)
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        return configuration
    }

    private static func set(
        _ path: String, _ text: ConfigurationText, in configuration: inout ServiceConfiguration,
        complain: (String) -> Void
    ) {
        do throws(ConfigurationMistake) {
            try ConfigurationKeys.byPath[path]?.read(text, &configuration)
        } catch {
            complain(error.text)
        }
    }

    private static func hint(_ name: String) -> String {
        let known = ConfigurationKeys.all.map(\.environmentName) + aliases.keys.sorted() + [fileVariable]
        return Spelling.nearest(to: name, among: known).map { "; did you mean \($0)?" } ?? ""
    }
}

/// Everything that is wrong about a configuration.
package struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// One line each, beginning with the place: `pusher.yaml:12: …`, `MATRIX_PUSHER_…: …`, `--socket: …`.
    package let problems: [String]

    package var description: String { problems.joined(separator: "\n") }
}
