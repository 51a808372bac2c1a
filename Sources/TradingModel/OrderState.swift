/// Why an order ended, was cut, or was never sent: a closed list, the same as the table `status_reasons`.
public enum StatusReason: String, Sendable, Hashable, CaseIterable {
    /// The session of a DAY order is over.
    case dayEnded = "day_ended"
    /// The `good_till` of a GTD order was reached.
    case goodTill = "good_till"
    /// What an IOC order could not fill at once.
    case immediateOrCancel = "immediate_or_cancel"
    /// A FOK order did not fit as a whole.
    case fillOrKill = "fill_or_kill"
    /// What an OPG order could not fill at the open.
    case openingOnly = "opening_only"
    /// What a CLS order could not fill at the close.
    case closingOnly = "closing_only"
    /// The order's own `cancel_at`.
    case cancelRequested = "cancel_requested"
    /// A newer plan for the ticker replaced the order.
    case superseded
    /// The data ended while a plan waited for the cancel of older orders.
    case endOfData = "end_of_data"
    /// The other members of the OCA group filled the group's quantity.
    case oca
    /// The bracket's parent was cancelled before it filled.
    case parentCancelled = "parent_cancelled"
    /// The bracket's parent expired before it filled.
    case parentExpired = "parent_expired"
    /// The bracket's parent was rejected.
    case parentRejected = "parent_rejected"
    /// An exit of the bracket filled, so the rest of its entry was cancelled.
    case exitFilled = "exit_filled"
    /// Rounded to the lot, nothing is left.
    case belowLot = "below_lot"
    /// Worth less than the instrument's minimum notional.
    case belowMinimumNotional = "below_minimum_notional"
    /// A buy for a target would have cost more than the cash there was.
    case insufficientCash = "insufficient_cash"
    /// The stop price is no multiple of the instrument's tick.
    case offTick = "off_tick"
    /// Quantity times price does not fit the number type for money.
    case notionalOverflow = "notional_overflow"
    /// The run was a dry run; nothing was sent.
    case dryRun = "dry_run"
    /// The broker refused the order; its event has the broker's code and words.
    case brokerRejected = "broker_rejected"
    /// The broker ended the order without being asked; its event has the broker's words.
    case brokerCancelled = "broker_cancelled"
    /// The order cannot be written for the broker, such as a price off its tick; nothing left this process.
    case notSendable = "not_sendable"
    /// The timeout of the rebalance was reached.
    case timeout
    /// The rebalance was stopped by its user.
    case stopped
    /// The rebalance was stopped because another of its orders was refused.
    case otherRejected = "other_rejected"
    /// The broker had the order once, and its complete lists do not show it any more.
    case vanished
    /// An operator gave the order up.
    case givenUp = "given_up"
    /// The broker corrected an execution of the filled order to less than its quantity.
    case corrected
    /// A limit of the configuration refused or cut it; `risk_decisions` names the limit.
    case riskLimit = "risk_limit"
    /// Beyond the drawdown or the daily loss that the configuration allows, only reductions pass.
    case reduceOnly = "reduce_only"
    /// The figures that a limit needs were missing.
    case riskDataUnavailable = "risk_data_unavailable"
    /// The intent's `expires_at` was reached.
    case intentExpired = "intent_expired"
    /// The id of an intent stands for another one already; the whole file was refused.
    case duplicateIntent = "duplicate_intent"
    /// A kill switch was on that lets nothing leave but cancels.
    case halted
    /// A kill switch was on that lets only orders leave that reduce or close a position.
    case haltedReducing = "halted_reducing"
    /// What a child of an algorithm had not filled; a later child has it.
    case carried
    /// The window of the algorithm is over.
    case windowEnded = "window_ended"
    /// A child of the algorithm was refused; its own row says why.
    case childRejected = "child_rejected"
    /// A child of the algorithm ended without being asked; its own row says how.
    case childEnded = "child_ended"
    /// The circuit breaker of the venue stayed open until the rebalance ended; nothing left this process.
    case breakerOpen = "breaker_open"
    /// In an emergency only reductions pass.
    case emergencyReduceOnly = "emergency_reduce_only"
    /// With the order the account's margin would be beyond what is allowed, as the broker previews it.
    case insufficientMargin = "insufficient_margin"
}

/// What kept an order from filling on the last bar it was tested on: a closed list, the same as the table `limitations`.
public enum Limitation: String, Sendable, Hashable, CaseIterable {
    /// No bar came on which the order could be tested.
    case noBar = "no_bar"
    /// The instrument's bar had no trades.
    case noVolume = "no_volume"
    /// The volume limit of the bar was used up.
    case volumeLimit = "volume_limit"
    /// The cash of the account was used up.
    case cash
    /// The market did not reach the order's price.
    case price
    /// A bracket's exit waits for its entry.
    case parent
}

