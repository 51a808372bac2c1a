import BrokerAdapters
import MarketSimulation
import TradingModel

/// The server side of the TWS protocol, filling from historical bars.
///
/// A state machine: bytes of connections, bars, commands and the time go in, bytes for connections come out by
/// `takeOutput`. It has no socket, no clock, and no chance in it; the same inputs give the same bytes.
///
/// Orders that come between two bars reach the market at the start of the next one. The market goes on whether a client is
/// connected or not; what happens while it is away can be asked for afterwards.
public struct SimulatedGateway {
    let settings: GatewaySettings
    let contracts: GatewayContracts
    let time: GatewayTime

    var market: MarketSimulator
    let latency_ms: Int64
    var events: [VenueEvent] = []
    /// The start of the last bar played; before the first one, an instant before it.
    var lastStart: Timestamp
    /// What the simulated clock shows.
    var now: Timestamp
    var wallTime: Timestamp
    var session: CalendarDate?
    var barsPlayed = 0
    var slice: BarSlice?
    /// Whether the bar played last was the last of its session.
    var isSessionOver = true
    /// By instrument: the price it traded at last and when, its running bar, and the bars that are over.
    var lastPrices: [Price?]
    var lastTrades: [Timestamp?]
    var runningBars: [Bar?]
    /// What has traded in the session by the last bar that is over; nil before the first bar with a volume.
    var sessionVolumes: [Quantity?]
    var history: [[Bar]]
    /// The closes of the session before, by instrument.
    var previousCloses: [Price?]

    var connections: [GatewayConnection] = []
    /// In the order they were placed; an order's number is its place plus one.
    var orders: [GatewayOrder] = []
    var open = OpenOrders()
    /// How many of them are at the market.
    var workingOrders = 0
    var places: [OrderName: Int] = [:]
    /// Places of the orders that have a parent, by the parent's place.
    var children: [Int: [Int]] = [:]
    var groups: [String: Int32] = [:]
    /// Places of the orders of each named group that had not ended when the last one joined.
    var members: [Int32: [Int]] = [:]
    var groupCount: Int32 = 0
    var executions: [GatewayExecution] = []
    /// Orders that have ended, in that order.
    var completed: [Int] = []
    var account: GatewayAccount
    /// The highest order id each client used or was shown.
    var highestIDs: [Int32: Int32] = [:]

    var faults: [GatewayFaultOrder] = []
    var isConnectivityLost = false
    /// Requests that wait until the connectivity is back.
    var waiting: [(connection: ConnectionID, request: TWSRequest)] = []

    /// - Parameters:
    ///   - settings: how the gateway presents itself.
    ///   - rules: how orders fill.
    ///   - instruments: by `InstrumentID`.
    ///   - actions: splits and dividends.
    ///   - localTime: the zone of dates and of the times that are told.
    ///   - start: when the first bar starts.
    public init(
        settings: GatewaySettings, rules: SimulationRules, instruments: [Instrument], actions: [CorporateAction] = [],
        localTime: LocalTime, start: Timestamp
    ) {
        self.settings = settings
        contracts = GatewayContracts(instruments, currency: settings.currency)
        time = GatewayTime(localTime: localTime, zones: settings.zones)
        market = MarketSimulator(
            rules: rules, instruments: instruments, actions: actions, localTime: localTime, cash: settings.cash)
        latency_ms = rules.latency_ms
        lastStart = start.adding(ms: -1)
        now = start
        wallTime = start
        lastPrices = Array(repeating: nil, count: instruments.count)
        lastTrades = lastPrices.map { _ in nil }
        runningBars = lastPrices.map { _ in nil }
        sessionVolumes = lastPrices.map { _ in nil }
        history = Array(repeating: [], count: instruments.count)
        previousCloses = lastPrices
        account = GatewayAccount(instruments: instruments.count, cash: settings.cash)
    }

    // MARK: - Connections

    /// A client has connected.
    public mutating func opened(_ id: ConnectionID) {
        connections.append(GatewayConnection(id))
    }

    /// The connection is gone, by whomever; its orders stay.
    public mutating func closed(_ id: ConnectionID) {
        connections.removeAll { $0.id == id }
        waiting.removeAll { $0.connection == id }
    }

    /// Tells the time of the world outside.
    public mutating func tick(_ wall: Timestamp) { wallTime = wall }

    /// How many clients have begun a session.
    public var clientCount: Int { connections.count { $0.clientID != nil } }

    /// What the gateway's clock shows: the end of the bar played last, the start of one that runs, or the time of the world.
    public var clock: Timestamp { settings.clock == .wall ? wallTime : now }

    /// What is to be done on the connections since the last time.
    public mutating func takeOutput() -> [GatewayOutput] {
        var output: [GatewayOutput] = []
        for place in connections.indices {
            for piece in connections[place].outbox {
                output.append(.send(connections[place].id, piece.bytes, delay_ms: piece.delay_ms))
            }
            connections[place].outbox.removeAll()
            if connections[place].mustClose {
                connections[place].mustClose = false
                output.append(.close(connections[place].id))
            }
        }
        return output
    }

    func place(of id: ConnectionID) -> Int? { connections.firstIndex { $0.id == id } }

    func connection(of clientID: Int32) -> ConnectionID? {
        connections.first { $0.clientID == clientID }?.id
    }
}
