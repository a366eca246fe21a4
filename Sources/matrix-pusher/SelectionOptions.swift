internal import ArgumentParser

/// Which rows a list shows, and whether with pushkeys: the same for notifications and pushers.
struct SelectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Only those of this gateway: https://host:port, or the host alone.", valueName: "name"))
    var gateway: String?

    @Option(help: ArgumentHelp("Only those of this user.", valueName: "user id"))
    var user: String?

    @Option(help: ArgumentHelp("Only those of this app.", valueName: "app id"))
    var app: String?

    @Option(help: ArgumentHelp("At most this many.", valueName: "number"))
    var limit = 100

    @Flag(help: "Show pushkeys in full.")
    var showSecrets = false
}
