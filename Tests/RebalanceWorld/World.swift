import BrokerAdapters
import GatewaySimulator
import MarketSimulation
import OrderRouting
import Rebalancing
import RiskControl
import SeededTesting
import TradingModel

/// The lines of a world's log.
public final class WorldLog {
    public var isKept = false
    public internal(set) var lines: [String] = []
}

/// Engine, session, codec, gateway and journal in one process, on virtual time and one seed.
///
/// Real bytes go between the machine and the gateway; the world carries them, plays the bars, keeps the journal, starts and
/// kills processes, and causes the trouble that its plan asks for.
public struct World {
    public static let account = "DU123"
    /// What the service connects as.
    public static let clientID: Int32 = 17

    public var faults: FaultPlan
    public var journal: any WorldJournal
    public internal(set) var gateway: SimulatedGateway
    public internal(set) var market: WorldMarket
    let instruments: [Instrument]

    var generator: SeededGenerator
    /// Of a clock that never goes back.
    public internal(set) var now_ms: Int64
    /// What the clock of the machine's host shows more than the time there is.
    var wallOffset_ms: Int64 = 0
    var queue = EventQueue()
    var links: [Int: Link] = [:]
    var linkCount = 0
    var process: HostedProcess?
    var processCount = 0
    /// Whether the last process left nothing of its run to do.
    public internal(set) var isRunComplete = false
    /// Until then the gateway takes no connection.
    var gatewayAwayUntil_ms: Int64 = 0
    var isConnectivityLost = false
    var strangersOrders: Int32 = 0
    /// The kill switches as they are on record, whoever has seen them.
    public internal(set) var switches = KillSwitchBoard()

    /// The levels of aggressiveness that are in force.
    public internal(set) var levels = AggressivenessLevels()

    /// Limits that orders were asked to have, on record, by key; and what each order id was first sent for.
    var committedLimits: [String: Set<Price>] = [:]
    var sentQuantities: [Int32: Quantity] = [:]
    /// Keys of orders that a preview on record lets leave.
    var clearedKeys: Set<String> = []
    /// Order ids under which the gateway was asked what an order would do to the margin.
    public internal(set) var previewIDs: Set<Int32> = []
    /// How many changes of orders left.
    public internal(set) var changesSent = 0
    /// How many intents of files were left out because another run had acted on them.
    public internal(set) var skippedIntents = 0
    /// Keys of orders whose sending is on record.
    var committedKeys: Set<String> = []
    var committedMark: Int32 = 0
    /// What the account was worth when it was first looked at, by day.
    var firstEquities: [Int64: Money] = [:]
    /// How often an order was planned after a loss that lets only reductions pass.
    public internal(set) var ordersAfterLoss = 0
    /// The venue's breaker as it is on record.
    var breakerState = BreakerRecord.State.closed
    /// How long a process may run.
    public var longestProcess_ms: Int64 = 3_600_000
    /// What the auditor saw that must not be, while it happened.
    public internal(set) var violations: [String] = []
    /// What happened, where somebody wants to read it.
    public let log = WorldLog()

    /// - Parameter start_ms: since the midnight before the first session.
    public init(
        market: WorldMarket, cash: Money, rules: SimulationRules, journal: any WorldJournal, seed: UInt64,
        faults: FaultPlan = .none, start_ms: Int64 = WorldMarket.open_ms, sessionsKept: Int? = nil
    ) {
        self.market = market
        self.journal = journal
        self.faults = faults
        instruments = market.tickers.map { Instrument(ticker: $0) }
        generator = SeededGenerator(seed: seed)
        now_ms = start_ms
        var settings = GatewaySettings(account: World.account, cash: cash)
        settings.clock = .wall
        settings.sessionsKept = sessionsKept
        gateway = SimulatedGateway(
            settings: settings, rules: rules, instruments: instruments, localTime: .utc,
            start: Timestamp(ms: WorldMarket.epoch_ms + WorldMarket.open_ms))
        queue.add(.bar, at: market.next_ms)
    }

    /// The time there is.
    public var time: Timestamp { Timestamp(ms: WorldMarket.epoch_ms + now_ms) }

    mutating func moment() -> IBKRMoment {
        IBKRMoment(uptime_ms: now_ms, time: time.adding(ms: wallOffset_ms), random: generator.next())
    }

    func note(_ text: @autoclosure () -> String) {
        if log.isKept { log.lines.append("\(now_ms) \(text())") }
    }

