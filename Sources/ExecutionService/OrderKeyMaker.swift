import TradingModel

/// Makes the deterministic identity of an order: a hash of run (or account), decision, ticker, leg and attempt.
///
/// 160 bits of SHA-256 in the base-32 letters of RFC 4648: 32 letters and digits, which every venue takes as client order id.
/// The same decision planned twice has the same keys.
package final class OrderKeyMaker {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
    private let digest: SHA256Digest
    private let owner: String

    /// - Parameter owner: the run in TRAINING, the account in PRODUCTION.
    package init(owner: String) throws(DigestFailure) {
        self.owner = owner
        digest = try SHA256Digest()
    }

    /// The key of one order; `leg` tells apart the orders of one decision and ticker.
    package func key(decision: String, ticker: String, leg: String, attempt: Int = 0) throws(DigestFailure) -> String {
        try digest.update("\(owner)\u{1F}\(decision)\u{1F}\(ticker)\u{1F}\(leg)\u{1F}\(attempt)")
        let bytes = try digest.finish()
        var key: [UInt8] = []
        key.reserveCapacity(32)
        for group in stride(from: 0, to: 20, by: 5) {
            let bits = bytes[group..<group + 5].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            for shift in stride(from: 35, through: 0, by: -5) {
                key.append(Self.letters[Int(bits >> UInt64(shift) & 31)])
            }
        }
        return String(decoding: key, as: UTF8.self)
    }
}
