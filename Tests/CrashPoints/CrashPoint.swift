/// A moment of a rebalance at which its process is killed.
public enum CrashPoint: String, CaseIterable, Sendable {
    /// The transaction with the plan is written and not committed.
    case insidePlanTransaction = "inside the plan's transaction"
    /// The plan is committed, with the orders that are sent first.
    case planStored = "plan stored"
    /// An order that had to wait is committed as sent; its bytes wait.
    case orderJournaled = "order journaled"
    /// Whatever was committed, an order's bytes are what comes next.
    case sendingCommitted = "sending committed"
    case bytesPartlyWritten = "bytes partly written"
    case bytesWritten = "bytes written"
    /// The change of an order is committed; its bytes wait.
    case changeJournaled = "change journaled"
    /// What the broker says of orders has come, and was not looked at.
    case acknowledgementRead = "acknowledgement read"
    case fillRead = "fill read"
    case insideFillTransaction = "inside the fill's transaction"
    case fillCommitted = "after the fill's transaction"
    /// The end of one of the broker's lists has come, at the start or at the end, and was not looked at.
    case listRead = "list read in reconciliation"
    case insideReconciliation = "inside the reconciliation's transaction"
    case reconciled = "reconciled"

    /// Whether a process comes by more than once.
    public var recurs: Bool {
        switch self {
        case .insidePlanTransaction, .planStored, .reconciled, .changeJournaled: false
        default: true
        }
    }
}
