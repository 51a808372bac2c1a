import Storage
import TradingModel

/// Reads the metrics of the PRODUCTION accounts of a database.
///
/// What only grows in the tables is a counter: it goes on from process to process. Throws as `AccountReader` does, and
/// `ArithmeticOverflow` for sums that no number holds.
public struct MetricsReader {
    typealias Label = MetricFamily.Label
    typealias Sample = MetricFamily.Sample

    let database: Database
    private let time: Timestamp
    private let version: String

    /// - Parameters:
    ///   - time: when the database is read.
    ///   - version: of this program.
    public init(_ database: Database, at time: Timestamp, version: String) {
        self.database = database
        self.time = time
        self.version = version
    }

    /// Every family, in one order, as the database is at one moment.
    public func families() throws -> [MetricFamily] {
        let accounts = AccountReader(database)
        return try accounts.atOneMoment {
            let names = try accounts.accounts()
            return try orders() + [latencies(accounts, names)] + risk() + breakers() + books(accounts, names)
                + profits() + alerts() + runs() + [
                    gauge(
                        "execution_metrics_timestamp_seconds", "When these metrics were read from the database.",
                        [Sample([], .decimal(time.ms, scale: 3))]),
                    gauge(
                        "execution_build_info", "The version of the program that read them; always 1.",
                        [Sample([Label("version", version)], 1)]),
                ]
        }
    }

    func gauge(_ name: String, _ help: String, _ samples: [MetricFamily.Sample]) -> MetricFamily {
        MetricFamily(name, .gauge, help, samples)
    }

    func counter(_ name: String, _ help: String, _ samples: [MetricFamily.Sample]) -> MetricFamily {
        MetricFamily(name, .counter, help, samples)
    }

    /// A sample a row: the labels are the columns of their names, the value is the column after them.
    func samples(_ labels: [String], _ sql: String, scale: Int? = nil) throws -> [MetricFamily.Sample] {
        let statement = try database.connection.prepare(sql)
        var samples: [MetricFamily.Sample] = []
        while try statement.step() {
            let named = labels.enumerated().map { Label($1, statement.text(Int32($0)) ?? "") }
            let value = statement.int64(Int32(labels.count))
            samples.append(scale.map { Sample(named, .decimal(value, scale: $0)) } ?? Sample(named, value))
        }
        return samples
    }

    static let production = "JOIN execution_runs r ON r.run_id = o.run_id WHERE r.mode = 'PRODUCTION'"
}
