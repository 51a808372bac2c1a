import RiskControl
import TradingModel

/// Turns approved orders into requests to the venue of the mode.
public struct ModeRouter: Sendable {
    public let mode: ExecutionMode
    /// Added to instants on the way to the venue, never to dates.
    let latency_ms: Int64

    public init(mode: ExecutionMode, latency_ms: Int64) {
        self.mode = mode
        self.latency_ms = latency_ms
    }

    /// When something decided at a time reaches the venue.
    public func arrival(of decision: DecisionTime) -> Timestamp {
        decision.isDate ? decision.instant : decision.instant.adding(ms: latency_ms)
    }

    func submission(
        of approved: ApprovedOrder, number: OrderNumber, at decision: DecisionTime, placement: OrderPlacement
    ) -> VenueRequest {
        .submit(
            VenueOrder(
                number: number, terms: approved.order.terms, decidedAt: decision.instant,
                isDecidedOnDate: decision.isDate,
                arrival: arrival(of: decision), phase: approved.order.phase, row: placement.row,
                cancelAt: placement.cancelAt, cancelReason: placement.cancelReason, parent: placement.parent,
                ocaGroup: placement.ocaGroup,
                isGroupOfBracketOnly: placement.isGroupOfBracketOnly, cashRule: placement.cashRule,
                algorithm: placement.algorithm))
    }
}

/// What a venue needs to know of an order beside its terms.
struct OrderPlacement: Sendable {
    var row: Int64
    var cancelAt: Timestamp?
    var cancelReason = StatusReason.cancelRequested
    var parent: OrderNumber?
    var ocaGroup: Int32?
    var isGroupOfBracketOnly = false
    var cashRule: CashRule
    /// How the order is carried out; nil sends it whole.
    var algorithm: AlgorithmTerms?
    /// Whose it is, where targets are those of strategies.
    var net: Int32?
}
