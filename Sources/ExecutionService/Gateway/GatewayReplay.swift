import GatewaySimulator
import MarketSimulation
import TradingModel

/// The gateway with the bars that it plays.
struct GatewayReplay {
    var gateway: SimulatedGateway
    private var feed: SliceSource
    /// The slice that is played next; nil at the end of the data.
    private(set) var upcoming: BarSlice?
    private var script: GatewayScript
    private let last: CalendarDate?
    /// Bars that were played for clients, not those that were history from the start.
    private(set) var barsPlayed = 0
    private(set) var isBarRunning = false
    /// The slice that was played last.
    private(set) var current: BarSlice?

    init(_ inputs: GatewayInputs, _ options: GatewayOptions) throws {
        feed = try inputs.market.feed(of: inputs.market.tickers)
        last = inputs.last
        script = inputs.script
        gateway = SimulatedGateway(
            settings: inputs.settings(options), rules: inputs.configuration.simulation,
            instruments: inputs.instruments, actions: inputs.actions, localTime: inputs.configuration.localTime,
            start: feed.firstStart ?? Timestamp(ms: 0))
        try fetch()
        while let slice = upcoming, let first = inputs.first, slice.session < first {
            try gateway.play(slice)
            try fetch()
        }
        try runScript()
    }

    private mutating func fetch() throws {
        var slice = BarSlice.blank(at: Timestamp(ms: 0))
        guard try feed.next(into: &slice) else { return upcoming = nil }
        if let last, slice.session > last { return upcoming = nil }
        upcoming = slice
    }

    /// Plays the open of the next bar; false at the end of the data.
    mutating func playOpen() throws -> Bool {
        guard let slice = upcoming else { return false }
        current = slice
        isBarRunning = true
        try gateway.playOpen(slice)
        try fetch()
        return true
    }

    /// Plays the rest of the bar that runs.
    mutating func playRest() throws {
        isBarRunning = false
        barsPlayed += 1
        try gateway.playRest()
        try runScript()
    }

    /// Plays the next bar, or what is left of the one that runs; false at the end of the data.
    mutating func step() throws -> Bool {
        if !isBarRunning, !(try playOpen()) { return false }
        try playRest()
        return true
    }

    /// The start of the bar that `step` would play or finish; nil at the end of the data.
    var nextStart: Timestamp? { isBarRunning ? current?.start : upcoming?.start }

    private mutating func runScript() throws {
        while let words = script.next(barsPlayed) { try gateway.fault(words) }
    }
}
