import TradingModel

/// The fees that US regulators take on sells of shares, by the date of the trade.
public enum RegulatoryFees {
    /// The first date for which both rates are known; before its own first date a fee is not charged.
    public static var firstDate: CalendarDate { max(secRates[0].from, activityRates[0].from) }

    private struct SECRate {
        let from: CalendarDate
        /// Of the value, in units of 10⁻⁹: $22.10 a million is 22,100.
        let fractionE9: Int64

        init(_ year: Int, _ month: Int, _ day: Int, centsPerMillion: Int64) {
            from = date(year, month, day)
            fractionE9 = centsPerMillion * 10
        }
    }

    private struct ActivityRate {
        let from: CalendarDate
        /// Per share, in units of 10⁻⁹.
        let rateE9: Int64
        let cap: Money

        init(_ year: Int, _ month: Int, _ day: Int, perShareE6 rate: Int64, capCents: Int64) {
            from = date(year, month, day)
            rateE9 = rate * 1_000
            cap = Money(e6: capCents * 10_000)
        }
    }

    private static func date(_ year: Int, _ month: Int, _ day: Int) -> CalendarDate {
        guard let date = CalendarDate(year: year, month: month, day: day) else {
            preconditionFailure("\(year)-\(month)-\(day) in a table of rates is a date")
        }
        return date
    }

    /// Section 31 fee, by the SEC's fee rate advisories and the information notices that FINRA (before 2007 the NASD) made of them.
    ///
    /// The rates of 2002-04-01, 2004-04-01 and 2005-01-07 come from the table at traderstatus.com. Known only from third
    /// parties that cite the SEC are the rows of 2015-02-14 and 2026-04-04, and the dates (not the rates) of 2007-03-17,
    /// 2008-01-25, 2012-04-01, 2013-05-25, 2016-02-16 and 2022-05-14.
    private static let secRates = [
        SECRate(2001, 12, 28, centsPerMillion: 1_500),
        SECRate(2002, 4, 1, centsPerMillion: 3_010),
        SECRate(2003, 3, 22, centsPerMillion: 2_520),
        SECRate(2003, 4, 1, centsPerMillion: 4_680),
        SECRate(2004, 2, 22, centsPerMillion: 3_900),
        SECRate(2004, 4, 1, centsPerMillion: 2_340),
        SECRate(2005, 1, 7, centsPerMillion: 3_290),
        SECRate(2005, 4, 1, centsPerMillion: 4_180),
        SECRate(2005, 12, 22, centsPerMillion: 3_070),
        SECRate(2007, 3, 17, centsPerMillion: 1_530),
        SECRate(2008, 1, 25, centsPerMillion: 1_100),
        SECRate(2008, 4, 1, centsPerMillion: 560),
        SECRate(2009, 4, 10, centsPerMillion: 2_570),
        SECRate(2010, 1, 15, centsPerMillion: 1_270),
        SECRate(2010, 4, 1, centsPerMillion: 1_690),
        SECRate(2011, 1, 21, centsPerMillion: 1_920),
        SECRate(2012, 2, 21, centsPerMillion: 1_800),
        SECRate(2012, 4, 1, centsPerMillion: 2_240),
        SECRate(2013, 5, 25, centsPerMillion: 1_740),
        SECRate(2014, 3, 18, centsPerMillion: 2_210),
        SECRate(2015, 2, 14, centsPerMillion: 1_840),
        SECRate(2016, 2, 16, centsPerMillion: 2_180),
        SECRate(2017, 7, 4, centsPerMillion: 2_310),
        SECRate(2018, 5, 22, centsPerMillion: 1_300),
        SECRate(2019, 4, 16, centsPerMillion: 2_070),
        SECRate(2020, 2, 18, centsPerMillion: 2_210),
        SECRate(2021, 2, 25, centsPerMillion: 510),
        SECRate(2022, 5, 14, centsPerMillion: 2_290),
        SECRate(2023, 2, 27, centsPerMillion: 800),
        SECRate(2024, 5, 22, centsPerMillion: 2_780),
        SECRate(2025, 5, 14, centsPerMillion: 0),
        SECRate(2026, 4, 4, centsPerMillion: 2_060),
    ]

    /// Trading activity fee, FINRA By-Laws, Schedule A, Section 1: Notices to Members 03-43 and 04-84, Regulatory Notices
    /// 11-27 and 12-06, and FINRA's fee schedule 2020 to 2024.
    ///
    /// Known only from third parties: the rate of 2003-09-01, that the steps of 2022 to 2024 begin on January 1, and all rows
    /// from 2026 on, for which they cite SR-FINRA-2024-019, 2026-020 and 2026-021; that of 2027 is provisional.
    private static let activityRates = [
        ActivityRate(2003, 9, 1, perShareE6: 100, capCents: 1_000),
        ActivityRate(2004, 11, 1, perShareE6: 75, capCents: 375),
        ActivityRate(2011, 7, 1, perShareE6: 90, capCents: 450),
        ActivityRate(2012, 3, 1, perShareE6: 95, capCents: 475),
        ActivityRate(2012, 7, 1, perShareE6: 119, capCents: 595),
        ActivityRate(2022, 1, 1, perShareE6: 130, capCents: 649),
        ActivityRate(2023, 1, 1, perShareE6: 145, capCents: 727),
        ActivityRate(2024, 1, 1, perShareE6: 166, capCents: 830),
        ActivityRate(2026, 1, 1, perShareE6: 195, capCents: 979),
        ActivityRate(2026, 10, 1, perShareE6: 0, capCents: 0),
        ActivityRate(2027, 1, 1, perShareE6: 195, capCents: 979),
    ]

    /// The SEC's fee on a sell of `value`, at 10⁻²⁵.
    static func secFeeE25(value: ExactValue, on date: CalendarDate) -> Int128 {
        guard let rate = secRates.last(where: { $0.from <= date }) else { return 0 }
        return value.e16 * Int128(rate.fractionE9)
    }

    /// FINRA's fee on one trade that sells `quantity`, at 10⁻²⁵.
    static func tradingActivityFeeE25(_ quantity: Quantity, on date: CalendarDate) -> Int128 {
        guard let rate = activityRates.last(where: { $0.from <= date }) else { return 0 }
        let uncapped = Int128(quantity.e8) * Int128(rate.rateE9) * 100_000_000
        return min(uncapped, Int128(rate.cap.e6) * 10_000_000_000_000_000_000)
    }
}
