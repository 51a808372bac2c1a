import RiskControl
import Storage

extension AggressivenessLevels {
    /// The levels in force, from the rows that say so; the table lets no other words in.
    init(_ rows: [AggressivenessRow]) {
        self.init()
        for row in rows {
            guard let level = AggressivenessLevel(code: row.level) else { continue }
            switch (row.scope, row.name) {
            case ("ALL", _): all = level
            case ("STRATEGY", let name?): strategies[name] = level
            case ("TICKER", let name?): tickers[name] = level
            default: break
            }
        }
    }
}
