import Reporting
import Storage
import TradingModel

/// What bars a historical database has.
public struct BarListing {
    private let listings: [BarSeriesListing]

    /// Reads the listing; throws what opening the database throws.
    public init(database path: String) throws {
        listings = try BarStore(try Database.openForReading(path)).listings()
    }

    /// The listing as text with a final newline; a gap is a bar time of the interval, of any ticker, without a bar of this one.
    public func rendered(as format: ReportFormat) -> String {
        MemoryTable(
            columns: ["ticker", "interval", "first", "last", "bars", "gaps"], times: ["first", "last"],
            rows: listings.map { listing in
                [
                    .text(listing.ticker), .text(listing.interval.description), .text(listing.first.description),
                    .text(listing.last.description), .integer(listing.count), .integer(listing.gaps),
                ]
            }
        ).rendered(as: format)
    }
}
