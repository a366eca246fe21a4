internal import MatrixPusher
internal import NIOHTTP1

/// One path and method, and what answers it.
struct Route: Sendable {
    typealias Handler = @Sendable (HTTPRequest) async throws(PusherError) -> HTTPResponse

    let method: HTTPMethod
    let pattern: [Segment]
    let handler: Handler
    /// Whether the handler takes so little time that it may run on the event loop of its connection.
    let isBrief: Bool

    enum Segment: Sendable, Equatable {
        case literal(String)
        /// `{name}`: any segment that is not empty.
        case parameter
    }

    /// - Parameter path: Segments in braces are parameters: `/users/{userId}/pushrules`.
    init(_ method: HTTPMethod, _ path: String, isBrief: Bool = false, _ handler: @escaping Handler) {
        self.method = method
        self.pattern = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
            $0.hasPrefix("{") ? .parameter : .literal(String($0))
        }
        self.handler = handler
        self.isBrief = isBrief
    }

    /// The values of the parameters where the path matches.
    func match(_ segments: [String]) -> [String]? {
        guard segments.count == pattern.count else { return nil }
        var parameters: [String] = []
        for (expected, segment) in zip(pattern, segments) {
            switch expected {
            case .literal(let literal): guard literal == segment else { return nil }
            case .parameter:
                guard !segment.isEmpty else { return nil }
                parameters.append(segment)
            }
        }
        return parameters
    }
}

/// Finds the route of a request in one table.
struct Router: Sendable {
    private let routes: [Route]

    init(_ routes: [Route]) {
        self.routes = routes
    }

    /// What is to be done about a request, known from its head alone.
    enum Resolution: Sendable {
        /// Give the request to the handler when the body is there.
        case handle(HTTPRequest, Route.Handler)
        /// Answer without looking at the body.
        case answer(HTTPResponse)
    }

    func resolve(_ method: HTTPMethod, _ target: String) -> Resolution {
        let parsed: RequestTarget
        do throws(PusherError) {
            parsed = try RequestTarget(target)
        } catch {
            return .answer(HTTPResponse(error))
        }
        let wanted = method == .HEAD ? .GET : method
        var allowed: [HTTPMethod] = []
        for route in routes {
            guard let parameters = route.match(parsed.segments) else { continue }
            if route.method == wanted {
                return .handle(
                    HTTPRequest(parameters: parameters, query: parsed.query, isBrief: route.isBrief), route.handler)
            }
            allowed.append(route.method)
        }
        guard !allowed.isEmpty else { return .answer(.error(404, "M_UNRECOGNIZED", "no such endpoint")) }
        let allow = Self.allowHeader(allowed)
        if method == .OPTIONS { return .answer(HTTPResponse(status: 204, body: [], allow: allow)) }
        var refusal = HTTPResponse.error(405, "M_UNRECOGNIZED", "method not allowed; this endpoint takes \(allow)")
        refusal.allow = allow
        return .answer(refusal)
    }

    private static func allowHeader(_ methods: [HTTPMethod]) -> String {
        var names = methods.map(\.rawValue)
        if methods.contains(.GET) { names.append("HEAD") }
        names.append("OPTIONS")
        return names.joined(separator: ", ")
    }
}
