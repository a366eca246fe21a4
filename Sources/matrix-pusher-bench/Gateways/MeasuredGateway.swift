/// A push gateway that says yes to everything and counts.
protocol MeasuredGateway: AnyObject {
    /// Where to send, one URL a lane.
    var urls: [String] { get }
    /// The file with the certificate to trust; nil without TLS.
    var caFile: String? { get }
    /// Requests received since the start.
    var received: Int { get throws }
    /// Nanoseconds that should lie between two looks at ``received``: looking costs the gateway something.
    var pollInterval: UInt64 { get }

    func stop()
}
