import CrashPoints
import ExecutionService
import Foundation

// execution apply --mode production --live --yes as a library call, which kills its own process at a point.
//
//     CrashChild DATABASE TARGETS CONFIGURATION ACCOUNT [POINT OCCURRENCE PART]

let words = Array(CommandLine.arguments.dropFirst())
guard words.count == 4 || words.count == 7 else {
    FileHandle.standardError.write(Data("CrashChild needs 4 or 7 words\n".utf8))
    exit(64)
}

do {
    let plan = try RebalancePlan(
        RebalancePlan.Sources(targets: words[1], configuration: words[2], account: words[3]), venue: .ibkr)
    var killer: Killer?
    if words.count == 7, let point = CrashPoint(rawValue: words[4]), let occurrence = Int(words[5]),
        let part = Int(words[6])
    {
        killer = Killer(point, occurrence: occurrence, part: part, port: plan.configuration.brokers.ibkr.port)
    }
    let observer = RebalanceObserver(
        confirm: { _ in true },
        log: { line, _ in FileHandle.standardError.write(Data("\(line)\n".utf8)) },
        step: { step in try killer?.see(step) })
    let options = RebalanceOptions(
        database: words[0], isLiveAsked: true, environment: ProcessInfo.processInfo.environment, command: "crash child")
    let report = try rebalance(plan, options: options, observer: observer)
    print(try report.json())
    exit(report.isWhole ? 0 : 1)
} catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(3)
}
