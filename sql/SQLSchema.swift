/// The SQL of the service: the schema's migrations and the ready queries, embedded in the binary.
public enum SQLSchema {
    /// One step of the schema; a database's `user_version` is the number of steps it has taken.
    public struct Migration: Sendable {
        /// The version the database has afterwards.
        public let version: Int32
        /// Statements, separated by semicolons.
        public let sql: String
    }

    /// A query for people, as it stands in `sql/queries/`.
    public struct ReadyQuery: Sendable {
        /// The file's name without its ending.
        public let name: String
        /// The query with the comment that explains it.
        public let sql: String
    }

    /// The `application_id` of our databases: `EXEC` in ASCII.
    public static let applicationID: Int32 = 0x4558_4543

    /// Every migration, in the order they are applied.
    public static let migrations: [Migration] = [
        Migration(version: 1, sql: text(PackageResources.v0001_schema_sql)),
        Migration(version: 2, sql: text(PackageResources.v0002_views_sql)),
        Migration(version: 3, sql: text(PackageResources.v0003_risk_sql)),
        Migration(version: 4, sql: text(PackageResources.v0004_switches_sql)),
        Migration(version: 5, sql: text(PackageResources.v0005_algorithms_sql)),
        Migration(version: 6, sql: text(PackageResources.v0006_intents_sql)),
        Migration(version: 7, sql: text(PackageResources.v0007_operations_sql)),
        Migration(version: 8, sql: text(PackageResources.v0008_aggressiveness_sql)),
        Migration(version: 9, sql: text(PackageResources.v0009_intent_algorithms_sql)),
        Migration(version: 10, sql: text(PackageResources.v0010_broker_profit_sql)),
        Migration(version: 11, sql: text(PackageResources.v0011_margin_previews_sql)),
    ]

    /// The version this build reads and writes.
    public static let version = migrations.last?.version ?? 0

    /// The queries of `sql/queries/`, by name.
    public static let readyQueries: [ReadyQuery] = [
        ReadyQuery(name: "ambiguous_fills", sql: text(PackageResources.ambiguous_fills_sql)),
        ReadyQuery(name: "cash_proof", sql: text(PackageResources.cash_proof_sql)),
        ReadyQuery(name: "costs_by_strategy", sql: text(PackageResources.costs_by_strategy_sql)),
        ReadyQuery(name: "gap_by_reason", sql: text(PackageResources.gap_by_reason_sql)),
        ReadyQuery(name: "positions_with_lineage", sql: text(PackageResources.positions_with_lineage_sql)),
        ReadyQuery(name: "shortfall_by_order_type", sql: text(PackageResources.shortfall_by_order_type_sql)),
        ReadyQuery(name: "trades_by_regime", sql: text(PackageResources.trades_by_regime_sql)),
        ReadyQuery(name: "worst_slippage", sql: text(PackageResources.worst_slippage_sql)),
    ]

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
