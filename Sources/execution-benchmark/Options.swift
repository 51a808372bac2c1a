/// What the command line asks for.
struct Options {
    enum Format: String {
        case text
        case json
    }

    var workloads = Workload.all
    var records = ["trades", "full", "summary"]
    var repetitions = 1
    var seed: UInt64 = 1
    /// Where files are made and kept; nil makes a temporary folder and removes it.
    var folder: String?
    /// The command line under test; nil takes the one beside this program.
    var execution: String?
    var format = Format.text

    static let help = """
        execution-benchmark measures `execution` on the workloads of dev_workflows/BENCHMARKS.md.

        Usage: execution-benchmark [OPTION…]
               execution-benchmark broker --help     for the way to a broker and back
               execution-benchmark gate [OPTION…]    W1 with every limit switched on beside W1 without any
               execution-benchmark risk --help       for one review of the risk gate

          --workload W1,W2,W3          which workloads; all unless said
          --record trades,full,summary which record levels; all unless said
          --repeat N                   how often each is run; the median counts; 1 unless said
          --seed N                     what the workloads are made from; 1 unless said
          --folder FOLDER              where files are made and kept; a temporary folder unless said
          --execution PATH             the program to measure; the one beside this unless said
          --format text|json           how to print; text unless said
        """

    init(_ words: [String]) throws(BenchmarkError) {
        var rest = words[...]
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { throw BenchmarkError("\(name) needs a value; see --help") }
            try set(name, value)
        }
    }

    private mutating func set(_ name: String, _ value: String) throws(BenchmarkError) {
        switch name {
        case "--workload":
            workloads = try value.split(separator: ",").map { (part) throws(BenchmarkError) in
                try Self.workload("\(part)")
            }
        case "--record":
            records = try value.split(separator: ",").map { (part) throws(BenchmarkError) in try Self.record("\(part)")
            }
        case "--repeat": repetitions = try Self.number(name, value)
        case "--seed": seed = UInt64(try Self.number(name, value))
        case "--folder": folder = value
        case "--execution": execution = value
        case "--format":
            guard let known = Format(rawValue: value) else { throw BenchmarkError("--format is text or json") }
            format = known
        default: throw BenchmarkError("there is no option \(name); see --help")
        }
    }

    private static func workload(_ name: String) throws(BenchmarkError) -> Workload {
        guard let workload = Workload.all.first(where: { $0.name == name.uppercased() }) else {
            throw BenchmarkError("there is no workload \(name); there are W1, W2 and W3")
        }
        return workload
    }

    private static func record(_ name: String) throws(BenchmarkError) -> String {
        guard ["trades", "full", "summary"].contains(name) else {
            throw BenchmarkError("there is no record level \(name); there are trades, full and summary")
        }
        return name
    }

    private static func number(_ name: String, _ value: String) throws(BenchmarkError) -> Int {
        guard let number = Int(value), number > 0 else { throw BenchmarkError("\(name) is a whole number above zero") }
        return number
    }
}

/// What kept the benchmark from measuring.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
