/// An append-only table of the journal, in the order its lines come: what others refer to is before them.
enum LedgerTable: Int, CaseIterable, Sendable {
    case intents
    case riskDecisions
    case trades
    case orderEvents
    case cashEntries
    case positionAdjustments

    /// What its lines say of themselves.
    var record: String {
        switch self {
        case .intents: "intent"
        case .riskDecisions: "risk_decision"
        case .trades: "trade"
        case .orderEvents: "order_event"
        case .cashEntries: "cash_entry"
        case .positionAdjustments: "position_adjustment"
        }
    }

    /// The table.
    var name: String {
        switch self {
        case .intents: "order_intents"
        case .riskDecisions: "risk_decisions"
        case .trades: "trades"
        case .orderEvents: "order_events"
        case .cashEntries: "cash_entries"
        case .positionAdjustments: "position_adjustments"
        }
    }

    /// Its integer key, by which the rows of a run are one range.
    var key: String {
        switch self {
        case .intents: "intent_row_id"
        case .riskDecisions: "risk_decision_id"
        case .trades: "trade_id"
        case .orderEvents: "event_id"
        case .cashEntries: "entry_id"
        case .positionAdjustments: "adjustment_id"
        }
    }
}
