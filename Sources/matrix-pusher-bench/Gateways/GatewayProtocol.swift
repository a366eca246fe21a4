import ArgumentParser

/// How requests get to the gateway.
enum GatewayProtocol: String, CaseIterable, ExpressibleByArgument {
    case http
    case tls
    case http2

    var title: String {
        switch self {
        case .http: "HTTP/1.1"
        case .tls: "HTTP/1.1, TLS"
        case .http2: "HTTP/2, TLS"
        }
    }
}
