internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
package import PushJSON

/// A small HTTP client for the sidecar's Unix socket; every request has a connection of its own.
package struct SidecarClient: Sendable {
    package let socketPath: String
    /// From the start of a request to the end of its answer.
    package var timeout: Duration = .seconds(15)

    package init(socketPath: String) {
        self.socketPath = socketPath
    }

    package struct Response: Sendable {
        package let status: Int
        package let headers: [(name: String, value: String)]
        package let body: [UInt8]

        package var text: String { String(decoding: body, as: UTF8.self) }
        /// The body as JSON; nil where it is none.
        package var json: JSONValue? { try? JSONDocument(parsing: body).root }

        /// The first header of this name, whatever its case.
        package func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    package func get(_ target: String) async throws -> Response {
        try await send("GET", target)
    }

    package func send(_ method: String, _ target: String, _ body: String? = nil) async throws -> Response {
        try await send(method, target, bytes: body.map { Array($0.utf8) })
    }

    /// Sends one request and reads its answer.
    package func send(_ method: String, _ target: String, bytes body: [UInt8]?) async throws -> Response {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = eventLoop.makePromise(of: Response.self)
        let connection = ClientBootstrap(group: eventLoop)
            .connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handlers = channel.pipeline.syncOperations
                    try handlers.addHTTPClientHandlers()
                    try handlers.addHandler(ResponseCollector(answer))
                }
            }
            .connect(unixDomainSocketPath: socketPath)
        let channel: any Channel
        do {
            channel = try await connection.get()
        } catch {
            answer.fail(error)
            throw error
        }
        let limit = eventLoop.scheduleTask(in: TimeAmount(timeout)) { channel.close(promise: nil) }
        defer {
            limit.cancel()
            channel.close(promise: nil)
        }
        var head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method), uri: target)
        head.headers.add(name: "Host", value: "localhost")
        if let body {
            head.headers.add(name: "Content-Type", value: "application/json")
            head.headers.add(name: "Content-Length", value: "\(body.count)")
        }
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        if let body { channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil) }
        // A server may answer before it has read everything, so only the answer decides.
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        return try await answer.futureResult.get()
    }
}
