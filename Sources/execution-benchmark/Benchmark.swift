import Foundation

/// Makes the workloads, runs them through the command line, and measures.
@main
struct Benchmark {
    private let options: Options
    private let execution: String
    private let folder: String

    static func main() {
        let words = Array(CommandLine.arguments.dropFirst())
        if words.first != "broker", words.first != "risk", words.contains("--help") || words.contains("-h") {
            print(Options.help)
            return
        }
        do {
            if words.first == "broker" { return try BrokerBenchmark.run(Array(words.dropFirst())) }
            if words.first == "gate" {
                return try Benchmark(options: try Options(Array(words.dropFirst()))).measureGate()
            }
            if words.first == "risk" { return try RiskBenchmark.run(Array(words.dropFirst())) }
            try Benchmark(options: try Options(words)).run()
        } catch {
            FileHandle.standardError.write(Data("execution-benchmark: \(error)\n".utf8))
            exit(2)
        }
    }

    private init(options: Options) throws {
        self.options = options
        let own = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        execution = options.execution ?? own.deletingLastPathComponent().appendingPathComponent("execution").path
        folder = options.folder ?? NSTemporaryDirectory() + "execution-benchmark-\(getpid())"
        guard FileManager.default.isExecutableFile(atPath: execution) else {
            throw BenchmarkError(
                "\(execution) is no program; build it (swift build -c release) or say --execution PATH")
        }
    }

    private func measureGate() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { if options.folder == nil { try? FileManager.default.removeItem(atPath: folder) } }
        try GateCost(execution: execution, folder: folder, repetitions: options.repetitions, seed: options.seed)
            .measure(options.records)
    }

    private func run() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { if options.folder == nil { try? FileManager.default.removeItem(atPath: folder) } }
        var measurements: [Measurement] = []
        if options.format == .text { try write(Measurement.header) }
        for workload in options.workloads {
            let files = WorkloadFiles(folder: folder, name: workload.name)
            try prepare(workload, files)
            measurements.append(try show(try importBars(workload, files)))
            for record in options.records { measurements.append(try show(try apply(workload, files, record))) }
        }
        if options.format == .json { try printJSON(measurements) }
    }

    private func show(_ measurement: Measurement) throws -> Measurement {
        if options.format == .text { try write(measurement.text) }
        return measurement
    }

    private func write(_ line: String) throws {
        try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
    }

    private func printJSON(_ measurements: [Measurement]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try write(String(decoding: try encoder.encode(measurements), as: UTF8.self))
    }

    // MARK: - Steps

    private func prepare(_ workload: Workload, _ files: WorkloadFiles) throws {
        try workload.write(files, options.seed)
        for record in options.records {
            try """
            { account: { cash: 100000000000 },
            \(workload.configuration)
              record: "\(record)" }
            """.write(toFile: files.configuration(record), atomically: true, encoding: .utf8)
        }
    }

    private func importBars(_ workload: Workload, _ files: WorkloadFiles) throws -> Measurement {
        var costs: [Cost] = []
        var shell: [Double] = []
        for _ in 0..<options.repetitions {
            remove(files.history)
            let arguments = ["bars", "import", "--db", files.history, files.bars]
            let result = try ChildProcess.run(execution, arguments, outputPath: files.path("output.txt"))
            guard result.exitCode == 0 else { throw failure(arguments, files) }
            costs.append(result.cost)
            if let seconds = try ShellImport.measure(files) { shell.append(seconds) }
        }
        return Measurement(
            workload: workload.name, step: "bars import", wall_s: median(costs.map(\.wall_s)),
            cpu_s: median(costs.map(\.cpu_s)), peak_MiB: median(costs.map(\.peak_MiB)),
            bars: try ShellImport.rows(of: files.bars), bare_s: shell.isEmpty ? nil : median(shell))
    }

    private func apply(_ workload: Workload, _ files: WorkloadFiles, _ record: String) throws -> Measurement {
        let database = files.database(record)
        let arguments = [
            "apply", "--mode", "training", "--db", database, "--bars", files.history, workload.inputOption, files.input,
            "--config", files.configuration(record), "--format", "json",
        ]
        var costs: [Cost] = []
        var bare: [BareInsert.Result] = []
        var summary = RunSummary(bars: 0, orders: 0, fills: 0)
        for _ in 0..<options.repetitions {
            remove(database)
            let result = try ChildProcess.run(execution, arguments, outputPath: files.path("output.txt"))
            // 1 says that orders expired, as some do.
            guard result.exitCode <= 1 else { throw failure(arguments, files) }
            costs.append(result.cost)
            summary = try RunSummary(json: result.output)
            bare.append(try measureBareInsert(database, files))
        }
        return Measurement(
            workload: workload.name, step: record, wall_s: median(costs.map(\.wall_s)),
            cpu_s: median(costs.map(\.cpu_s)),
            peak_MiB: median(costs.map(\.peak_MiB)), bars: summary.bars, orders: summary.orders, fills: summary.fills,
            bare_s: record == "summary" ? nil : median(bare.map(\.wall_s)), bareRows: bare.last?.rows)
    }

    private func measureBareInsert(_ database: String, _ files: WorkloadFiles) throws -> BareInsert.Result {
        let copy = files.path("bare.db")
        defer { remove(copy) }
        remove(copy)
        return try BareInsert.measure(from: database, to: copy)
    }

    private func failure(_ arguments: [String], _ files: WorkloadFiles) -> BenchmarkError {
        let message = (try? String(contentsOfFile: files.path("output.txt.err"), encoding: .utf8)) ?? ""
        return BenchmarkError("execution \(arguments.joined(separator: " ")) failed:\n\(message)")
    }

    private func remove(_ database: String) {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: database + suffix) }
    }
}

/// What the summary of a run says of its size.
private struct RunSummary: Codable {
    var bars: Int
    var orders: Int
    var fills: Int
}

extension RunSummary {
    init(json: String) throws {
        self = try JSONDecoder().decode(RunSummary.self, from: Data(json.utf8))
    }
}
