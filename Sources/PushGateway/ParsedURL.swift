internal import CCurl

/// A text parsed by libcurl's URL API; owns the handle unless it is taken.
struct ParsedURL: ~Copyable {
    private let handle: OpaquePointer

    init(_ text: String, flags: UInt32 = 0) throws(GatewayURLError) {
        guard text.utf8.count <= GatewayURL.maximumLength else { throw GatewayURLError(.tooLong) }
        // Also keeps a NUL from hiding the rest of the text from libcurl.
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { throw GatewayURLError(.forbiddenCharacter) }
        guard let handle = curl_url() else { throw GatewayURLError(.malformed) }
        let code = curl_url_set(handle, CURLUPART_URL, text, flags)
        guard code == CURLUE_OK else {
            curl_url_cleanup(handle)
            throw GatewayURLError(Self.reason(code))
        }
        self.handle = handle
    }

    deinit {
        curl_url_cleanup(handle)
    }

    /// Takes any scheme, not only those that libcurl makes requests by.
    static let anyScheme = UInt32(CURLU_NON_SUPPORT_SCHEME)

    /// The scheme in lower case.
    var scheme: String? { part(CURLUPART_SCHEME)?.lowercased() }
    var hasHost: Bool { part(CURLUPART_HOST)?.isEmpty == false }

    /// A part of the URL; nil where it is absent.
    borrowing func part(_ part: CURLUPart, _ flags: UInt32 = 0) -> String? {
        Self.part(part, of: handle, flags)
    }

    /// A part of a URL that libcurl has parsed.
    static func part(_ part: CURLUPart, of handle: OpaquePointer, _ flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }

    /// Replaces the host.
    borrowing func setHost(_ host: String) throws(GatewayURLError) {
        guard curl_url_set(handle, CURLUPART_HOST, host, 0) == CURLUE_OK else { throw GatewayURLError(.malformed) }
    }

    /// Hands the libcurl handle over to the caller.
    consuming func takeHandle() -> OpaquePointer {
        let handle = handle
        discard self
        return handle
    }

    private static func reason(_ code: CURLUcode) -> GatewayURLError.Reason {
        switch code {
        case CURLUE_NO_HOST: .missingHost
        case CURLUE_UNSUPPORTED_SCHEME, CURLUE_BAD_SCHEME, CURLUE_NO_SCHEME: .unsupportedScheme
        default: .malformed
        }
    }
}
