import Foundation

/// Certificates for 127.0.0.1, made by `openssl` in a temporary folder that goes when the tests end.
struct TestCertificates: Sendable {
    enum Kind: String, CaseIterable {
        /// By the test's own authority.
        case good
        /// By the same, for another host.
        case wrongName
        /// By the same, no longer valid.
        case expired
        /// By itself.
        case selfSigned
    }

    static let shared = Result {
        atexit { TestCertificates.removeFolder() }
        return try TestCertificates()
    }

    private static let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("matrix-pusher-certificates-\(UUID().uuidString)")

    private static func removeFolder() { try? FileManager.default.removeItem(at: folder) }

    /// The authority's certificate, for `ca_file`.
    var authority: String { path("authority.pem") }
    func certificate(_ kind: Kind) -> String { path("\(kind.rawValue).pem") }
    func key(_ kind: Kind) -> String { path("\(kind.rawValue).key") }

    private func path(_ name: String) -> String { Self.folder.appendingPathComponent(name).path }

    private init() throws {
        try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
        let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        try OpenSSL.run(
            ["req", "-x509", "-days", "2", "-subj", "/CN=Test authority", "-keyout", path("authority.key")]
                + ["-out", authority] + newKey)
        for kind in Kind.allCases {
            let name = kind == .wrongName ? "DNS:gateway.example.org" : "IP:127.0.0.1"
            let subject = ["-subj", "/CN=\(kind.rawValue)", "-addext", "subjectAltName=\(name)", "-keyout", key(kind)]
            guard kind != .selfSigned else {
                try OpenSSL.run(["req", "-x509", "-days", "2", "-out", certificate(kind)] + subject + newKey)
                continue
            }
            let request = path("\(kind.rawValue).csr")
            try OpenSSL.run(["req", "-new", "-out", request] + subject + newKey)
            try OpenSSL.run([
                "x509", "-req", "-in", request, "-CA", authority, "-CAkey", path("authority.key"), "-CAcreateserial",
                "-copy_extensions", "copy", "-days", kind == .expired ? "-1" : "2", "-out", certificate(kind),
            ])
        }
    }
}
