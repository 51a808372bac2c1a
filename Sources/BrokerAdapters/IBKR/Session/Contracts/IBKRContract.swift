import TradingModel

/// A contract that is known to be the one that was meant.
public struct IBKRContract: Sendable, Equatable {
    public var instrument: InstrumentID
    public var ticker: String
    /// As orders name it, with IBKR's own id.
    public var contract: TWSContract
    public var grid: IBKRPriceGrid
    /// Nil where the gateway does not say.
    public var minimumSize: Quantity?
    public var sizeIncrement: Quantity?

    /// Whether fractions of a unit can be ordered.
    public var allowsFractions: Bool {
        guard let sizeIncrement else { return false }
        return sizeIncrement.e8 > 0 && sizeIncrement.e8 < Quantity.scale
    }
}

/// Why a ticker is no contract; nothing is ordered for it.
public enum IBKRContractRefusal: Sendable, Hashable, CustomStringConvertible {
    case unreadable(String)
    case unknown(String)
    /// More than one fits; the candidates are named.
    case ambiguous(String, candidates: [String])
    /// Prices of the contract are quoted in another unit than its currency, such as pence.
    case magnifiedPrice(String, Int32)
    case noTick(String)
    case noAnswer(String)
    case refused(String, code: Int32, text: String)

    public var description: String {
        switch self {
        case .unreadable(let text): text
        case .unknown(let ticker): "no contract fits \(ticker)"
        case .ambiguous(let ticker, let candidates):
            "\(ticker) may be any of: \(candidates.joined(separator: ", ")); name the primary exchange or the day"
        case .magnifiedPrice(let ticker, let magnifier):
            "the prices of \(ticker) are quoted at \(magnifier) times the currency, which is not supported"
        case .noTick(let ticker): "no price increment is known for \(ticker)"
        case .noAnswer(let ticker): "the gateway did not say what \(ticker) is"
        case .refused(let ticker, let code, let text): "the gateway refuses \(ticker): \(code) \(text)"
        }
    }
}
