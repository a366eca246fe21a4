package import Logging
package import MatrixPusher

/// Everything the configuration file can set: the pusher's part and the sidecar's own.
package struct ServiceConfiguration: Sendable, Equatable {
    package var pusher = PusherConfiguration()
    package var socket = Socket()
    package var log = Log()
    package var metricsEnabled = true

    package init() {}

    /// Where the API is served.
    package struct Socket: Sendable, Equatable {
        package var path = "/run/matrix-pusher/pusher.sock"
        /// Permissions of the socket file.
        package var mode: UInt16 = 0o660
        /// Bytes of a request body.
        package var maxBody = 16_777_216

        package init() {}
    }

    package struct Log: Sendable, Equatable {
        package enum Format: String, Sendable, CaseIterable { case text, json }

        package var level = Logger.Level.info
        package var format = Format.text

        package init() {}
    }

    /// Refuses files that serving needs and that cannot be used; inspecting goes without them.
    package func checkFiles() throws(ConfigurationError) {
        guard let file = pusher.network.caFile else { return }
        do throws(FileError) {
            let bytes = try TextFile.readBytes(file, upTo: 16 << 20)
            guard bytes.contains(Array("-----BEGIN ".utf8)) else { throw FileError("\(file) holds no PEM certificate") }
        } catch {
            throw ConfigurationError(problems: ["network.ca_file: \(error)"])
        }
    }
}
