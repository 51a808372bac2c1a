import TradingModel

/// An option as the Options Clearing Corporation names it: root, expiry, right and strike, such as `AAPL  240119C00150000`.
///
/// Protocol page, placeOrder field 12: localSymbol is the 21 character form with blanks.
public struct IBKROptionSymbol: Hashable, Sendable, CustomStringConvertible {
    public let root: String
    public let expiry: IBKRExpiry
    public let isCall: Bool
    public let strike: Price

    /// Reads the form with blanks and the one without; nil for anything else.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 16, bytes.count <= 21 else { return nil }
        let root = String(decoding: bytes.dropLast(15), as: UTF8.self)
        let tail = Array(bytes.suffix(15))
        let name = root.split(separator: " ", omittingEmptySubsequences: true)
        guard name.count == 1, root.hasPrefix(name[0]), name[0].utf8.count <= 6,
            name[0].utf8.allSatisfy({ (65...90).contains($0) || (48...57).contains($0) }),
            let date = IBKROptionSymbol.number(tail[0..<6]), let strike = IBKROptionSymbol.number(tail[7..<15]),
            tail[6] == UInt8(ascii: "C") || tail[6] == UInt8(ascii: "P"), strike > 0,
            let expiry = IBKRExpiry(
                year: 2000 + Int(date / 10_000), month: Int(date / 100 % 100), day: Int(date % 100))
        else { return nil }
        self.root = String(name[0])
        self.expiry = expiry
        isCall = tail[6] == UInt8(ascii: "C")
        // The strike has three decimals.
        self.strike = Price(e8: strike * 100_000)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard digit &- 48 < 10 else { return nil }
            value = value * 10 + Int64(digit - 48)
        }
        return value
    }

    /// The 21 characters.
    public var description: String {
        let strikeText = String(strike.e8 / 100_000)
        return root + String(repeating: " ", count: 6 - root.utf8.count) + expiry.description.dropFirst(2)
            + (isCall ? "C" : "P") + String(repeating: "0", count: max(0, 8 - strikeText.utf8.count)) + strikeText
    }
}
