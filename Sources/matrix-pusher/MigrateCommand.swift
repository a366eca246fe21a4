internal import ArgumentParser
internal import MatrixPusher
internal import PushJSON
internal import PusherService

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database's schema up to date.",
        discussion: "serve does this by itself when it starts; this command does it without serving."
    )

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print the SQL that would be applied, and apply nothing.")
    var dryRun = false

    @Flag(help: "List the migrations and whether each is applied.")
    var status = false

    func validate() throws {
        if dryRun, status { throw ValidationError("--dry-run and --status exclude each other.") }
    }

    func run() async throws {
        let path = try common.configuration().pusher.databasePath
        if status { return try list(DatabaseMigrations.list(databasePath: path)) }
        if dryRun { return try preview(DatabaseMigrations.list(databasePath: path).filter { !$0.isApplied }) }
        let applied = try DatabaseMigrations.apply(databasePath: path)
        if common.json { return try list(applied) }
        if applied.isEmpty { try Output.print("\(path) is up to date") }
        for migration in applied { try Output.print("applied \(migration.number) \(migration.name)") }
    }

    private func list(_ migrations: [DatabaseMigrations.Migration]) throws {
        if common.json { return try migrations.forEach { try print(json: $0, withSQL: false) } }
        var table = Table([.init(title: "NUMBER", isNumber: true), .init(title: "NAME"), .init(title: "APPLIED")])
        for migration in migrations {
            table.add([String(migration.number), migration.name, migration.isApplied ? "yes" : "no"])
        }
        try Output.print(table.text(width: Terminal.width))
    }

    private func preview(_ missing: [DatabaseMigrations.Migration]) throws {
        if common.json { return try missing.forEach { try print(json: $0, withSQL: true) } }
        if missing.isEmpty { Failure.remark("nothing is to be applied") }
        for migration in missing { try Output.print("-- \(migration.number) \(migration.name)\n\(migration.sql)") }
    }

    private func print(json migration: DatabaseMigrations.Migration, withSQL: Bool) throws {
        var json = JSONWriter()
        json.beginObject()
        json.key("v")
        json.value(1)
        json.key("number")
        json.value(migration.number)
        json.key("name")
        json.value(migration.name)
        json.key("applied")
        json.value(migration.isApplied)
        if withSQL {
            json.key("sql")
            json.value(migration.sql)
        }
        json.endObject()
        try Output.write(json.bytes + [0x0A])
    }
}
