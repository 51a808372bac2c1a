import TradingModel

extension BrokersConfiguration {
    var value: ConfigurationValue {
        .section([
            "ibkr": .section([
                "host": .text(ibkr.host), "port": .scaled(Int64(ibkr.port), 0),
                "client_id": .scaled(Int64(ibkr.clientID), 0), "account": .account(ibkr.account),
                "messages_per_second": ibkr.messagesPerSecond.map { .scaled($0, 0) } ?? .null,
            ])
        ])
    }
}

extension LiveConfiguration {
    var value: ConfigurationValue {
        .section(["permit": .boolean(permit), "account": .account(account)])
    }
}

extension ProductionConfiguration {
    /// The breaker says when orders leave, not which.
    func value(withBreaker hasBreaker: Bool) -> ConfigurationValue {
        var section: [String: ConfigurationValue] = [
            "timeout": .span(timeout), "confirmation_timeout": .span(confirmationTimeout),
            "quiet_period": .span(quietPeriod), "price_max_age": .span(priceMaxAge),
            "cash_buffer": .scaled(cashBufferE9, 9), "on_reject": .text(onReject.rawValue),
            "cancel_on_exit": .boolean(cancelOnExit), "commission_wait": .span(commissionWait),
            "alert_every": .span(alertEvery),
        ]
        // A run that was begun before there was this section goes on.
        if whatIf != WhatIfConfiguration() { section["what_if"] = whatIf.value }
        if hasBreaker { section["breaker"] = breaker.value }
        return .section(section)
    }
}

extension ConfigurationValue {
    static func span(_ span: TimeSpan) -> ConfigurationValue { .text(span.description) }

    fileprivate static func account(_ account: AccountID?) -> ConfigurationValue {
        account.map { .text($0.text) } ?? .null
    }
}
