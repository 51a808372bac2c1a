import TradingModel

/// One value of a report.
public enum Cell: Sendable, Equatable {
    case null
    case text(String)
    case integer(Int64)
    /// An exact decimal number: an integer number of 10^-`scale`.
    case decimal(Int64, scale: Int)
    case real(Double)

    /// Whether people read it from its right end.
    public var isNumber: Bool {
        switch self {
        case .integer, .decimal, .real: true
        case .null, .text: false
        }
    }

    /// The value without quotes; nil for NULL, and for a real that is no number.
    ///
    /// Decimals are printed from their integers, so every digit is exact.
    public var plainText: String? {
        switch self {
        case .null: nil
        case .text(let text): text
        case .integer(let value): String(value)
        case .decimal(let value, let scale): DecimalText.format(value, scale: scale)
        case .real(let value): value.isFinite ? String(value) : nil
        }
    }
}
