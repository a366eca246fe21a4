import Glibc
import SidecarHarness

/// nginx as the gateway, one worker a processor.
final class NginxGateway: MeasuredGateway {
    let urls: [String]
    let caFile: String?
    let pollInterval: UInt64 = 5_000_000

    private let folder: TemporaryFolder
    private let bodies: TemporaryFolder
    private let helper: Helper
    private let statusConnection: Int32
    private var polls = 0

    /// Whether nginx is installed, and openssl where a certificate is needed.
    static func isAvailable(for kind: GatewayProtocol) -> Bool {
        Helper.find("nginx") != nil && (kind == .http || Helper.find("openssl") != nil)
    }

    static func start(_ kind: GatewayProtocol, port: UInt16? = nil) async throws -> NginxGateway {
        let folder = try Leftovers.makeFolder()
        let bodies = try Leftovers.makeFolder()
        do {
            if kind != .http { try await makeCertificate(in: folder) }
            let ports = (try port ?? TCPSocket.freePort(), try TCPSocket.freePort())
            try folder.write(configuration(kind, ports, folder, bodies), to: "nginx.conf")
            guard let nginx = Helper.find("nginx") else { throw HarnessError("nginx is not installed") }
            let helper = try Helper(
                nginx, ["-p", folder.path, "-c", folder.file("nginx.conf"), "-e", folder.file("error.log")],
                name: "nginx", in: folder)
            do {
                return try NginxGateway(kind, ports, folder, bodies, helper)
            } catch {
                helper.end()
                throw HarnessError("nginx did not start: \(error)\n\(folder.read("error.log"))\(helper.errors)")
            }
        } catch {
            Leftovers.remove(folder)
            Leftovers.remove(bodies)
            throw error
        }
    }

    private init(
        _ kind: GatewayProtocol, _ ports: (UInt16, UInt16), _ folder: TemporaryFolder, _ bodies: TemporaryFolder,
        _ helper: Helper
    ) throws {
        self.folder = folder
        self.bodies = bodies
        self.helper = helper
        urls = [Gateway.url(scheme: kind == .http ? "http" : "https", port: ports.0)]
        caFile = kind == .http ? nil : folder.file("certificate.pem")
        statusConnection = try Self.connect(port: ports.1, helper)
        // nginx waits a minute for the first request of a connection, and an hour for the others.
        _ = try received
    }

    /// nginx needs a moment before it listens.
    private static func connect(port: UInt16, _ helper: Helper) throws -> Int32 {
        let deadline = Monotonic.now + 10_000_000_000
        while true {
            do {
                return try TCPSocket.connect(port: port)
            } catch {
                guard !helper.hasEnded, Monotonic.now < deadline else { throw error }
                usleep(10_000)
            }
        }
    }

    var received: Int {
        get throws {
            let request = Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
            guard send(statusConnection, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
                throw HarnessError("nginx took no question for its status")
            }
            polls += 1
            var answer: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 1024)
            while true {
                let count = read(statusConnection, &chunk, chunk.count)
                guard count > 0 else { throw HarnessError("nginx gave no status") }
                answer += chunk.prefix(count)
                let text = String(decoding: answer, as: UTF8.self)
                guard text.contains("Waiting: "), let line = text.split(separator: "\n").first(where: Self.isNumbers),
                    let requests = line.split(separator: " ").last.flatMap({ Int($0) })
                else { continue }
                return requests - polls
            }
        }
    }

    /// The line of accepted connections, handled connections and requests.
    private static func isNumbers(_ line: Substring) -> Bool {
        line.hasPrefix(" ") && line.split(separator: " ").count == 3
    }

    func stop() {
        close(statusConnection)
        helper.end()
        Leftovers.remove(folder)
        Leftovers.remove(bodies)
    }

    private static func makeCertificate(in folder: TemporaryFolder) async throws {
        guard let openssl = Helper.find("openssl") else { throw HarnessError("openssl is not installed") }
        let helper = try Helper(
            openssl,
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                "-keyout", folder.file("key.pem"), "-out", folder.file("certificate.pem"),
            ], name: "openssl", in: folder)
        _ = try await helper.finish(within: .seconds(20))
    }

    private static func configuration(
        _ kind: GatewayProtocol, _ ports: (UInt16, UInt16), _ folder: TemporaryFolder, _ bodies: TemporaryFolder
    ) -> String {
        let temporaries = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(bodies.path);" }.joined(separator: " ")
        let listen =
            switch kind {
            case .http: ""
            case .tls: " ssl"
            case .http2: " ssl http2"
            }
        let certificate =
            kind == .http
            ? "" : "ssl_certificate \(folder.file("certificate.pem")); ssl_certificate_key \(folder.file("key.pem"));"
        // A connection is never closed for having served many requests: that would measure handshakes.
        return """
            daemon off;
            worker_processes auto;
            pid \(folder.file("nginx.pid"));
            error_log \(folder.file("error.log")) warn;
            events { worker_connections 8192; }
            http {
                access_log off;
                \(temporaries)
                keepalive_requests 1000000000;
                keepalive_timeout 1h;
                http2_max_concurrent_streams 256;
                server {
                    listen 127.0.0.1:\(ports.0)\(listen);
                    \(certificate)
                    default_type application/json;
                    location / { return 200 '{"rejected":[]}'; }
                }
                server {
                    listen 127.0.0.1:\(ports.1);
                    location / { stub_status; }
                }
            }
            """
    }
}
