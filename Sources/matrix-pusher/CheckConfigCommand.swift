internal import ArgumentParser
internal import PusherService

struct CheckConfig: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the configuration and print what is in effect, credentials hidden.",
        discussion:
            "Defaults, then the file, then MATRIX_PUSHER_… variables, then flags; later wins. Every problem is reported."
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.configuration()
        try configuration.checkFiles()
        try Output.write(common.json ? configuration.json + [0x0A] : Array(configuration.yaml.utf8))
    }
}
