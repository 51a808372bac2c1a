import TradingModel

/// Reads orders from CSV or JSON Lines.
///
/// Columns: `as_of`, `ticker`, `side`, `quantity`; optionally `order_ref`, `order_type`, `limit_price`, `stop_price`,
/// `trail_amount`, `trail_percent`, `limit_offset`, `time_in_force`, `good_till`, `parent_ref`, `oca_group`, `cancel_at`,
/// `algorithm`, `algorithm_parameters`, `follows_level` and the ids of the decision.
public enum OrderFile {
    static let schema = TableSchema(
        rowName: "order",
        columns: [
            .init(name: "as_of", aliases: ["asof", "date", "timestamp", "decided_at"], isRequired: true),
            .init(name: "ticker", aliases: ["symbol"], isRequired: true),
            .init(name: "side", aliases: ["direction"], isRequired: true),
            .init(name: "quantity", aliases: ["qty", "size"], isRequired: true),
            .init(name: "order_ref", aliases: ["ref", "client_order_id"]),
            .init(name: "order_type", aliases: ["type"]),
            .init(name: "limit_price", aliases: ["limit"]),
            .init(name: "stop_price", aliases: ["stop"]),
            .init(name: "trail_amount"),
            .init(name: "trail_percent"),
            .init(name: "limit_offset"),
            .init(name: "time_in_force", aliases: ["tif"]),
            .init(name: "good_till", aliases: ["good_til", "gtd"]),
            .init(name: "parent_ref", aliases: ["parent"]),
            .init(name: "oca_group", aliases: ["oca", "oco_group"]),
            .init(name: "cancel_at"),
            .init(name: "algorithm", aliases: ["algo"]),
            .init(name: "algorithm_parameters", aliases: ["algo_parameters", "algorithm_params"]),
            .init(name: "follows_level"),
        ] + LineageColumns.columns)

    /// Reads a file as a whole. Throws `InputError` with everything that is wrong with it.
    ///
    /// `defaults` is what a blank `order_type` and `time_in_force` mean.
    public static func read(
        _ file: InputFile, localTime: LocalTime = .utc, defaults: OrderDefaults = OrderDefaults()
    ) throws(InputError) -> OrderSheet {
        var reader = try OrderReader(file: file, localTime: localTime, defaults: defaults)
        return try reader.readAll()
    }
}

/// The columns of an order file, by their place in its schema.
enum OrderColumn {
    static let asOf = 0
    static let ticker = 1
    static let side = 2
    static let quantity = 3
    static let orderRef = 4
    static let type = 5
    static let limitPrice = 6
    static let stopPrice = 7
    static let trailAmount = 8
    static let trailPercent = 9
    static let limitOffset = 10
    static let timeInForce = 11
    static let goodTill = 12
    static let parentRef = 13
    static let ocaGroup = 14
    static let cancelAt = 15
    static let algorithm = 16
    static let algorithmParameters = 17
    static let followsLevel = 18
    static let decision = 19
}
