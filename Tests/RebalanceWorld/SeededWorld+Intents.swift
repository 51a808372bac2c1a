import OrderRouting
import RiskControl
import SeededTesting
import Storage
import TradingModel

/// What the users of a world have asked for by intents.
public struct IntentBook: Sendable {
    /// Everything that was given under an id, in the order of time.
    public internal(set) var given: [String: [WorldIntent]] = [:]
    /// In the order of first sight.
    var ids: [String] = []
    /// Those of files that came to their end, which have to be on record.
    public internal(set) var concluded: Set<String> = []
    /// Those that only files brought that were refused.
    public internal(set) var refused: Set<String> = []

    mutating func add(_ intent: WorldIntent) {
        let id = intent.intent.intentID
        if given[id] == nil { ids.append(id) }
        if given[id]?.contains(where: { $0.contentDigest == intent.contentDigest }) != true {
            given[id, default: []].append(intent)
        }
    }
}

/// The intents of a world, and the dice about the next ones: its own, so that other worlds stay what they are.
struct IntentDesk {
    var generator: SeededGenerator
    var book = IntentBook()
    /// By command, what its file says.
    var files: [String: [WorldIntent]] = [:]

    /// Nil in most worlds.
    init?(seed: UInt64) {
        generator = SeededGenerator(seed: seed ^ 0x1D7E_4702)
        guard generator.chance(35) else { return nil }
    }
}

/// Files of intents: new ones, some that were sent before, and now and then another one under a known id.
extension SeededWorld {
    /// The command as it is, or with a file of intents in the place of its targets.
    mutating func withIntents(_ command: WorldCommand) -> WorldCommand {
        guard var desk = intents, desk.generator.chance(65) else { return command }
        defer { intents = desk }
        var rows = (0..<desk.generator.number(1...6)).map { newIntent($0, &desk.generator) }
        if !desk.book.ids.isEmpty, desk.generator.chance(60) {
            let old = (0..<desk.generator.number(1...4)).map { _ in desk.generator.pick(desk.book.ids) }
            rows += Set(old).sorted().compactMap { desk.book.given[$0]?.first }
            if desk.generator.chance(20), let last = rows.popLast() { rows.append(other(last, &desk.generator)) }
        }
        rows.shuffle(using: &desk.generator)
        for row in rows { desk.book.add(row) }
        desk.files[command.plan.runID] = rows
        return bring(rows, in: command)
    }

    private func bring(_ rows: [WorldIntent], in command: WorldCommand) -> WorldCommand {
        var command = command
        command.batches = []
        command.ownOrders = []
        command.plan.ocaGroups = []
        let tickers = rows.map(\.intent.ticker)
        command.plan.tickers = tickers.indices.filter { tickers.firstIndex(of: tickers[$0]) == $0 }.map { tickers[$0] }
        let decisions = rows.map(\.decision).reduce(into: [Decision]()) { all, one in
            if !all.contains(where: { $0.decisionID == one.decisionID }) { all.append(one) }
        }
        command.plan.decisions = decisions
        command.plan.intents = rows.map { row in
            IntentRecord(
                intent: row.intent, account: nil,
                decision: DecisionID(decisions.firstIndex { $0.decisionID == row.decision.decisionID } ?? 0),
                contentDigest: row.contentDigest)
        }
        command.ownOrders = command.plan.intents.enumerated().compactMap { row, record in
            record.order(
                in: row, instrument: InstrumentID(command.plan.tickers.firstIndex(of: record.intent.ticker) ?? 0))
        }
        addRules(to: &command)
        return command
    }

    private func newIntent(_ number: Int, _ generator: inout SeededGenerator) -> WorldIntent {
        let ticker = generator.pick(world.market.tickers)
        let price = world.market.price(of: ticker) ?? Price(e8: Price.scale)
        let strategy = generator.number(0...1)
        let near = { (generator: inout SeededGenerator) in
            Price(e8: max(100, price.e8 / 1_000_000 * Int64(generator.number(970...1_030)) / 1_000) * 1_000_000)
        }
        var intent = OrderIntent(
            intentID: "i\(commands)n\(number)", ticker: ticker, side: nil, size: nil, type: nil, timeInForce: nil,
            decidedAt: world.time, strategyID: "S\(strategy)")
        if !generator.chance(12) {
            let limit = near(&generator)
            intent.side = generator.chance(60) ? .buy : .sell
            intent.size =
                generator.chance(50)
                ? .quantity(Quantity(units: Int64(generator.number(1...300))))
                : .notional(Money(e6: Int64(generator.number(1_000...40_000)) * Money.scale))
            intent.type = generator.pick([
                .market, .market, .limit(limit), .stop(limit), .stopLimit(stop: limit, limit: near(&generator)),
            ])
            intent.timeInForce = generator.pick([.day, .goodTilCancelled])
        }
        if generator.chance(60) { intent.confidenceE9 = Int64(generator.number(0...1_000)) * 1_000_000 }
        if generator.chance(40) {
            intent.expiresAt = world.time.adding(ms: Int64(generator.number(-20_000...90_000)))
        }
        let decision = Decision(
            decisionID: "F\(commands)S\(strategy)", decidedAt: world.time, strategyID: "S\(strategy)")
        return WorldIntent(intent: intent, decision: decision, givenAt: world.time)
    }

    /// Another one under the same id.
    private func other(_ intent: WorldIntent, _ generator: inout SeededGenerator) -> WorldIntent {
        var other = intent
        other.givenAt = world.time
        switch other.intent.size {
        case .quantity(let quantity): other.intent.size = .quantity(quantity + Quantity(units: 1))
        case .notional(let notional): other.intent.size = .notional(notional + Money(e6: Money.scale))
        case nil: other.intent.confidenceE9 = (other.intent.confidenceE9 ?? 0) == 0 ? 1 : 0
        }
        if generator.chance(30), let side = other.intent.side { other.intent.side = side.opposite }
        return other
    }

    // MARK: - The auditor

    /// Ids of a command's file that are on record with other words, by what is on record.
    func contradictions(of command: WorldCommand) throws -> Set<String> {
        let recorded = try world.journal.intents(command.plan.intents.map(\.intent.intentID))
        return Set(
            command.plan.intents.filter { given in
                recorded[given.intent.intentID].map { $0.contentDigest != given.contentDigest } ?? false
            }.map(\.intent.intentID))
    }

    /// A file is refused if and only if one of its ids stands for another intent.
    mutating func noteIntents(of command: WorldCommand, _ end: ProcessEnd, _ contradictions: Set<String>) {
        guard let rows = intents?.files[command.plan.runID] else { return }
        let ids = Set(rows.map(\.intent.intentID))
        switch end {
        case .refusedIntents(let refused):
            refusedFiles += 1
            let prefix = ownDecisions(of: command)
            let own = rows.filter { $0.decision.decisionID.hasPrefix(prefix) }
            intents?.book.refused.formUnion(own.map(\.intent.intentID))
            if Set(refused) != contradictions { findings.append("\(refused) were refused, not \(contradictions)") }
        case .finished(.completed) where !command.plan.isDry:
            intents?.book.concluded.formUnion(ids)
            fallthrough
        default:
            if !contradictions.isEmpty, end != .alreadyComplete {
                findings.append("\(command.plan.runID) brought other intents under known ids: \(contradictions)")
            }
            intents?.book.refused.subtract(ids)
        }
    }

    /// How ids of the decisions begin that a file brings itself.
    private func ownDecisions(of command: WorldCommand) -> String {
        "F\(command.plan.runID.filter(\.isNumber))S"
    }
}