    // MARK: - The course of things

    /// Lets time pass without a process.
    public mutating func advance(to time_ms: Int64) throws {
        while let next = queue.nextTime_ms, next <= time_ms {
            now_ms = max(now_ms, next)
            try perform(queue.removeFirst())
        }
        now_ms = max(now_ms, time_ms)
    }

    /// Does something later, such as what an operator or the venue does.
    public mutating func after(_ ms: Int64, _ body: @escaping (inout World) throws -> Void) {
        queue.add(.act(body), at: now_ms + ms)
    }

    /// Lets the market go on until no order is open, of whomever it is.
    public mutating func letOrdersEnd() throws {
        let isOver = ["Filled", "Cancelled", "Inactive"]
        for _ in 0..<1_000 where gateway.orderRecords.contains(where: { !isOver.contains($0.status) }) {
            try advance(to: now_ms + market.bar_ms)
            if market.place == 0 { try advance(to: WorldMarket.opening_ms(ofDay: market.day)) }
        }
    }

    /// The next thing that happens.
    mutating func step() throws {
        let deadline = process?.waiting == nil ? process?.machine.nextDeadline_ms : nil
        guard let next = [queue.nextTime_ms, deadline].compactMap({ $0 }).min() else {
            throw WorldFailure("nothing will ever happen")
        }
        now_ms = max(now_ms, next)
        if let event = queue.nextTime_ms, event <= now_ms {
            try perform(queue.removeFirst())
        } else {
            try wake()
        }
    }

    private mutating func wake() throws {
        guard var current = process else { return }
        current.wakes = current.lastWake_ms == now_ms ? current.wakes + 1 : 0
        current.lastWake_ms = now_ms
        process?.wakes = current.wakes
        process?.lastWake_ms = now_ms
        guard current.wakes < 20 else {
            throw WorldFailure("the machine wants to be woken again and again at \(now_ms)")
        }
        try feed(.wake)
    }

    private mutating func perform(_ event: WorldEvent) throws {
        switch event {
        case .opened(let link): try open(link)
        case .refused(let link): try hearClose(link, "connection refused")
        case .toGateway(let link, let bytes): try arriveAtGateway(link, bytes)
        case .toClient(let link, let bytes): try arriveAtClient(link, bytes)
        case .clientHearsClose(let link, let why): try hearClose(link, why)
        case .gatewayHearsClose(let link): try closeAtGateway(link)
        case .bar: try playBar()
        case .strike: try strike()
        case .act(let body): try body(&self)
        case .connectivityRestored(let areSubscriptionsLost):
            isConnectivityLost = false
            try touchGateway { try $0.fault(["restore"] + (areSubscriptionsLost ? ["lost"] : [])) }
        case .consent(let number, let isGiven):
            if process?.number == number { try feed(.consent(isGiven)) }
        case .stop(let number, let cancels):
            if process?.number == number { try feed(.stop(cancels: cancels)) }
        case .look(let number):
            if process?.number == number { try feed(.switches(switchesForProcess)) }
        case .levels(let number, let levels):
            if process?.number == number { try feed(.levels(levels)) }
        case .journalFree(let number):
            if process?.number == number { try goOn() }
        }
    }

    /// Sets the levels of aggressiveness, for every process from now on.
    public mutating func set(_ levels: AggressivenessLevels) throws {
        self.levels = levels
        guard let process else { return }
        queue.add(.levels(process: process.number, levels), at: now_ms)
    }

    // MARK: - The gateway

    /// Does something with the gateway, at the time there is, and carries what it says.
    public mutating func touchGateway(_ body: (inout SimulatedGateway) throws -> Void) throws {
        gateway.tick(time)
        try body(&gateway)
        try drainGateway()
    }

    /// The rest of the bar that runs, and the open of the next one if the session goes on.
    private mutating func playBar() throws {
        let isAway = !isClientConnected
        let before = isAway ? gateway.executionRecords.count : 0
        try touchGateway { try $0.playRest() }
        if market.next_ms <= now_ms {
            let end_ms = market.end_ms
            let slice = market.next()
            try touchGateway { try $0.playOpen(slice) }
            queue.add(.bar, at: end_ms)
        } else {
            queue.add(.bar, at: market.next_ms)
        }
        if isAway, gateway.executionRecords.count > before { faults.count(.fillWhileAway) }
    }

    var isClientConnected: Bool { links.values.contains { $0.process == process?.number && $0.isOpenAtClient } }
}
