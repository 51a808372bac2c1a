import InputFiles
import MarketSimulation
import RiskControl
import TradingModel

extension Configuration {
    /// Reads a JSON5 file. Throws `InputError` with every unknown key, wrong value and contradiction.
    ///
    /// - Parameter mode: what is not looked at in a mode contradicts nothing there.
    public static func read(
        _ file: InputFile, for mode: ExecutionMode = .training
    ) throws(InputError) -> Configuration {
        var reader = try ConfigurationReader(file)
        var configuration = Configuration()
        configuration.readAccount(&reader)
        configuration.readPlanning(&reader)
        configuration.readOrders(&reader)
        configuration.simulation = SimulationRules.read(&reader)
        configuration.readProductionSections(&reader)
        configuration.risk = RiskLimits.read(&reader)
        configuration.aggressiveness = Aggressiveness.read(&reader, beside: configuration.risk)
        configuration.readRest(&reader)
        configuration.refuseContradictions(&reader, for: mode)
        try reader.problems.inOrderOfLines().throwIfAny()
        return configuration
    }

    private mutating func readAccount(_ reader: inout ConfigurationReader) {
        let trillion = 1_000_000_000_000 * Money.scale
        if let cash = reader.number("account.cash", scale: 6, in: 0...trillion) { account.cash = Money(e6: cash) }
        guard let code = reader.text("account.currency") else { return }
        if let currency = Currency(code) {
            account.currency = currency
        } else {
            reader.note("account.currency", "is not a currency", accepted: "give three capital letters such as \"USD\"")
        }
    }

    private mutating func readPlanning(_ reader: inout ConfigurationReader) {
        if let lot = reader.number("planning.lot_size", scale: 8, in: 1...Int64.max) {
            planning.lotSize = Quantity(e8: lot)
        }
        if let minimum = reader.number("planning.minimum_notional", scale: 6, in: 0...Int64.max) {
            planning.minimumNotional = Money(e6: minimum)
        }
        planning.openOrders = reader.choice("planning.open_orders") ?? planning.openOrders
        planning.missingTargets = reader.choice("planning.missing_targets") ?? planning.missingTargets
        planning.twoPhase = reader.boolean("planning.two_phase") ?? planning.twoPhase
        let cashRules = [("wait", CashRule.wait), ("reject", .reject)]
        planning.insufficientCash = reader.choice("planning.insufficient_cash", cashRules) ?? planning.insufficientCash
    }

    private mutating func readOrders(_ reader: inout ConfigurationReader) {
        if let refusal = reader.value("orders.type").flatMap(Configuration.refusalOfType) {
            reader.note("orders.type", refusal, accepted: "give \"MARKET\" or \"LIMIT\", or bring an orders file")
        } else {
            orders.type = reader.choice("orders.type") ?? orders.type
        }
        if case .text("GTD")? = reader.value("orders.time_in_force") {
            reader.note(
                "orders.time_in_force", "needs a date, which a target does not have",
                accepted: "give \"DAY\" or \"GTC\", or bring an orders file with good_till")
        } else {
            let words = [
                TimeInForce.day, .goodTilCancelled, .immediateOrCancel, .fillOrKill, .atTheOpening, .atTheClose,
            ]
            orders.timeInForce =
                reader.choice("orders.time_in_force", words.map { ($0.code, $0) }) ?? orders.timeInForce
        }
        readAlgorithm(&reader)
    }

    private mutating func readAlgorithm(_ reader: inout ConfigurationReader) {
        var isNone = !reader.has("orders.algorithm")
        if case .null? = reader.value("orders.algorithm") { isNone = true }
        let parameters = reader.text("orders.algorithm_parameters")
        guard !isNone, let name = reader.text("orders.algorithm") else {
            guard isNone, let parameters, !parameters.isEmpty else { return }
            return reader.note(
                "orders.algorithm_parameters", "is given without orders.algorithm", accepted: "name the algorithm too")
        }
        do throws(AlgorithmTextError) {
            orders.algorithm = try AlgorithmTerms(name: name, parameters: parameters ?? "")
        } catch {
            noteAlgorithm(error, &reader)
            return
        }
        switch orders.timeInForce {
        case .day, .goodTilCancelled: break
        default:
            reader.note(
                "orders.algorithm", "contradicts orders.time_in_force \"\(orders.timeInForce.code)\"",
                accepted: "algorithms go with \"DAY\" and \"GTC\"")
        }
    }

    private func noteAlgorithm(_ error: AlgorithmTextError, _ reader: inout ConfigurationReader) {
        guard let parameter = error.parameter else {
            return reader.note("orders.algorithm", error.problem, accepted: error.accepted)
        }
        let value = error.value.isEmpty ? "" : " \"\(error.value)\""
        let path = reader.has("orders.algorithm_parameters") ? "orders.algorithm_parameters" : "orders.algorithm"
        reader.note(path, "has \(parameter)\(value), which \(error.problem)", accepted: error.accepted)
    }

    /// Why a type that exists cannot be that of targets.
    private static func refusalOfType(_ value: ConfigurationValue) -> String? {
        guard case .text(let text) = value, OrderDefaults.Kind(rawValue: text) == nil, OrderType.codes.contains(text)
        else { return nil }
        return "needs a stop price or a trail, which a target does not have"
    }

    private mutating func readRest(_ reader: inout ConfigurationReader) {
        record = reader.choice("record") ?? record
        guard let zone = reader.text("time_zone") else { return }
        do throws(InputError) {
            localTime = try LocalTime.load(name: zone, file: reader.file, field: "time_zone")
        } catch {
            reader.note("time_zone", "is not a known time zone", accepted: error.problems.first?.accepted)
        }
    }
}
