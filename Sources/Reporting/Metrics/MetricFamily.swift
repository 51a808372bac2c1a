import TradingModel

/// A metric with its samples, as Prometheus knows them.
public struct MetricFamily: Sendable, Equatable {
    public enum Kind: String, Sendable {
        case counter
        case gauge
        case histogram
    }

    /// One value with its labels, in the order they are given.
    public struct Sample: Sendable, Equatable {
        let suffix: String
        let labels: [Label]
        /// As it is written: decimals are exact.
        let value: String

        /// A whole number.
        public init(_ labels: [Label], _ value: Int64) { self.init("", labels, "\(value)") }

        /// An exact decimal.
        public init(_ labels: [Label], _ cell: Cell) { self.init("", labels, cell.plainText ?? "NaN") }

        fileprivate init(_ suffix: String, _ labels: [Label], _ value: String) {
            self.suffix = suffix
            self.labels = labels
            self.value = value
        }
    }

    /// The name of a label with its value.
    public struct Label: Sendable, Equatable {
        let name: String
        let value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// With the unit and, for counters, `_total` at its end; names do not change.
    public let name: String
    public let kind: Kind
    public let help: String
    public var samples: [Sample]

    public init(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }
}

extension MetricFamily {
    /// The bounds of latencies, in milliseconds: from what a local gateway takes to what is worth a call.
    static let latencyBounds_ms: [Int64] = [
        1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 1_800_000,
    ]

    /// Adds a histogram of durations, in seconds; a clock that was set back between two stages makes none of less than nothing.
    mutating func addHistogram(_ labels: [Label], durations_ms: [Int64]) {
        let sorted = durations_ms.map { max(0, $0) }.sorted()
        var counted = 0
        for bound_ms in Self.latencyBounds_ms {
            while counted < sorted.count, sorted[counted] <= bound_ms { counted += 1 }
            samples.append(
                Sample("_bucket", labels + [Label("le", DecimalText.format(bound_ms, scale: 3))], "\(counted)"))
        }
        samples.append(Sample("_bucket", labels + [Label("le", "+Inf")], "\(sorted.count)"))
        samples.append(Sample("_sum", labels, DecimalText.format(sorted.reduce(0, +), scale: 3)))
        samples.append(Sample("_count", labels, "\(sorted.count)"))
    }
}

/// Metrics in the text format of Prometheus, version 0.0.4.
public enum PrometheusText {
    /// Every family with its help and type, also where it has no sample.
    public static func text(_ families: [MetricFamily]) -> String {
        families.map { family in
            ([
                "# HELP \(family.name) \(escaped(family.help, quotes: false))",
                "# TYPE \(family.name) \(family.kind.rawValue)",
            ]
                + family.samples.map { line(family.name, $0) }).joined(separator: "\n") + "\n"
        }.joined()
    }

    private static func line(_ name: String, _ sample: MetricFamily.Sample) -> String {
        let labels = sample.labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",")
        return "\(name)\(sample.suffix)\(labels.isEmpty ? "" : "{\(labels)}") \(sample.value)"
    }

    /// Backslashes and ends of lines everywhere, quotes in labels.
    static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
