import Foundation
import Reporting
import RiskControl
import TradingModel

extension RiskReport {
    /// One JSON object; numbers have as many digits as it takes to read them back the same.
    public var json: String {
        JSONValue.object([
            .init("book", .text(book)), .init("as_of", .text(date?.description)),
            .init("level", .real(request.level)), .init("horizon_days", .real(request.horizon_days)),
            .init("window_days", .integer(Int64(request.window_days))), .init("days", .integer(Int64(days))),
            .init("value", .real(positions.reduce(0) { $0 + $1.value })), .init("equity", .real(equity)),
            .init("var", .object([.init("historical", .real(historical)), .init("parametric", .real(parametric))])),
            .init("positions", .list(positions.map(\.json))), .init("drawdown", fall?.json ?? .cell(.null)),
            .init("strategies", .list(strategies.map(\.json))),
        ]).text
    }

    /// Tables for people.
    public var text: String {
        let ofBook: [[Cell]] = [
            [.text("equity"), .money(equity), .null],
            [.text("drawdown, deepest"), .null, .share(fall?.maximum)],
            [.text("drawdown, now"), .null, .share(fall?.current)],
        ]
        let figures = MemoryTable(
            columns: ["figure", "value", "of equity"],
            rows: [
                [.text("value at risk, historical"), .money(historical), share(historical)],
                [.text("value at risk, parametric"), .money(parametric), share(parametric)],
            ] + (book == nil ? [] : ofBook))
        let held = MemoryTable(
            columns: ["ticker", "quantity", "price", "value", "observations", "correlation"],
            rows: positions.map { position in
                [
                    .text(position.ticker), .decimal(position.quantity.e8, scale: 8),
                    position.price.map { .decimal($0.e8, scale: 8) } ?? .null, .money(position.value),
                    .integer(Int64(position.observations)), .rounded(position.correlation, 4),
                ]
            })
        let records = MemoryTable(
            columns: ["strategy", "closed trades", "chance", "payoff ratio", "kelly"],
            rows: strategies.map { strategy in
                [
                    .text(strategy.id), .integer(Int64(strategy.record.count)), .rounded(strategy.record.chance, 4),
                    .rounded(strategy.record.payoffRatio, 4), .rounded(strategy.record.kelly, 4),
                ]
            })
        let tables = [figures, held] + (strategies.isEmpty ? [] : [records])
        return ([title] + tables.map { $0.rendered(as: .table) }).joined(separator: "\n")
    }

    /// Of what, and how the figures were taken.
    private var title: String {
        let horizon = request.horizon_days == 1 ? "1 day" : "\(Decimal(request.horizon_days)) days"
        let missing = days < request.window_days ? " (of \(request.window_days) that were asked for)" : ""
        return
            "\(book ?? request.positions ?? "") at \(date?.description ?? "no date"): level \(request.level), horizon "
            + "\(horizon), returns of \(days) days\(missing)"
    }

    private func share(_ value: Double?) -> Cell {
        guard let value, let equity, equity > 0 else { return .null }
        return .share(value / equity)
    }
}

extension RiskReport.Position {
    fileprivate var json: JSONValue {
        .object([
            .init("ticker", .text(ticker)), .init("quantity", .cell(.decimal(quantity.e8, scale: 8))),
            .init("price", price.map { .cell(.decimal($0.e8, scale: 8)) } ?? .cell(.null)),
            .init("value", .real(value)), .init("observations", .integer(Int64(observations))),
            .init("correlation", .real(correlation)),
        ])
    }
}

extension RiskReport.Fall {
    fileprivate var json: JSONValue {
        .object([
            .init("maximum", .real(maximum)), .init("current", .real(current)),
            .init("peak_on", .text(peak.description)), .init("trough_on", .text(trough.description)),
            .init("days", .integer(Int64(days))),
        ])
    }
}

extension RiskReport.Strategy {
    fileprivate var json: JSONValue {
        .object([
            .init("strategy_id", .text(id)), .init("closed_trades", .integer(Int64(record.count))),
            .init("wins", .integer(Int64(record.wins))), .init("losses", .integer(Int64(record.losses))),
            .init("chance", .real(record.chance)), .init("payoff_ratio", .real(record.payoffRatio)),
            .init("kelly", .real(record.kelly)),
        ])
    }
}

extension JSONValue {
    fileprivate static func real(_ number: Double?) -> JSONValue { .cell(number.map { .real($0) } ?? .null) }
}

extension Cell {
    fileprivate static func money(_ value: Double?) -> Cell { rounded(value, 2) }

    fileprivate static func share(_ value: Double?) -> Cell {
        value.flatMap { rounded($0 * 100, 2).plainText }.map { .text($0 + " %") } ?? .null
    }

    /// To so many digits behind the point; nothing for a value that is no number.
    fileprivate static func rounded(_ value: Double?, _ digits: Int) -> Cell {
        let unit = (0..<digits).reduce(1.0) { unit, _ in unit * 10 }
        guard let value, let scaled = Int64(exactly: (value * unit).rounded()) else { return .null }
        return .decimal(scaled, scale: digits)
    }
}
