import TradingModel

/// Reads order intents from CSV or JSON Lines.
///
/// Columns: `intent_id`, `decided_at`, `ticker`, `side`, one of `quantity` and `notional`; optionally `account`, `order_type`,
/// `limit_price`, `stop_price`, `time_in_force`, `confidence`, `expires_at`, `algorithm`, `algorithm_parameters` and the ids
/// of the decision.
public enum IntentFile {
    static let schema = TableSchema(
        rowName: "intent",
        columns: [
            .init(name: "intent_id", aliases: ["id"], isRequired: true),
            .init(name: "decided_at", aliases: ["as_of", "asof", "date", "timestamp"], isRequired: true),
            .init(name: "account", aliases: ["account_id"]),
            .init(name: "ticker", aliases: ["symbol"], isRequired: true),
            .init(name: "side", aliases: ["direction", "action"], isRequired: true),
            .init(name: "quantity", aliases: ["qty", "size"]),
            .init(name: "notional", aliases: ["amount"]),
            .init(name: "order_type", aliases: ["type"]),
            .init(name: "limit_price", aliases: ["limit"]),
            .init(name: "stop_price", aliases: ["stop"]),
            .init(name: "time_in_force", aliases: ["tif"]),
            .init(name: "confidence"),
            .init(name: "expires_at", aliases: ["expiry", "expires"]),
            .init(name: "algorithm", aliases: ["algo"]),
            .init(name: "algorithm_parameters", aliases: ["algo_parameters", "algorithm_params"]),
        ] + LineageColumns.columns)

    /// Reads a file as a whole. Throws `InputError` with everything that is wrong with it.
    ///
    /// `defaults` is what a blank `order_type`, `time_in_force` and `algorithm` mean.
    public static func read(
        _ file: InputFile, localTime: LocalTime = .utc, defaults: OrderDefaults = OrderDefaults()
    ) throws(InputError) -> IntentSheet {
        var reader = try IntentReader(file: file, localTime: localTime, defaults: defaults)
        return try reader.readAll()
    }
}

/// The columns of an intents file, by their place in its schema.
enum IntentColumn {
    static let intentID = 0
    static let decidedAt = 1
    static let account = 2
    static let ticker = 3
    static let side = 4
    static let quantity = 5
    static let notional = 6
    static let type = 7
    static let limitPrice = 8
    static let stopPrice = 9
    static let timeInForce = 10
    static let confidence = 11
    static let expiresAt = 12
    static let algorithm = 13
    static let algorithmParameters = 14
    static let decision = 15
}
