import TradingModel

/// An order intent as a run acts on it.
public struct IntentRecord: Sendable, Equatable {
    public var intent: OrderIntent
    /// The account that its row names; nil where it names none.
    public var account: String?
    public var decision: DecisionID
    /// SHA-256 of what it says, 64 hexadecimal digits.
    public var contentDigest: String

    public init(intent: OrderIntent, account: String?, decision: DecisionID, contentDigest: String) {
        self.intent = intent
        self.account = account
        self.decision = decision
        self.contentDigest = contentDigest
    }
}

/// An intent of a run that made no order.
public struct IntentWithoutOrder: Sendable, Equatable {
    public enum Cause: Sendable, Hashable {
        case hold
        /// Its `expires_at` had been reached.
        case expired
    }

    /// Its row, as `RunNames.intent` takes it.
    public var row: Int32
    public var cause: Cause
    public var receivedAt: Timestamp

    public init(row: Int32, cause: Cause, receivedAt: Timestamp) {
        self.row = row
        self.cause = cause
        self.receivedAt = receivedAt
    }
}

/// An intent that is on record of an account.
public struct StoredIntent: Sendable, Equatable {
    public let intent: OrderIntent
    /// The run that acted on it.
    public let runID: String
    /// When it did, as text.
    public let receivedAt: String
    public let contentDigest: String

    public init(intent: OrderIntent, runID: String, receivedAt: String, contentDigest: String) {
        self.intent = intent
        self.runID = runID
        self.receivedAt = receivedAt
        self.contentDigest = contentDigest
    }
}

extension StoredIntent {
    /// What an intent that is given is to the one on record under its id.
    public enum Standing: Sendable, Hashable {
        /// The same, of the same run, which goes on with it.
        case ofSameRun
        /// The same, and another run has acted on it: it is not acted on again.
        case ofOtherRun
        /// Another one: the whole file is refused.
        case otherContent
    }

    /// - Parameters:
    ///   - given: an intent of the same id.
    ///   - runID: the run that it is given to.
    public func standing(of given: IntentRecord, in runID: String) -> Standing {
        guard contentDigest == given.contentDigest else { return .otherContent }
        return self.runID == runID ? .ofSameRun : .ofOtherRun
    }
}
