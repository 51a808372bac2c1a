import TradingModel

extension Configuration {
    /// The sections that only PRODUCTION looks at; they are checked in both modes.
    mutating func readProductionSections(_ reader: inout ConfigurationReader) {
        brokers.ibkr.read(&reader)
        live.permit = reader.boolean("live.permit") ?? live.permit
        live.account = reader.account("live.account")
        production.read(&reader)
        operations.read(&reader)
    }
}

extension IBKRConfiguration {
    fileprivate mutating func read(_ reader: inout ConfigurationReader) {
        if let text = reader.text("brokers.ibkr.host") {
            if IBKRConfiguration.isHost(text) {
                host = text
            } else {
                reader.refuse("brokers.ibkr.host", "is no address")
            }
        }
        port = reader.number("brokers.ibkr.port", scale: 0, in: 1...65_535).map(UInt16.init) ?? port
        clientID =
            reader.number("brokers.ibkr.client_id", scale: 0, in: 0...Int64(Int32.max)).map(Int32.init) ?? clientID
        account = reader.account("brokers.ibkr.account")
        if reader.value("brokers.ibkr.messages_per_second") == .null {
            messagesPerSecond = nil
        } else {
            messagesPerSecond =
                reader.number("brokers.ibkr.messages_per_second", scale: 0, in: 2...1_000) ?? messagesPerSecond
        }
    }

    /// An address in four parts, or a name by the letters, digits and hyphens of RFC 1123.
    private static func isHost(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        if parts.allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } }) {
            return parts.count == 4 && parts.allSatisfy { UInt8($0)?.description == String($0) }
        }
        return text.utf8.count <= 253
            && parts.allSatisfy { part in
                (1...63).contains(part.utf8.count) && part.first != "-" && part.last != "-"
                    && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            }
    }
}

extension ProductionConfiguration {
    fileprivate mutating func read(_ reader: inout ConfigurationReader) {
        let (hour, day, week) = (TimeSpan.hours(1), TimeSpan.hours(24), TimeSpan.hours(168))
        timeout = reader.duration("production.timeout", upTo: week) ?? timeout
        confirmationTimeout =
            reader.duration("production.confirmation_timeout", upTo: hour) ?? confirmationTimeout
        quietPeriod = reader.duration("production.quiet_period", upTo: hour) ?? quietPeriod
        priceMaxAge = reader.duration("production.price_max_age", upTo: week) ?? priceMaxAge
        cashBufferE9 =
            reader.number("production.cash_buffer", scale: 9, in: 0...1_000_000_000) ?? cashBufferE9
        onReject = reader.choice("production.on_reject") ?? onReject
        cancelOnExit = reader.boolean("production.cancel_on_exit") ?? cancelOnExit
        commissionWait = reader.duration("production.commission_wait", upTo: hour) ?? commissionWait
        alertEvery = reader.duration("production.alert_every", upTo: day) ?? alertEvery
        whatIf.read(&reader)
        breaker.read(&reader)
    }
}

extension ConfigurationReader {
    fileprivate mutating func refuse(_ path: String, _ problem: String) {
        note(path, problem, accepted: ConfigurationReader.accepted(path))
    }

    /// An account id; nil where the file says nothing or `null` and, with a note, where it is none.
    fileprivate mutating func account(_ path: String) -> AccountID? {
        if value(path) == .null { return nil }
        guard let text = text(path) else { return nil }
        if let account = AccountID(text) { return account }
        refuse(path, "is not an account id")
        return nil
    }

    /// A duration above zero; nil where the file says nothing and, with a note, where it is none within the limit.
    mutating func duration(_ path: String, upTo longest: TimeSpan) -> TimeSpan? {
        if case .number? = value(path) {
            refuse(path, "has no unit")
            return nil
        }
        guard let text = text(path) else { return nil }
        guard let span = TimeSpan(text) else {
            refuse(path, "is not a duration")
            return nil
        }
        guard span.ms > 0, span <= longest else {
            refuse(path, "is out of range")
            return nil
        }
        return span
    }
}
