import TradingModel

/// Reads target positions from CSV or JSON Lines.
///
/// Columns: `as_of`, `ticker`, one of `target_weight`, `target_quantity` and `target_notional`; optionally `decision_id`,
/// `strategy_id`, `profile_version_id`, `regime_id`, `universe_id`, `reference_price`, `limit_price`, `time_in_force`,
/// `algorithm`, `algorithm_parameters`.
public enum TargetFile {
    static let schema = TableSchema(
        rowName: "target",
        columns: [
            .init(name: "as_of", aliases: ["asof", "date", "timestamp", "decided_at"], isRequired: true),
            .init(name: "ticker", aliases: ["symbol"], isRequired: true),
            .init(name: "target_weight", aliases: ["weight"]),
            .init(name: "target_quantity", aliases: ["target_size"]),
            .init(name: "target_notional"),
            .init(name: "reference_price"),
            .init(name: "limit_price", aliases: ["limit"]),
            .init(name: "time_in_force", aliases: ["tif"]),
            .init(name: "algorithm", aliases: ["algo"]),
            .init(name: "algorithm_parameters", aliases: ["algo_parameters", "algorithm_params"]),
        ] + LineageColumns.columns)

    /// Reads a file as a whole. Throws `InputError` with everything that is wrong with it.
    ///
    /// `defaults` is what a row without a limit price and time in force becomes; under `LIMIT` every row needs its price.
    /// `isOfStrategies` allows several targets of one ticker and time, of as many strategies.
    public static func read(
        _ file: InputFile, localTime: LocalTime = .utc, defaults: OrderDefaults = OrderDefaults(),
        isOfStrategies: Bool = false
    ) throws(InputError) -> TargetSheet {
        var reader = try TargetReader(
            file: file, localTime: localTime, defaults: defaults, isOfStrategies: isOfStrategies)
        return try reader.readAll()
    }
}
