import TradingModel

extension OperationsConfiguration {
    mutating func read(_ reader: inout ConfigurationReader) {
        alerts.read(&reader)
        checks.read(&reader)
        logFormat = reader.choice("log.format") ?? logFormat
        guard let file = reader.value("metrics.file"), file != .null else { return }
        if case .text("") = file {
            reader.note("metrics.file", "names no file", accepted: ConfigurationReader.accepted("metrics.file"))
        } else {
            metricsFile = reader.text("metrics.file")
        }
    }

    /// The sections of the file, by name.
    var values: [String: ConfigurationValue] {
        [
            "alerts": alerts.value, "checks": checks.value, "log": .section(["format": .text(logFormat.rawValue)]),
            "metrics": .section(["file": metricsFile.map { .text($0) } ?? .null]),
        ]
    }
}

extension AlertsConfiguration {
    fileprivate mutating func read(_ reader: inout ConfigurationReader) {
        readCommand(&reader)
        minimumSeverity = reader.choice("alerts.minimum_severity") ?? minimumSeverity
        timeout = reader.duration("alerts.timeout", upTo: .minutes(5)) ?? timeout
        attempts = reader.number("alerts.attempts", scale: 0, in: 1...100) ?? attempts
        firstWait = reader.duration("alerts.first_wait", upTo: .minutes(5)) ?? firstWait
        longestWait = reader.duration("alerts.longest_wait", upTo: .hours(1)) ?? longestWait
    }

    private mutating func readCommand(_ reader: inout ConfigurationReader) {
        guard let value = reader.value("alerts.command"), value != .null else { return }
        switch value {
        case .text(let line) where !line.isEmpty: command = .shell(line)
        case .list(let elements):
            let words = elements.compactMap { if case .text(let word) = $0 { word } else { nil } }
            guard words.count == elements.count, words.first?.isEmpty == false else { fallthrough }
            command = .program(words)
        default:
            reader.note(
                "alerts.command", "is no command", accepted: ConfigurationReader.accepted("alerts.command"))
        }
    }

    fileprivate var value: ConfigurationValue {
        let shown: ConfigurationValue =
            switch command {
            case nil: .null
            case .shell(let line): .text(line)
            case .program(let words): .list(words.map { .text($0) })
            }
        return .section([
            "command": shown, "minimum_severity": .text(minimumSeverity.rawValue), "timeout": .span(timeout),
            "attempts": .scaled(attempts, 0), "first_wait": .span(firstWait), "longest_wait": .span(longestWait),
        ])
    }
}

extension ChecksConfiguration {
    fileprivate mutating func read(_ reader: inout ConfigurationReader) {
        maxLatency = reader.optional("checks.max_latency", maxLatency) { $0.duration($1, upTo: .hours(1)) }
        maxRejectRateE9 = reader.optional("checks.max_reject_rate", maxRejectRateE9) {
            $0.number($1, scale: 9, in: 0...1_000_000_000)
        }
        maxSilence = reader.optional("checks.max_silence", maxSilence) { $0.duration($1, upTo: .hours(24)) }
    }

    fileprivate var value: ConfigurationValue {
        .section([
            "max_latency": maxLatency.map { .span($0) } ?? .null,
            "max_reject_rate": maxRejectRateE9.map { .scaled($0, 9) } ?? .null,
            "max_silence": maxSilence.map { .span($0) } ?? .null,
        ])
    }
}

extension BreakerConfiguration {
    mutating func read(_ reader: inout ConfigurationReader) {
        errors = reader.optional("production.breaker.errors", errors) { $0.number($1, scale: 0, in: 1...1_000) }
        window = reader.duration("production.breaker.window", upTo: .hours(24)) ?? window
        openFor = reader.duration("production.breaker.open_for", upTo: .hours(24)) ?? openFor
        probes = reader.number("production.breaker.probes", scale: 0, in: 1...100) ?? probes
    }

    var value: ConfigurationValue {
        .section([
            "errors": errors.map { .scaled($0, 0) } ?? .null, "window": .span(window), "open_for": .span(openFor),
            "probes": .scaled(probes, 0),
        ])
    }
}

extension ConfigurationReader {
    /// A value that `null` takes away.
    mutating func optional<Value>(
        _ path: String, _ current: Value?, _ read: (inout ConfigurationReader, String) -> Value?
    ) -> Value? {
        value(path) == .null ? nil : read(&self, path) ?? current
    }
}
