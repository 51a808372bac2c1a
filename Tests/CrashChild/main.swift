import CrashPoints
import ExecutionService
import Foundation

// `execution apply --mode production --live --yes` as a library call, which kills its own process at a point.
//
//     CrashChild --db FILE --targets|--orders|--intents FILE --config FILE --account ID [--bars FILE --interval SPAN] [--timeout SPAN] [--point POINT --occurrence N --part N]

func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

var words: [String: String] = [:]
for index in stride(from: 1, to: CommandLine.arguments.count - 1, by: 2) {
    words[CommandLine.arguments[index]] = CommandLine.arguments[index + 1]
}

do {
    let plan = try RebalancePlan(
        RebalancePlan.Sources(
            targets: words["--targets"], orders: words["--orders"], intents: words["--intents"],
            configuration: words["--config"],
            account: words["--account"], bars: words["--bars"], interval: words["--interval"]),
        venue: .ibkr)
    var killer: Killer?
    if let point = words["--point"].flatMap(CrashPoint.init), let occurrence = words["--occurrence"].flatMap(Int.init),
        let part = words["--part"].flatMap(Int.init)
    {
        killer = Killer(point, occurrence: occurrence, part: part, port: plan.configuration.brokers.ibkr.port)
    }
    let observer = RebalanceObserver(
        confirm: { _ in true }, log: { line in say(line.message) }, step: { step in try killer?.see(step) })
    let options = RebalanceOptions(
        database: words["--db"] ?? "", isLiveAsked: true, timeout: words["--timeout"].flatMap(TimeSpan.init),
        environment: ProcessInfo.processInfo.environment, command: "crash child")
    let report = try rebalance(plan, options: options, observer: observer)
    print(try report.json())
    exit(report.isWhole ? 0 : 1)
} catch {
    say("\(error)")
    exit(3)
}
