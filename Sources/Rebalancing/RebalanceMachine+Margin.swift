import BrokerAdapters
import OrderRouting
import RiskControl
import TradingModel

/// What is asked of the broker before an order leaves that increases risk.
public struct WhatIfSetup: Sendable, Equatable {
    public var limit: MarginLimit
    /// After this, without figures, there are none.
    public var timeout_ms: Int64

    public init(limit: MarginLimit, timeout_ms: Int64) {
        self.limit = limit
        self.timeout_ms = timeout_ms
    }
}

/// A preview that was asked for.
struct PreviewWait: Sendable {
    var order: OrderNumber
    var until_ms: Int64
    /// Whether something came that had no figures.
    var wasAnswered = false
    /// The broker's own words before its figures.
    var warning = ""
}

/// The broker's preview of an order's margin: asked for, waited for, and brought to the engine, which decides.
extension RebalanceMachine {
    mutating func askPreviews(_ orders: [VenueOrder], at moment: IBKRMoment) throws {
        guard let timeout_ms = settings.whatIf?.timeout_ms else { return }
        for order in orders {
            previewWait = PreviewWait(order: order.number, until_ms: moment.uptime_ms + timeout_ms)
            try drive(.preview(IBKRPlacement(order, key: try key(of: order.number))), at: moment)
        }
    }

    mutating func takePreview(of key: OrderKey, _ state: TWSOrderState, at moment: IBKRMoment) throws {
        guard let number = numbers[key], previewWait?.order == number else { return }
        previewWait?.wasAnswered = true
        if !state.warningText.isEmpty { previewWait?.warning = state.warningText }
        guard let figures = MarginFigures(state, warning: previewWait?.warning ?? "") else { return }
        previewWait = nil
        try ask(.broker(.previewed(number, .figures(figures), at: moment.time)), at: moment)
    }

    mutating func takePreviewRefusal(of key: OrderKey, _ refusal: IBKRPreviewRefusal, at moment: IBKRMoment) throws {
        guard let number = numbers[key], previewWait?.order == number else { return }
        previewWait = nil
        switch refusal {
        case .answered(let reason):
            let code = reason.code.map { "\($0) " } ?? ""
            try unavailable(number, "the broker refused the preview with \(code)\(reason.text)", at: moment)
        case .notSendable(let why):
            try ask(.broker(.previewLost(number)), at: moment)
            try reject(
                number, .notSendable, BrokerReason(code: nil, text: why), at: moment.time, moment)
        case .lost: try ask(.broker(.previewLost(number)), at: moment)
        }
    }

    /// An answer that comes later than this changes nothing.
    mutating func giveUpPreview(at moment: IBKRMoment) throws {
        guard let wait = previewWait, wait.until_ms <= moment.uptime_ms else { return }
        try forgetPreview()
        let time = "in \(settings.whatIf?.timeout_ms ?? 0) ms"
        let warning = wait.warning.isEmpty ? "" : "; the broker warns: \(wait.warning)"
        try unavailable(
            wait.order,
            wait.wasAnswered ? "only an answer without figures came \(time)\(warning)" : "no answer came \(time)",
            at: moment)
    }

    private mutating func unavailable(_ number: OrderNumber, _ why: String, at moment: IBKRMoment) throws {
        try ask(.broker(.previewed(number, .unavailable(why), at: moment.time)), at: moment)
    }

    /// Time goes by in which nothing may leave: whoever was asked about is asked about again.
    mutating func takeBackPreview() throws {
        try engine.takeBackPreview()
        try forgetPreview()
    }

    private mutating func forgetPreview() throws {
        guard let wait = previewWait else { return }
        previewWait = nil
        guard let moment = lastMoment else { return }
        try drive(.forgetPreview(try key(of: wait.order)), at: moment)
    }
}

extension MarginFigures {
    /// Nil where the broker does not say what the order does to the margin.
    init?(_ state: TWSOrderState, warning: String) {
        guard let after = state.initialMarginAfter, let equity = state.equityWithLoanAfter,
            let before = state.initialMarginBefore
                ?? state.initialMarginChange.map({ Money(e6: Int64(clamping: Int128(after.e6) - Int128($0.e6))) })
        else { return nil }
        self.init(
            initialBefore: before, initialAfter: after, equityAfter: equity,
            commission: state.commission ?? state.maximumCommission, commissionCurrency: state.commissionCurrency,
            warning: warning)
    }
}
