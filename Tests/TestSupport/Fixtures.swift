import Foundation

/// The files in `fixtures/`, found from where this source lies.
public enum Fixtures {
    /// The folder of the package.
    public static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Daily bars of five real tickers, 2000 to 2013, gzip.
    public static let bars = path("bars/us-daily.csv.gz")
    /// Their splits and dividends.
    public static let corporateActions = path("corporate-actions.csv")
    /// A monthly rebalance over them.
    public static let targets = path("example/targets.csv")
    /// Orders written by hand, one idea each.
    public static let orders = path("example/orders.csv")

    private static func path(_ name: String) -> String {
        package.appendingPathComponent("fixtures").appendingPathComponent(name).path
    }
}
