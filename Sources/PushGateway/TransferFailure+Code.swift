internal import CCurl

#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

extension TransferFailure {
    /// Sorts a libcurl result.
    init(code: CURLcode, systemError: Int32 = 0) {
        self.init(curlCode: Int32(bitPattern: code.rawValue), systemError: systemError)
    }

    /// Sorts the number of a libcurl result.
    init(curlCode: Int32, systemError: Int32 = 0) {
        let kind: Kind =
            switch CURLcode(rawValue: UInt32(bitPattern: curlCode)) {
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .dns
            case CURLE_COULDNT_CONNECT, CURLE_PROXY, CURLE_INTERFACE_FAILED: .connect
            case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CIPHER, CURLE_SSL_CERTPROBLEM,
                CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS,
                CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
                .tls
            case CURLE_OPERATION_TIMEDOUT: .timeout
            case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
                .protocolError
            case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_URL_MALFORMAT, CURLE_NOT_BUILT_IN,
                CURLE_BAD_FUNCTION_ARGUMENT, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ENGINE_INITFAILED:
                .local
            default: .transport
            }
        self.init(kind, code: curlCode, systemError: systemError)
    }
}

extension TransferFailure: CustomStringConvertible {
    /// The kind with libcurl's and the system's fixed texts; nothing that a gateway wrote.
    package var description: String {
        var text = kind.rawValue
        if code != 0 {
            text += ": " + String(cString: curl_easy_strerror(CURLcode(rawValue: UInt32(bitPattern: code))))
        }
        if systemError != 0 { text += " (" + String(cString: strerror(systemError)) + ")" }
        return text
    }
}
