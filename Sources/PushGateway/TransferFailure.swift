/// Why a request got no answer that could be used.
package struct TransferFailure: Error, Sendable, Equatable {
    /// Where the request failed.
    package enum Kind: String, Sendable, CaseIterable {
        /// The gateway's (or proxy's) name could not be resolved.
        case dns
        /// No connection could be made.
        case connect
        /// The TLS handshake failed, or the certificate is not trusted.
        case tls
        /// No connection or no answer in time.
        case timeout
        /// The connection broke: reset, closed early, stream error.
        case transport
        /// What came back is no HTTP answer.
        case protocolError = "protocol"
        /// The request could not be made at all: memory, configuration.
        case local
    }

    package let kind: Kind
    /// libcurl's code, 0 where there is none.
    package let code: Int32
    /// The operating system's error number, 0 where there is none.
    package let systemError: Int32

    package init(_ kind: Kind, code: Int32 = 0, systemError: Int32 = 0) {
        self.kind = kind
        self.code = code
        self.systemError = systemError
    }

    /// This system had no descriptor or no memory for the request: others would fare no better now.
    package var isShortage: Bool { kind == .local && DescriptorShortage.errors.contains(systemError) }
}
