internal import ArgumentParser
internal import MatrixPusher
internal import PusherService

struct CheckConfig: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the configuration and print what is in effect, credentials hidden.",
        discussion: """
            Defaults, then the file, then MATRIX_PUSHER_… variables, then flags; later wins. Every problem is reported.

            network.proxy is the URL of a forward proxy (http, https, socks4, socks4a, socks5, socks5h), or the word \
            environment: then https_proxy, http_proxy, all_proxy and no_proxy of the environment are read as curl reads \
            them. Without it they are ignored. Behind a proxy the address ranges hold for gateways given by address, in \
            whatever spelling; what a name stands for is the proxy's to judge.
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.configuration()
        try configuration.checkFiles()
        try configuration.pusher.checkNetwork()
        try Output.write(common.json ? configuration.json + [0x0A] : Array(configuration.yaml.utf8))
    }
}
