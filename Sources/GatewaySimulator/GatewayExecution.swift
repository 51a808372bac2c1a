import BrokerAdapters
import TradingModel

/// A fill with everything that is told about it, now or when somebody asks.
struct GatewayExecution {
    let orderIndex: Int
    let session: CalendarDate
    let time: Timestamp
    let details: TWSExecutionDetails
    let commission: TWSCommissionReport
    /// Whether a later one stands in its place.
    var isCorrected = false
}