/// Where an order stands in its life.
public enum OrderState: Sendable, Hashable {
    /// The risk gate refused it; it was never sent.
    case denied(StatusReason)
    /// Approved and journaled, not sent yet.
    case planned
    /// Journaled for sending; the venue has not answered.
    case submitted
    /// Accepted by the venue.
    case working
    /// The venue gave no answer in time; it is asked by key.
    case unknown
    case filled
    case cancelled(StatusReason)
    case expired(StatusReason)
    case rejected(StatusReason)

    /// `WORKING`, …: the word in `orders.status`.
    public var code: String {
        switch self {
        case .denied: "DENIED"
        case .planned: "PLANNED"
        case .submitted: "SUBMITTED"
        case .working: "WORKING"
        case .unknown: "UNKNOWN"
        case .filled: "FILLED"
        case .cancelled: "CANCELLED"
        case .expired: "EXPIRED"
        case .rejected: "REJECTED"
        }
    }

    /// Whether the risk gate refused it.
    public var isDenied: Bool { if case .denied = self { true } else { false } }

    public var reason: StatusReason? {
        switch self {
        case .denied(let reason), .cancelled(let reason), .expired(let reason), .rejected(let reason): reason
        default: nil
        }
    }

    /// Whether nothing more is expected; late fills may still come.
    public var isTerminal: Bool {
        switch self {
        case .denied, .filled, .cancelled, .expired, .rejected: true
        case .planned, .submitted, .working, .unknown: false
        }
    }
}

/// What can happen to an order.
public enum OrderTransition: Sendable, Hashable {
    case submit
    /// It was approved when it was planned, and is refused before it is sent.
    case deny(StatusReason)
    case accept
    case reject(StatusReason)
    /// `isComplete` when the fills now add up to the order's quantity.
    case fill(isComplete: Bool)
    case cancel(StatusReason)
    case expire(StatusReason)
    case loseTrack
    /// It did not leave this process after all.
    case withdraw
    /// An execution was corrected; `isComplete` when the fills now add up to the order's quantity.
    case correct(isComplete: Bool)

    /// `SUBMITTED`, …: the word in `order_events.kind`.
    public var kind: String {
        switch self {
        case .submit: "SUBMITTED"
        case .deny: "DENIED"
        case .accept: "ACCEPTED"
        case .reject: "REJECTED"
        case .fill: "FILL"
        case .cancel: "CANCELLED"
        case .expire: "EXPIRED"
        case .loseTrack: "UNKNOWN"
        case .withdraw: "NOT_SENT"
        case .correct: "CORRECTED"
        }
    }
}

/// A transition that the life cycle does not have.
public struct IllegalTransition: Error, Equatable, Sendable, CustomStringConvertible {
    public let state: OrderState
    public let transition: OrderTransition

    public init(state: OrderState, transition: OrderTransition) {
        self.state = state
        self.transition = transition
    }

    public var description: String { "an order that is \(state.code) cannot take \(transition.kind)" }
}

extension OrderState {
    /// The state after a transition: the whole table of legal moves.
    ///
    /// A fill is legal after a cancel, an expiry, a rejection and in the unknown: venues report them late; one of an order that is
    /// filled is more than was ordered. Orders that were reported dead have come back to life.
    public func after(_ transition: OrderTransition) throws(IllegalTransition) -> OrderState {
        switch (self, transition) {
        case (.planned, .submit): return .submitted
        case (.planned, .deny(let reason)): return .denied(reason)
        case (.planned, .cancel(let reason)): return .cancelled(reason)
        case (.planned, .expire(let reason)): return .expired(reason)
        case (.planned, .reject(let reason)): return .rejected(reason)
        case (.submitted, .withdraw): return .planned

        case (.submitted, .accept), (.unknown, .accept): return .working
        case (.cancelled, .accept), (.expired, .accept), (.rejected, .accept): return .working
        case (.submitted, .reject(let reason)), (.unknown, .reject(let reason)): return .rejected(reason)
        case (.working, .reject(let reason)): return .rejected(reason)
        case (.submitted, .loseTrack), (.working, .loseTrack): return .unknown

        case (.submitted, .fill(let isComplete)), (.working, .fill(let isComplete)), (.unknown, .fill(let isComplete)):
            return isComplete ? .filled : .working
        case (.cancelled, .fill(let isComplete)), (.expired, .fill(let isComplete)), (.rejected, .fill(let isComplete)):
            return isComplete ? .filled : self
        case (.filled, .fill): return .filled

        case (.filled, .correct(let isComplete)): return isComplete ? .filled : .cancelled(.corrected)
        case (.submitted, .correct(let isComplete)), (.working, .correct(let isComplete)),
            (.unknown, .correct(let isComplete)), (.cancelled, .correct(let isComplete)),
            (.expired, .correct(let isComplete)), (.rejected, .correct(let isComplete)):
            return isComplete ? .filled : self

        case (.submitted, .cancel(let reason)), (.working, .cancel(let reason)), (.unknown, .cancel(let reason)):
            return .cancelled(reason)
        case (.submitted, .expire(let reason)), (.working, .expire(let reason)), (.unknown, .expire(let reason)):
            return .expired(reason)

        default: throw IllegalTransition(state: self, transition: transition)
        }
    }
}
