internal import MatrixPusher
internal import NIOCore
internal import NIOHTTP1

/// One connection: takes its requests one after the other, gives each to the router and writes the answers in order.
///
/// Everything runs on the channel's event loop but the handlers, which run in a task of their own. Until an answer is
/// written nothing more is read, so that a peer that does not take its answers is held back by the socket's buffer; so is
/// one with a large body while others have taken all memory for those.
final class HTTPConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    /// Fired down the pipeline when the server shuts down.
    struct Drain: Sendable {}
    /// Fired down the pipeline when the connection's place was given to another.
    struct MakeRoom: Sendable {}

    private enum Phase {
        /// Between requests.
        case idle
        case receiving
        /// From a request's end until its answer is written.
        case answering
        /// The last answer is written; what still comes is dropped until the peer closes.
        case lingering
    }

    private let router: Router
    private let limits: HTTPLimits
    private let memory: HTTPMemory
    private let place: ConnectionTable.Place
    private var phase = Phase.idle
    private var exchange = HTTPExchange()
    /// What has come and waits for its turn; at most what one read brought.
    private var backlog = CircularBuffer<HTTPServerRequestPart>()
    private var brokenInput: HTTPResponse?
    private var isDraining = false
    private var inputClosed = false
    private var isAdvancing = false
    private var isReadWithheld = false
    /// The large body that is received or answered, and whether there is room for it.
    private var bodyShare: (share: MemoryBudget.Share, isHeld: Bool)?
    /// The large answer that is not taken yet.
    private var answerShare: MemoryBudget.Share?
    private var hasReadPart = false
    private let timer = DeadlineTimer()
    private var executor: EventLoopExecutor?

    init(router: Router, limits: HTTPLimits, memory: HTTPMemory, place: ConnectionTable.Place) {
        self.router = router
        self.limits = limits
        self.memory = memory
        self.place = place
    }

    func channelActive(context: ChannelHandlerContext) {
        timer.start(on: context.eventLoop) { self.timedOut($0, context) }
        timer.arm(limits.idleTimeout, .idle)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer.stop()
        backlog.removeAll()
        // A handler that runs still has its body.
        if phase == .receiving { endBody() }
        endAnswer()
        exchange = HTTPExchange()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasReadPart = true
        backlog.append(unwrapInboundIn(data))
        advance(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Bytes have come but no head yet: the request's time begins here.
        if phase == .idle, !hasReadPart, timer.purpose == .idle {
            timer.arm(limits.requestTimeout, .request)
            place.set(.unfinished)
        }
        hasReadPart = false
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if phase == .answering || isHeldBack { isReadWithheld = true } else { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is Drain: isDraining = true
        case is MakeRoom: return makeRoom(context)
        case ChannelEvent.inputClosed: inputClosed = true
        default: return context.fireUserInboundEventTriggered(event)
        }
        advance(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let answer = Self.answer(toBrokenInput: error), phase != .lingering else {
            return context.close(promise: nil)
        }
        brokenInput = answer
        advance(context)
    }

    // MARK: A request's way

    /// Goes on with what has come, as far as the phase allows.
    private func advance(_ context: ChannelHandlerContext) {
        // Answers that are there at once end up here again; the loop below is theirs, too.
        guard !isAdvancing, context.channel.isActive else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        while phase != .answering, let part = backlog.popFirst() { take(part, context) }
        if phase == .idle || phase == .receiving, let brokenInput {
            self.brokenInput = nil
            finish(brokenInput, closing: true, context)
        }
        switch phase {
        case .answering: return
        case .idle where isDraining || inputClosed, .receiving where inputClosed, .lingering where inputClosed:
            context.close(promise: nil)
        case .idle, .receiving, .lingering:
            guard isReadWithheld, !isHeldBack else { return }
            isReadWithheld = false
            context.read()
        }
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch (phase, part) {
        case (.idle, .head(let head)): begin(head, context)
        case (.receiving, .body(let bytes)):
            guard exchange.append(bytes, limit: limits.maxBody) else { return finish(tooLarge, closing: true, context) }
            // Of a body in chunks nobody knows how large it will be.
            if exchange.keepsBody, exchange.received > limits.smallSize { letIn(limits.maxBody, context) }
        case (.receiving, .end): dispatch(context)
        default: break
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        exchange = HTTPExchange(head, router.resolve(head.method, head.uri))
        phase = .receiving
        place.set(.unfinished)
        timer.arm(limits.requestTimeout, .request)
        if exchange.announcedLength > limits.maxBody { return finish(tooLarge, closing: true, context) }
        if exchange.expectsContinue, case .answer(let answer) = exchange.resolution {
            return finish(answer, closing: true, context)
        }
        if exchange.keepsBody, exchange.announcedLength > limits.smallSize { letIn(exchange.announcedLength, context) }
        if exchange.expectsContinue, !isHeldBack { sayContinue(context) }
    }

    private func sayContinue(_ context: ChannelHandlerContext) {
        var interim = context.channel.allocator.buffer(capacity: 32)
        interim.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
        context.writeAndFlush(wrapOutboundOut(interim), promise: nil)
    }

    private func dispatch(_ context: ChannelHandlerContext) {
        switch exchange.resolution {
        case .answer(let answer): finish(answer, closing: isDraining, context)
        case .handle(var request, let handler):
            if let bodyShare { memory.bodies.shrink(bodyShare.share, to: exchange.received) }
            request.body = exchange.takeBody()
            guard place.set(nil) else { return context.close(promise: nil) }
            phase = .answering
            timer.disarm()
            let bound = NIOLoopBound((connection: self, context: context), eventLoop: context.eventLoop)
            // A large body takes long enough to hold up the loop's other connections.
            let isBrief = request.isBrief && request.body.count <= Self.shortBody
            Task(executorPreference: isBrief ? executor(of: context.eventLoop) : nil) { [request] in
                let answer: HTTPResponse
                do throws(PusherError) { answer = try await handler(request) } catch { answer = HTTPResponse(error) }
                bound.eventLoop.execute {
                    let (connection, context) = bound.value
                    connection.finish(answer, closing: connection.isDraining, context)
                }
            }
        }
    }

    private func executor(of eventLoop: any EventLoop) -> EventLoopExecutor {
        if let executor { return executor }
        let new = EventLoopExecutor(eventLoop)
        executor = new
        return new
    }

    /// Bytes of a body up to which a brief request is handled on the event loop.
    private static let shortBody = 16_384

    private func finish(_ answer: HTTPResponse, closing: Bool, _ context: ChannelHandlerContext) {
        endBody()
        guard context.channel.isActive else { return }
        phase = .answering
        let keepAlive = exchange.keepAlive && !closing
        let bytes = memory.admitted(answer, limits, &answerShare).encoded(
            keepAlive: keepAlive, isHTTP10: exchange.isHTTP10, omitsBody: exchange.isHead,
            allocator: context.channel.allocator
        )
        exchange = HTTPExchange()
        place.set(.unfinished)
        timer.arm(limits.answerTimeout, .answer)
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { _ in self.written(keepAlive: keepAlive, context) }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
    }

    /// After the last answer what the peer still sends is read and dropped for a while: closing at once could take the
    /// answer away from a peer that is still sending.
    private func written(keepAlive: Bool, _ context: ChannelHandlerContext) {
        endAnswer()
        guard context.channel.isActive else { return }
        if keepAlive {
            phase = .idle
            timer.arm(limits.idleTimeout, .idle)
            place.set(.idle)
        } else {
            phase = .lingering
            backlog.removeAll()
            context.close(mode: .output, promise: nil)
            timer.arm(limits.lingerTimeout, .linger)
        }
        advance(context)
    }

    // MARK: Memory

    /// A large body waits for its turn.
    private var isHeldBack: Bool { bodyShare.map { !$0.isHeld } ?? false }

    /// Takes memory for a body; until there is some nothing more is read.
    private func letIn(_ size: Int, _ context: ChannelHandlerContext) {
        guard bodyShare == nil else { return }
        let bound = NIOLoopBound((connection: self, context: context), eventLoop: context.eventLoop)
        bodyShare = memory.bodies.take(size) { share in
            bound.eventLoop.execute {
                let (connection, context) = bound.value
                connection.isLetIn(share, size, context)
            }
        }
        if !isHeldBack { timer.arm(limits.timeout(ofBody: size), .request) }
    }

    private func isLetIn(_ share: MemoryBudget.Share, _ size: Int, _ context: ChannelHandlerContext) {
        // On its way here the grant may have outlived its request.
        guard phase == .receiving, bodyShare?.share == share else { return }
        bodyShare?.isHeld = true
        timer.arm(limits.timeout(ofBody: size), .request)
        if exchange.expectsContinue { sayContinue(context) }
        advance(context)
    }

    private func endBody() {
        if let bodyShare { memory.bodies.end(bodyShare.share) }
        bodyShare = nil
    }

    private func endAnswer() {
        if let answerShare { memory.answers.end(answerShare) }
        answerShare = nil
    }

    // MARK: Refusals

    private func makeRoom(_ context: ChannelHandlerContext) {
        guard phase == .receiving else { return context.close(promise: nil) }
        finish(tooLate, closing: true, context)
        context.close(promise: nil)
    }

    private func timedOut(_ purpose: DeadlineTimer.Purpose, _ context: ChannelHandlerContext) {
        switch purpose {
        case .idle, .answer, .linger: context.close(promise: nil)
        case .request: finish(tooLate, closing: true, context)
        }
    }

    /// Whose request has not come: ours where there was no memory for it, else the peer's.
    private var tooLate: HTTPResponse {
        isHeldBack ? HTTPMemory.exhausted : .error(408, "M_UNKNOWN", "the request took too long to arrive")
    }

    private var tooLarge: HTTPResponse {
        .error(413, "M_TOO_LARGE", "the body is larger than \(limits.maxBody) bytes")
    }

    private static func answer(toBrokenInput error: any Error) -> HTTPResponse? {
        guard let error = error as? HTTPParserError else { return nil }
        if error == .headerOverflow { return .error(431, "M_TOO_LARGE", "the request's header is too large") }
        return .error(400, "M_UNKNOWN", "malformed HTTP: \(error)")
    }
}
