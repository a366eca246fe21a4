internal import Yams

/// A configuration file's keys with their lines; knows YAML, but not which keys there are values for.
struct ConfigurationFile {
    /// A key with a value, in the order of the file.
    struct Entry: Equatable {
        let path: String
        let line: Int
        let value: ConfigurationText
    }

    private(set) var entries: [Entry] = []
    /// What is wrong about the file's form and names, each with its line.
    private(set) var problems: [(line: Int, text: String)] = []

    init(parsing yaml: String) {
        do {
            guard let root = try Yams.compose(yaml: yaml), !Self.isNull(root) else { return }
            read(root, section: "", line: 1)
        } catch let error as YamlError {
            problems.append(Self.problem(error, in: yaml))
        } catch {
            problems.append((1, "cannot be parsed: \(error)"))
        }
    }

    // MARK: Nodes

    private mutating func read(_ node: Node, section: String, line: Int) {
        if Self.isNull(node) { return }
        guard let mapping = node.mapping else {
            let place = section.isEmpty ? "the file" : section
            return problems.append((node.mark?.line ?? line, "\(place): expected keys below it"))
        }
        for (key, value) in mapping { read(key, value, section: section) }
    }

    private mutating func read(_ key: Node, _ value: Node, section: String) {
        let line = key.mark?.line ?? 1
        guard let name = key.scalar?.string else {
            return problems.append((line, "\(section.isEmpty ? "the file" : section): a key must be a word"))
        }
        let path = section.isEmpty ? name : "\(section).\(name)"
        if ConfigurationKeys.sections.contains(path) {
            read(value, section: path, line: line)
        } else if ConfigurationKeys.byPath[path] == nil {
            problems.append((line, "unknown key \(path)\(Self.hint(name, path, section))"))
        } else if let text = Self.text(value) {
            entries.append(Entry(path: path, line: line, value: text))
        } else {
            problems.append((line, "\(path): expected a value, found keys below it"))
        }
    }

    private static func text(_ node: Node) -> ConfigurationText? {
        if isNull(node) { return .null }
        if let scalar = node.scalar { return scalar.style == .plain ? .scalar(scalar.string) : .quoted(scalar.string) }
        guard let sequence = node.sequence else { return nil }
        var items: [String] = []
        for item in sequence {
            guard let scalar = item.scalar else { return nil }
            items.append(scalar.string)
        }
        return .list(items)
    }

    private static func isNull(_ node: Node) -> Bool {
        guard let scalar = node.scalar else { return false }
        return scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    private static func hint(_ name: String, _ path: String, _ section: String) -> String {
        // The right name in the wrong section is the commonest mistake.
        let elsewhere = ConfigurationKeys.all.map(\.path).first { $0.hasSuffix(".\(name)") || $0 == name }
        let prefix = section.isEmpty ? "" : section + "."
        let near = Spelling.nearest(to: name, among: ConfigurationKeys.names(in: section)).map { prefix + $0 }
        return (elsewhere ?? near).map { "; did you mean \($0)?" } ?? ""
    }

    // MARK: YAML that cannot be read

    private static func problem(_ error: YamlError, in yaml: String) -> (line: Int, text: String) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return (mark.line, "not valid YAML: \(problem)")
        case .duplicatedKeysInMapping(let names, let context):
            let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false)
            let name = names.first ?? ""
            let line = secondLine(of: name, in: lines, from: context.mark) ?? context.mark.line
            return (line, "the key \(name) is given twice")
        case .reader(let problem, _, _, _): return (1, "not valid YAML: \(problem)")
        default: return (1, "not valid YAML")
        }
    }

    /// Where a key stands for the second time in a block mapping; Yams only tells where the mapping begins.
    private static func secondLine(of name: String, in lines: [Substring], from mark: Mark) -> Int? {
        var seen = 0
        for line in lines.indices where line >= mark.line - 1 {
            let indent = lines[line].prefix { $0 == " " }.count
            let rest = lines[line].dropFirst(indent)
            guard indent == mark.column - 1, rest.hasPrefix("\(name):") else { continue }
            seen += 1
            if seen == 2 { return line + 1 }
        }
        return nil
    }
}
