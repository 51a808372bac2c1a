import GatewaySimulator
import InputFiles
import MarketSimulation
import TradingModel

/// The checked inputs of a simulated gateway.
struct GatewayInputs {
    let configuration: Configuration
    let market: MarketData
    let instruments: [Instrument]
    let actions: [CorporateAction]
    let first: CalendarDate?
    let last: CalendarDate?
    let script: GatewayScript

    init(_ options: GatewayOptions) throws {
        configuration =
            try options.configuration.map { try Configuration.read(try InputFile(path: $0)) } ?? Configuration()
        market = try MarketData.open(
            options.bars, interval: try ExecutionPlan.interval(options.interval), localTime: configuration.localTime)
        let sources = ExecutionPlan.Sources(
            bars: options.bars, instruments: options.instruments, corporateActions: options.corporateActions)
        let digest = try SHA256Digest()
        instruments = try ExecutionPlan.readInstruments(sources, market.tickers, market, configuration, digest)
        actions = try ExecutionPlan.readActions(sources, market.tickers, market, digest)
        first = try Self.date(options.from, "--from")
        last = try Self.date(options.to, "--to")
        script = try GatewayScript(options.faults)
        try checkVolumes()
    }

    private func checkVolumes() throws(UsageError) {
        guard let place = market.missingVolume, configuration.simulation.volumeLimitE9 != nil else { return }
        throw UsageError(
            "\(place) has a bar without a volume, and simulation.volume_limit is set; say \"volume_limit: null\" for no cap"
        )
    }

    private static func date(_ text: String?, _ option: String) throws(UsageError) -> CalendarDate? {
        guard let text else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard text.utf8.count == 10, parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
            let date = CalendarDate(year: year, month: month, day: day)
        else { throw UsageError("\(option) \"\(text)\" is not a date such as 2005-02-28") }
        return date
    }

    /// Settings of the gateway itself.
    func settings(_ options: GatewayOptions) -> GatewaySettings {
        var settings = GatewaySettings(account: options.account, cash: options.cash ?? configuration.account.cash)
        settings.currency = configuration.account.currency
        settings.clock = options.showsWallTime ? .wall : .simulated
        settings.messagesPerSecond = options.messagesPerSecond
        settings.sessionsKept = options.daysKept
        if let share = options.initialMarginE9 { settings.margins = GatewayMargins(initialE9: share) }
        for (name, zone) in [
            ("US/Eastern", "America/New_York"), ("America/New_York", "America/New_York"), ("UTC", "UTC"),
            ("GMT", "UTC"),
            ("US/Central", "America/Chicago"), ("America/Chicago", "America/Chicago"),
            ("Europe/London", "Europe/London"), ("Europe/Berlin", "Europe/Berlin"),
        ] {
            // A system without the zone lets clients name the others.
            if let localTime = try? LocalTime.load(name: zone) { settings.zones[name] = localTime }
        }
        return settings
    }
}
