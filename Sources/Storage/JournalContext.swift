import TradingModel

/// The names of a run's things, which the journal's records carry as plain numbers.
public struct RunNames: Sendable {
    /// By `InstrumentID.index`.
    public var tickers: [String]
    /// By `DecisionID.index`.
    public var decisions: [Decision]
    /// By `OrderRecord.ocaGroup`.
    public var ocaGroups: [String]
    /// The user's own reference of an order, by `OrderRecord.inputRow`.
    public var orderRef: @Sendable (Int32) -> String?
    /// The intent that an order is made of, by `OrderRecord.inputRow`.
    public var intent: @Sendable (Int32) -> IntentRecord?

    public init(
        tickers: [String], decisions: [Decision], ocaGroups: [String] = [],
        orderRef: @escaping @Sendable (Int32) -> String? = { _ in nil },
        intent: @escaping @Sendable (Int32) -> IntentRecord? = { _ in nil }
    ) {
        self.tickers = tickers
        self.decisions = decisions
        self.ocaGroups = ocaGroups
        self.orderRef = orderRef
        self.intent = intent
    }
}

/// What the writers of all tables of a run share: the connection, the ids, and every repeated text at a fixed address.
final class JournalContext {
    /// A decision's texts, pooled.
    struct Lineage {
        let decisionID: PooledText
        let strategyID: PooledText?
        let profileVersionID: PooledText?
        let regimeID: PooledText?
        let universeID: PooledText?
        let decidedAt: PooledText
    }

    let connection: Connection
    let pool = TextPool()
    let ids: RowNumbering
    let isProduction: Bool
    let runID: PooledText
    let mode: PooledText
    let book: PooledText
    let account: PooledText
    let currency: PooledText
    private(set) var tickers: [PooledText]
    private var lineages: [Lineage?]
    private(set) var names: RunNames
    let codes: JournalCodes

    init(connection: Connection, handle: RunHandle, names: RunNames) {
        let pool = self.pool
        self.connection = connection
        self.names = names
        ids = RowNumbering(runNumber: handle.runNumber)
        isProduction = handle.header.mode == .production
        runID = pool.intern(handle.header.runID)
        mode = pool.intern(handle.header.mode.rawValue)
        book = pool.intern(handle.header.book)
        account = pool.intern(handle.header.account)
        currency = pool.intern(handle.header.currency.description)
        tickers = names.tickers.map { pool.intern($0) }
        lineages = Array(repeating: nil, count: names.decisions.count)
        codes = JournalCodes(pool)
    }

    /// Takes up an instrument that became known later; returns its place, the next one.
    func add(ticker: String) -> Int {
        names.tickers.append(ticker)
        tickers.append(pool.intern(ticker))
        return tickers.count - 1
    }

    /// Takes up a decision that became known later; returns its place, the next one.
    func add(decision: Decision) -> Int {
        names.decisions.append(decision)
        lineages.append(nil)
        return lineages.count - 1
    }

    @inline(__always)
    func ticker(_ instrument: InstrumentID) -> PooledText { tickers[Int(instrument.index)] }

    /// The texts of a decision, pooled when they are first asked for.
    @inline(__always)
    func lineage(_ decision: DecisionID) -> Lineage {
        lineages[Int(decision.index)] ?? poolLineage(decision)
    }

    private func poolLineage(_ id: DecisionID) -> Lineage {
        let decision = names.decisions[Int(id.index)]
        let lineage = Lineage(
            decisionID: pool.keep(decision.decisionID), strategyID: pool.intern(decision.strategyID),
            profileVersionID: pool.intern(decision.profileVersionID), regimeID: pool.intern(decision.regimeID),
            universeID: pool.intern(decision.universeID), decidedAt: pool.keep(decision.decidedAt.description))
        lineages[Int(id.index)] = lineage
        return lineage
    }
}
