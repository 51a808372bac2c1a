import Foundation

/// Measures the way to the broker and back; the gateway runs already, on this machine, stepped.
struct BrokerBenchmark {
    /// What is measured.
    enum Measure: String, CaseIterable {
        case latency
        case orders
        case burst
        case firstOrder = "first-order"
        case reconnect
        case recovery
    }

    /// The command line after `broker`.
    struct Options {
        let measure: Measure
        var port: UInt16 = 4002
        var controlPort: UInt16 = 4003
        /// Orders, executions or events, whatever the measure counts; nil takes its own number.
        var count: Int?
        /// How often.
        var times = 1
        /// Whether single orders are put on record.
        var journals = true
        var folder: String?
    }

    static let help = """
        execution-benchmark broker measures the way of orders to a gateway and back. dev_workflows/compare_with_ib_async.py
        starts the gateway and runs it, beside ib_async.

        Usage: execution-benchmark broker MEASURE [OPTION…]

          latency        orders one after the other, each until its acknowledgement (500)
          orders         orders at once, until all are acknowledged (5,000)
          burst          executions with commissions of one bar, until all are booked (20,000)
          first-order    a file of targets until the bytes of the first order (500)
          reconnect      cut connections until the session is reconciled; says when orders work and when it is back
          recovery       a journal of an account until a run of it can connect (1,000,000 events); needs no gateway

          --port N --control-port N    where the gateway listens; 4002 and 4003 unless said
          --count N                    another number than those above
          --times N                    how often; 1 unless said
          --journal full|none          whether `latency` puts orders on record before they leave; full unless said
          --folder FOLDER              where databases are made and kept; a temporary folder unless said
        """

    let options: Options
    let folder: String

    static func run(_ words: [String]) throws {
        if words.isEmpty || words.contains("--help") { return print(help) }
        let options = try Options(words)
        let folder = options.folder ?? NSTemporaryDirectory() + "execution-benchmark-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { if options.folder == nil { try? FileManager.default.removeItem(atPath: folder) } }
        try BrokerBenchmark(options: options, folder: folder).run()
    }

    private func run() throws {
        switch options.measure {
        case .latency: try measureLatency()
        case .orders: try measureOrders()
        case .burst: try measureBurst()
        case .firstOrder: try measureFirstOrder()
        case .reconnect: try measureReconnects()
        case .recovery: try measureRecovery()
        }
    }

    /// One result, as one line of JSON.
    func show(_ figures: [String: Double]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let line = String(decoding: try encoder.encode(figures), as: UTF8.self) + "\n"
        try FileHandle.standardOutput.write(contentsOf: Data(line.utf8))
    }

    /// A database that is not there yet.
    func newDatabase(_ name: String) -> String {
        let path = "\(folder)/\(name).db"
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        return path
    }
}

extension BrokerBenchmark.Options {
    init(_ words: [String]) throws {
        guard let measure = words.first.flatMap(BrokerBenchmark.Measure.init(rawValue:)) else {
            let known = BrokerBenchmark.Measure.allCases.map(\.rawValue).joined(separator: ", ")
            throw BenchmarkError("broker measures \(known); see broker --help")
        }
        self.measure = measure
        var rest = words.dropFirst()
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { throw BenchmarkError("\(name) needs a value; see broker --help") }
            try set(name, value)
        }
    }

    private mutating func set(_ name: String, _ value: String) throws {
        switch name {
        case "--port": port = try Self.number(name, value)
        case "--control-port": controlPort = try Self.number(name, value)
        case "--count": count = try Self.number(name, value)
        case "--times": times = try Self.number(name, value)
        case "--folder": folder = value
        case "--journal":
            guard ["full", "none"].contains(value) else { throw BenchmarkError("--journal is full or none") }
            journals = value == "full"
        default: throw BenchmarkError("there is no option \(name); see broker --help")
        }
    }

    private static func number<Number: FixedWidthInteger>(_ name: String, _ value: String) throws -> Number {
        guard let number = Number(value), number > 0 else {
            throw BenchmarkError("\(name) is a whole number from 1 to \(Number.max)")
        }
        return number
    }
}

/// The value that a share of the values does not exceed; 0.5 is the median.
func quantile(_ share: Double, of values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted[min(sorted.count - 1, max(0, Int((Double(sorted.count) * share).rounded(.up)) - 1))]
}
