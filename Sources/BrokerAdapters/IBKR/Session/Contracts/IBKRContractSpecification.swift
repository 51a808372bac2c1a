import TradingModel

/// What is to be traded, as the user names it.
public enum IBKRContractSpecification: Sendable, Hashable {
    /// Routed by SMART; the primary exchange tells apart stocks of one symbol.
    case stock(symbol: String, currency: String, primaryExchange: String?)
    case option(IBKROptionSymbol, currency: String)
    case future(symbol: String, expiry: IBKRExpiry, exchange: String, currency: String, multiplier: String?)
    /// On IDEALPRO.
    case currencyPair(base: String, quote: String)
}

/// A ticker that names no contract.
public struct IBKRUnreadableTicker: Error, Sendable, Equatable, CustomStringConvertible {
    public let ticker: String

    public var description: String {
        "the ticker \(ticker) is neither a stock, an OCC option symbol, a future such as ES:202412@CME, nor a pair such as EUR.USD"
    }
}

extension IBKRContractSpecification {
    /// Reads `AAPL`, `BRK.B`, `SHOP@TSE` (with the primary exchange), `AAPL  240119C00150000`, `ES:202412@CME` and `EUR.USD` or `EUR/USD`.
    ///
    /// - Parameter currency: of what is no pair.
    public init(ticker: String, currency: String = "USD") throws(IBKRUnreadableTicker) {
        if let option = IBKROptionSymbol(ticker) {
            self = .option(option, currency: currency)
        } else if let pair = IBKRContractSpecification.pair(ticker) {
            self = pair
        } else if ticker.contains(":") {
            self = try IBKRContractSpecification.future(ticker, currency)
        } else {
            self = try IBKRContractSpecification.stock(ticker, currency)
        }
    }

    private static func stock(
        _ ticker: String, _ currency: String
    ) throws(IBKRUnreadableTicker) -> IBKRContractSpecification {
        let parts = ticker.split(separator: "@", omittingEmptySubsequences: false)
        // A class of shares stands behind a blank in IBKR's symbols.
        let symbol = parts[0].map { $0 == "." || $0 == "/" || $0 == "-" ? " " : $0 }
        guard parts.count <= 2, isName(String(symbol), allowsBlank: true),
            parts.count == 1 || isName(String(parts[1]))
        else { throw IBKRUnreadableTicker(ticker: ticker) }
        return .stock(
            symbol: String(symbol), currency: currency, primaryExchange: parts.count == 2 ? String(parts[1]) : nil)
    }

    private static func future(
        _ ticker: String, _ currency: String
    ) throws(IBKRUnreadableTicker) -> IBKRContractSpecification {
        let parts = ticker.split(separator: ":", omittingEmptySubsequences: false)
        let venue = parts.last?.split(separator: "@", omittingEmptySubsequences: false) ?? []
        guard parts.count == 2, venue.count == 2, isName(String(parts[0])), isName(String(venue[1])),
            let expiry = IBKRExpiry(String(venue[0]))
        else { throw IBKRUnreadableTicker(ticker: ticker) }
        return .future(
            symbol: String(parts[0]), expiry: expiry, exchange: String(venue[1]), currency: currency, multiplier: nil)
    }

    private static func pair(_ ticker: String) -> IBKRContractSpecification? {
        let parts = ticker.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "/" }.map(String.init)
        guard parts.count == 2, parts[0] != parts[1], parts.allSatisfy(currencies.contains) else { return nil }
        return .currencyPair(base: parts[0], quote: parts[1])
    }

    private static func isName(_ text: String, allowsBlank: Bool = false) -> Bool {
        guard let first = text.utf8.first, first != 32, text.utf8.last != 32 else { return false }
        return text.utf8.allSatisfy {
            (65...90).contains($0) || (97...122).contains($0) || (48...57).contains($0) || (allowsBlank && $0 == 32)
        }
    }

    /// The currencies that are traded in pairs on IDEALPRO.
    private static let currencies: Set<String> = [
        "AED", "AUD", "CAD", "CHF", "CNH", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY", "KRW", "MXN", "NOK",
        "NZD", "PLN", "SAR", "SEK", "SGD", "TRY", "USD", "ZAR",
    ]
}

extension IBKRContractSpecification {
    /// The contract to ask the details of.
    public var request: TWSContract {
        switch self {
        case .stock(let symbol, let currency, let primaryExchange):
            TWSContract {
                ($0.symbol, $0.securityType, $0.exchange, $0.currency) = (symbol, "STK", "SMART", currency)
                $0.primaryExchange = primaryExchange ?? ""
            }
        case .option(let option, let currency):
            TWSContract {
                ($0.symbol, $0.securityType, $0.exchange, $0.currency) = (option.root, "OPT", "SMART", currency)
                $0.lastTradeDateOrContractMonth = option.expiry.description
                $0.strike = option.strike
                $0.right = option.isCall ? "C" : "P"
                $0.localSymbol = option.description
            }
        case .future(let symbol, let expiry, let exchange, let currency, let multiplier):
            TWSContract {
                ($0.symbol, $0.securityType, $0.exchange, $0.currency) = (symbol, "FUT", exchange, currency)
                $0.lastTradeDateOrContractMonth = expiry.description
                $0.multiplier = multiplier ?? ""
            }
        case .currencyPair(let base, let quote):
            TWSContract { ($0.symbol, $0.securityType, $0.exchange, $0.currency) = (base, "CASH", "IDEALPRO", quote) }
        }
    }

    /// Whether a contract is one of those that were meant; the gateway may answer with more.
    public func fits(_ contract: TWSContract) -> Bool {
        let wanted = request
        guard contract.securityType == wanted.securityType, contract.currency == wanted.currency else { return false }
        switch self {
        case .stock(_, _, let primaryExchange):
            return primaryExchange == nil || contract.primaryExchange == primaryExchange
        case .option(let option, _):
            let expiry = IBKRExpiry(contract.lastTradeDateOrContractMonth)
            return expiry == option.expiry && contract.strike == option.strike
                && contract.right.hasPrefix(option.isCall ? "C" : "P")
        case .future(_, let expiry, _, _, let multiplier):
            guard let day = IBKRExpiry(contract.lastTradeDateOrContractMonth) else { return false }
            return expiry.includes(day) && (multiplier == nil || multiplier == contract.multiplier)
        case .currencyPair(let base, _): return contract.symbol == base
        }
    }
}
