import RiskControl
import Rebalancing
import TradingModel

/// What the broker is asked about an order before it leaves.
public struct WhatIfConfiguration: Sendable, Equatable {
    /// How much of the equity with loan value the initial margin may be with the order; nil does not ask.
    public var maxInitialMarginShare: Share?
    /// How long figures are waited for.
    public var timeout = TimeSpan.seconds(10)

    /// The defaults: nothing is asked.
    public init() {}

    mutating func read(_ reader: inout ConfigurationReader) {
        let share = "production.what_if.max_initial_margin_share"
        maxInitialMarginShare = reader.optional(share, nil) { reader, path in
            reader.number(path, scale: 9, in: 0...Share.scale).map { Share(e9: $0) }
        }
        timeout = reader.duration("production.what_if.timeout", upTo: .hours(1)) ?? timeout
    }

    var value: ConfigurationValue {
        .section([
            "max_initial_margin_share": maxInitialMarginShare.map { .scaled($0.e9, 9) } ?? .null,
            "timeout": .span(timeout),
        ])
    }
}

extension WhatIfSetup {
    /// Nil where nothing is asked.
    init?(_ configuration: WhatIfConfiguration, failsOpen: Bool) {
        guard let share = configuration.maxInitialMarginShare else { return nil }
        self.init(limit: MarginLimit(maxShare: share, failsOpen: failsOpen), timeout_ms: configuration.timeout.ms)
    }
}
