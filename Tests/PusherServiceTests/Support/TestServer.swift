import Logging
import MatrixPusher
import NIOHTTP1
import PushJSON

@testable import PusherService

/// Serves a few routes on a socket of its own while `body` runs.
func withServer(
    limits: HTTPLimits = HTTPLimits(), routes: [Route] = TestRoutes.all,
    _ body: @Sendable (_ path: String) async throws -> Void
) async throws {
    let folder = try TemporaryFolder()
    let server = try await HTTPServer.start(
        path: folder.file("s"), mode: 0o600, limits: limits, drainTimeout: .seconds(10), router: Router(routes),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        defer { group.cancelAll() }
        try await body(folder.file("s"))
    }
}

/// Says bytes on a new connection and gives back all that the server says until it closes.
func exchange(_ path: String, _ request: String, endsSending: Bool = false) async throws -> String {
    try await blocking {
        let connection = try RawConnection(path)
        try connection.send(request)
        if endsSending { connection.endSending() }
        return try connection.readToEnd()
    }
}

enum TestRoutes {
    /// `/echo` answers with the body's size, `/item/{}` with the parameter, `/full` with 503.
    static let all: [Route] = [
        Route(.PUT, "/echo") { request in HTTPResponse(body: Array("\(request.body.count)".utf8)) },
        Route(.GET, "/item/{id}") { request in
            .json { json in json.value(request.parameters[0] + "|" + (request.queryValue("q") ?? "-")) }
        },
        Route(.GET, "/full") { request throws(PusherError) in
            throw PusherError(.unavailable, "the disk is full", retryAfter: .milliseconds(1500))
        },
    ]
}
