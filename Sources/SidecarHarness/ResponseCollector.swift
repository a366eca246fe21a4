internal import NIOCore
internal import NIOHTTP1

/// Gathers one HTTP answer; the connection's end before the answer's is a failure.
final class ResponseCollector: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let promise: EventLoopPromise<SidecarClient.Response>
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []
    private var isDone = false

    init(_ promise: EventLoopPromise<SidecarClient.Response>) {
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
        case .body(let part):
            body += part.readableBytesView
        case .end:
            // 100 Continue and its like announce the real answer.
            guard let head, head.status.code >= 200 else { return }
            isDone = true
            promise.succeed(
                SidecarClient.Response(
                    status: Int(head.status.code),
                    headers: head.headers.map { (name: $0.name, value: $0.value) },
                    body: body))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A failed write is no verdict: the answer may be there already.
        if !isDone, error is HTTPParserError { fail("the sidecar's answer is no HTTP: \(error)") }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail("the sidecar closed the connection without an answer")
    }

    private func fail(_ reason: String) {
        guard !isDone else { return }
        isDone = true
        promise.fail(HarnessError(reason))
    }
}
