/// Runs of fields that placeOrder, openOrder and completedOrder have in common.
extension TWSOrder {
    var isPegToBenchmark: Bool { orderType == "PEG BENCH" || orderType == "PEGBENCH" }

    mutating func visitAuction<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("startingPrice", &startingPrice)
        try fields.field("stockRefPrice", &stockReferencePrice)
        try fields.field("delta", &delta)
        try fields.field("stockRangeLower", &stockRangeLower)
        try fields.field("stockRangeUpper", &stockRangeUpper)
    }

    mutating func visitShortSale<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("shortSaleSlot", &shortSaleSlot)
        try fields.field("designatedLocation", &designatedLocation)
        try fields.field("exemptCode", &exemptCode)
    }

    mutating func visitAdvisor<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("faGroup", &faGroup)
        try fields.field("faMethod", &faMethod)
        try fields.field("faPercentage", &faPercentage)
        try fields.field("faProfile", &faProfile, before: 177)
        try fields.field("modelCode", &modelCode)
    }

    mutating func visitReferenceAndTrail<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("continuousUpdate", &continuousUpdate)
        try fields.field("referencePriceType", &referencePriceType)
        try fields.field("trailStopPrice", &trailStopPrice)
        try fields.field("trailingPercent", &trailingPercent)
    }

    mutating func visitScale<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("scaleInitLevelSize", &scaleInitialLevelSize)
        try fields.field("scaleSubsLevelSize", &scaleSubsequentLevelSize)
        try fields.field("scalePriceIncrement", &scalePriceIncrement)
        try fields.group("scaleDetails", &scaleDetails, isPresent: (scalePriceIncrement?.e8 ?? 0) > 0)
    }

    mutating func visitHedge<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("hedgeType", &hedgeType)
        if !hedgeType.isEmpty {
            try fields.field("hedgeParam", &hedgeParameter)
        } else if !hedgeParameter.isEmpty {
            throw fields.error("hedgeParam", .inconsistent)
        }
    }

    mutating func visitDeltaNeutralContract<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        var isPresent = deltaNeutralContract != nil
        try fields.field("deltaNeutralContractPresent", &isPresent)
        try fields.group("deltaNeutralContract", &deltaNeutralContract, isPresent: isPresent)
    }

    mutating func visitAlgorithm<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("algoStrategy", &algoStrategy)
        if !algoStrategy.isEmpty {
            try fields.list("algoParamsCount", &algoParameters)
        } else if !algoParameters.isEmpty {
            throw fields.error("algoParams", .inconsistent)
        }
    }

    mutating func visitPegAndConditions<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.group("pegToBenchmark", &pegToBenchmark, isPresent: isPegToBenchmark)
        try fields.list("conditionsCount", &conditions)
        if !conditions.isEmpty {
            try fields.field("conditionsIgnoreRth", &conditionsIgnoreRTH)
            try fields.field("conditionsCancelOrder", &conditionsCancelOrder)
        }
    }

    /// The five fields at the end of openOrder and completedOrder.
    mutating func visitPegOffsets<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("minTradeQty", &minimumTradeQuantity, from: 170)
        try fields.field("minCompeteSize", &minimumCompeteSize, from: 170)
        try fields.field("competeAgainstBestOffset", &competeAgainstBestOffset, from: 170)
        try fields.field("midOffsetAtWhole", &midOffsetAtWhole, from: 170)
        try fields.field("midOffsetAtHalf", &midOffsetAtHalf, from: 170)
    }

    mutating func visitPrices<Visitor: TWSFieldVisitor>(_ fields: inout Visitor) throws(TWSWireError) {
        try fields.field("orderType", &orderType)
        try fields.field("lmtPrice", &limitPrice)
        try fields.field("auxPrice", &auxPrice)
        try fields.field("tif", &timeInForce)
        try fields.field("ocaGroup", &ocaGroup)
        try fields.field("account", &account)
        try fields.field("openClose", &openClose)
        try fields.field("origin", &origin)
        try fields.field("orderRef", &orderRef)
    }
}
