import CLibcrypto

/// libcrypto refused to compute a digest.
public struct DigestFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public var description: String {
        "libcrypto cannot compute SHA-256 on this machine; check its installation (libssl3)"
    }
}

/// A running SHA-256, computed by libcrypto.
final class SHA256Digest {
    private let context: OpaquePointer
    private let algorithm: OpaquePointer

    init() throws(DigestFailure) {
        guard let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else { throw DigestFailure() }
        guard let context = EVP_MD_CTX_new() else {
            EVP_MD_free(algorithm)
            throw DigestFailure()
        }
        self.algorithm = algorithm
        self.context = context
        try restart()
    }

    deinit {
        EVP_MD_CTX_free(context)
        EVP_MD_free(algorithm)
    }

    private func restart() throws(DigestFailure) {
        guard EVP_DigestInit_ex2(context, algorithm, nil) == 1 else { throw DigestFailure() }
    }

    /// Adds bytes.
    func update(_ bytes: UnsafeRawBufferPointer) throws(DigestFailure) {
        guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else { throw DigestFailure() }
    }

    /// Adds a text and a separator that no text contains.
    func update(_ text: String) throws(DigestFailure) {
        var text = text + "\u{1F}"
        let status = text.withUTF8 { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        guard status == 1 else { throw DigestFailure() }
    }

    /// The 32 bytes of the digest; the next update starts a new one.
    func finish() throws(DigestFailure) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_DigestFinal_ex(context, &digest, nil) == 1 else { throw DigestFailure() }
        try restart()
        return digest
    }

    /// The digest as 64 hexadecimal digits.
    func finishAsHexadecimal() throws(DigestFailure) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: try finish().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
