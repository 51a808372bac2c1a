#!/usr/bin/env python3
"""Write the golden files of the TWS wire codec under `fixtures/ibkr/`.

What a real client sends and how it reads what a server sends, taken from the PyPI package `ib_async`:

    python3 -m pip install ib_async==2.1.0
    python3 dev_workflows/make_wire_goldens.py

Requests: the client connects over TCP to a small server here that answers the handshake and the session start and records
every byte after that. Messages: frames are laid out here field by field, each field with a value of its own, and ib_async's
decoder says which value it found under which name. No gateway and no account is needed.

A line of `requests-N.txt` (N is the negotiated version) is a name, a tab, and the payload with every NUL as a bar. A line of
`messages-N.txt` has a third column: `name=value` pairs with bars between them, as the decoder of ib_async names them.
"""

from __future__ import annotations

import asyncio
import dataclasses
import struct
from decimal import Decimal
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any

import ib_async
from ib_async import (
    IB,
    ComboLeg,
    Contract,
    ExecutionCondition,
    ExecutionFilter,
    Forex,
    Future,
    LimitOrder,
    MarginCondition,
    MarketOrder,
    Option,
    Order,
    PercentChangeCondition,
    PriceCondition,
    Stock,
    StopLimitOrder,
    StopOrder,
    TagValue,
    TimeCondition,
    VolumeCondition,
)
from ib_async.decoder import Decoder

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "ibkr"
EXPECTED_PACKAGE_VERSION = "2.1.0"
VERSIONS = (157, 163, 166, 170, 176, 178)
TIMES_IN_FORCE = ("DAY", "GTC", "IOC", "FOK", "GTD", "OPG", "DTC", "AUC")


# What the client sends


class RecordingServer:
    """Answers a handshake and a session start, and keeps the payload of every later frame."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.hello = b""
        self.payloads: list[bytes] = []
        self.arrived = asyncio.Event()
        self.ended = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        prefix = await reader.readexactly(4)
        offer = await self.read_frame(reader)
        self.hello = prefix + struct.pack(">I", len(offer)) + offer
        self.send(writer, f"{self.version}\0" "20250425 15:23:54 EST\0")
        try:
            while True:
                payload = await self.read_frame(reader)
                if payload.startswith(b"71\0"):
                    self.send(writer, "15\0001\0DU123\0")
                    self.send(writer, "9\0001\0001001\0")
                self.payloads.append(payload)
                self.arrived.set()
        except asyncio.IncompleteReadError:
            writer.close()
            self.ended.set()

    @staticmethod
    async def read_frame(reader: asyncio.StreamReader) -> bytes:
        (length,) = struct.unpack(">I", await reader.readexactly(4))
        return await reader.readexactly(length)

    @staticmethod
    def send(writer: asyncio.StreamWriter, payload: str) -> None:
        writer.write(struct.pack(">I", len(payload)) + payload.encode())


AAPL = Stock("AAPL", "SMART", "USD")


def order_requests() -> list[tuple[str, Contract, Order]]:
    """Every kind of order, by the name that the tests know it under."""
    orders: list[tuple[str, Contract, Order]] = [
        ("market", AAPL, MarketOrder("BUY", 100)),
        ("market-sell-fraction", AAPL, MarketOrder("SELL", Decimal("0.125"), tif="DAY")),
        ("limit", AAPL, LimitOrder("BUY", 100, 187.25, tif="DAY", account="DU123", orderRef="K7Q2")),
        ("stop", AAPL, StopOrder("SELL", 100, 150.5, tif="GTC")),
        ("stop-limit", AAPL, StopLimitOrder("SELL", 100, 149.75, 150.5, tif="GTC")),
        ("trail-amount", AAPL, Order(action="SELL", totalQuantity=100, orderType="TRAIL", auxPrice=2.5, trailStopPrice=180.0)),
        ("trail-percent", AAPL, Order(action="SELL", totalQuantity=100, orderType="TRAIL", trailingPercent=1.5)),
        (
            "trail-limit",
            AAPL,
            Order(
                action="SELL", totalQuantity=100, orderType="TRAIL LIMIT", auxPrice=2.5, trailStopPrice=180.0,
                lmtPriceOffset=0.05,
            ),
        ),
        ("market-on-close", AAPL, Order(action="BUY", totalQuantity=100, orderType="MOC", tif="DAY")),
        ("limit-on-close", AAPL, Order(action="BUY", totalQuantity=100, orderType="LOC", lmtPrice=187.25, tif="DAY")),
        ("market-on-open", AAPL, MarketOrder("BUY", 100, tif="OPG")),
        ("limit-on-open", AAPL, LimitOrder("BUY", 100, 187.25, tif="OPG")),
        ("good-till-date", AAPL, LimitOrder("BUY", 100, 187.25, tif="GTD", goodTillDate="20250708-20:00:00")),
        ("good-after-time", AAPL, LimitOrder("BUY", 100, 187.25, tif="DAY", goodAfterTime="20250708 10:00:00 US/Eastern")),
        ("outside-regular-hours", AAPL, LimitOrder("BUY", 100, 187.25, tif="GTC", outsideRth=True)),
        ("what-if", AAPL, MarketOrder("BUY", 100, tif="DAY", whatIf=True)),
        ("oca-1", AAPL, LimitOrder("SELL", 100, 190.0, tif="GTC", ocaGroup="exit-7", ocaType=1)),
        ("oca-2", AAPL, StopOrder("SELL", 100, 180.0, tif="GTC", ocaGroup="exit-7", ocaType=1)),
        ("bracket-parent", AAPL, LimitOrder("BUY", 100, 187.25, tif="DAY", transmit=False)),
        ("bracket-target", AAPL, LimitOrder("SELL", 100, 195.0, tif="GTC", parentId=1001, transmit=False)),
        ("bracket-stop", AAPL, StopOrder("SELL", 100, 180.0, tif="GTC", parentId=1001, transmit=True)),
        (
            "adjustable-stop",
            AAPL,
            StopOrder(
                "SELL", 100, 180.0, tif="GTC", adjustedOrderType="TRAIL", triggerPrice=195.0, adjustedStopPrice=190.0,
                adjustedTrailingAmount=2.0, adjustableTrailingUnit=1,
            ),
        ),
        (
            "adjustable-stop-limit",
            AAPL,
            StopOrder(
                "SELL", 100, 180.0, tif="GTC", adjustedOrderType="STP LMT", triggerPrice=195.0, adjustedStopPrice=190.0,
                adjustedStopLimitPrice=189.5,
            ),
        ),
        (
            "adaptive",
            AAPL,
            MarketOrder("BUY", 100, tif="DAY", algoStrategy="Adaptive", algoParams=[TagValue("adaptivePriority", "Normal")]),
        ),
        (
            "twap",
            AAPL,
            LimitOrder(
                "BUY", 5000, 187.25, tif="DAY", algoStrategy="Twap",
                algoParams=[
                    TagValue("strategyType", "Marketable"),
                    TagValue("startTime", "20250708-14:00:00"),
                    TagValue("endTime", "20250708-19:00:00"),
                    TagValue("allowPastEndTime", "1"),
                ],
            ),
        ),
        (
            "vwap",
            AAPL,
            LimitOrder(
                "BUY", 5000, 187.25, tif="DAY", algoStrategy="Vwap",
                algoParams=[
                    TagValue("maxPctVol", "0.1"),
                    TagValue("startTime", "20250708-14:00:00"),
                    TagValue("endTime", "20250708-19:00:00"),
                    TagValue("allowPastEndTime", "0"),
                    TagValue("noTakeLiq", "1"),
                ],
            ),
        ),
        ("modify", AAPL, LimitOrder("BUY", 80, 188.0, tif="DAY", account="DU123", orderRef="K7Q2")),
        ("cash-quantity", Forex("EURUSD"), MarketOrder("BUY", 0, tif="DAY", cashQty=25000.0)),
        ("option", Option("AAPL", "20250718", 190.0, "C", "SMART", "100", "USD"), LimitOrder("BUY", 2, 3.45, tif="DAY")),
        ("future", Future("ES", "202509", "CME", currency="USD", multiplier="50"), MarketOrder("SELL", 1, tif="DAY")),
        (
            "hidden-all-or-none",
            AAPL,
            LimitOrder("BUY", 500, 187.25, tif="DAY", hidden=True, allOrNone=True, minQty=100, displaySize=50),
        ),
        (
            "conditions",
            AAPL,
            LimitOrder(
                "BUY", 100, 187.25, tif="GTC", conditionsIgnoreRth=True, conditionsCancelOrder=False,
                conditions=[
                    PriceCondition(1, "a", True, 190.25, 265598, "SMART", 2),
                    TimeCondition(3, "o", True, "20250708 10:00:00 US/Eastern"),
                    MarginCondition(4, "a", False, 30),
                    ExecutionCondition(5, "a", "STK", "SMART", "MSFT"),
                    VolumeCondition(6, "a", True, 1000000, 265598, "SMART"),
                    PercentChangeCondition(7, "a", False, 2.5, 265598, "SMART"),
                ],
            ),
        ),
        (
            "combination",
            Contract(
                secType="BAG", symbol="SPY", currency="USD", exchange="SMART",
                comboLegs=[
                    ComboLeg(conId=11, ratio=1, action="BUY", exchange="SMART"),
                    ComboLeg(conId=12, ratio=2, action="SELL", exchange="CBOE", openClose=1),
                ],
            ),
            LimitOrder(
                "BUY", 3, -0.5, tif="DAY", orderComboLegs=[ib_async.OrderComboLeg(1.25), ib_async.OrderComboLeg()],
                smartComboRoutingParams=[TagValue("NonGuaranteed", "1")],
            ),
        ),
        ("pegged-to-benchmark", AAPL, Order(
            action="BUY", totalQuantity=100, orderType="PEG BENCH", tif="DAY", startingPrice=187.0, stockRefPrice=400.0,
            referenceContractId=756733, isPeggedChangeAmountDecrease=True, peggedChangeAmount=0.1,
            referenceChangeAmount=0.2, referenceExchangeId="ISLAND")),
        ("pegged-to-mid", AAPL, Order(
            action="BUY", totalQuantity=100, orderType="PEG MID", tif="DAY", lmtPrice=187.25, midOffsetAtWhole=0.01,
            midOffsetAtHalf=0.005)),
        ("pegged-to-best", Stock("AAPL", "IBKRATS", "USD"), Order(
            action="BUY", totalQuantity=100, orderType="PEG BEST", tif="DAY", lmtPrice=187.25, minTradeQty=100,
            minCompeteSize=200, competeAgainstBestOffset=0.02)),
        ("scale", AAPL, LimitOrder(
            "BUY", 1000, 187.25, tif="DAY", scaleInitLevelSize=100, scaleSubsLevelSize=50, scalePriceIncrement=0.1,
            scalePriceAdjustValue=0.05, scalePriceAdjustInterval=60, scaleProfitOffset=0.2, scaleAutoReset=True,
            scaleInitPosition=10, scaleInitFillQty=5, scaleRandomPercent=True, scaleTable="table")),
        ("volatility", Option("AAPL", "20250718", 190.0, "C", "SMART", "100", "USD"), Order(
            action="BUY", totalQuantity=2, orderType="VOL", tif="DAY", volatility=25.5, volatilityType=2,
            deltaNeutralOrderType="LMT", deltaNeutralAuxPrice=187.0, deltaNeutralConId=265598,
            deltaNeutralSettlingFirm="SF", deltaNeutralClearingAccount="CA", deltaNeutralClearingIntent="CI",
            deltaNeutralOpenClose="O", deltaNeutralShortSale=True, deltaNeutralShortSaleSlot=2,
            deltaNeutralDesignatedLocation="DL", continuousUpdate=True, referencePriceType=1)),
        ("hedge", AAPL, LimitOrder("BUY", 100, 187.25, tif="DAY", hedgeType="P", hedgeParam="2.5")),
        ("every-text", AAPL, LimitOrder(
            "BUY", 100, 187.25, tif="GTC", faGroup="g", faMethod="m", faPercentage="p", modelCode="mc",
            designatedLocation="dl", rule80A="r", settlingFirm="sf", activeStartTime="as", activeStopTime="ae",
            clearingAccount="ca", clearingIntent="ci", algoId="ai", extOperator="eo",
            softDollarTier=ib_async.SoftDollarTier("tn", "tv", "td"), mifid2DecisionMaker="m1", mifid2DecisionAlgo="m2",
            mifid2ExecutionTrader="m3", mifid2ExecutionAlgo="m4", advancedErrorOverride="aeo", manualOrderTime="mot",
            openClose="C", orderMiscOptions=[TagValue("a", "1"), TagValue("b", "2")])),
        ("every-number", AAPL, LimitOrder(
            "BUY", 100, 187.25, tif="GTC", origin=1, triggerMethod=4, discretionaryAmt=0.25, shortSaleSlot=2,
            exemptCode=3, percentOffset=0.5, nbboPriceCap=1.25, auctionStrategy=2, startingPrice=2.25,
            stockRefPrice=3.25, delta=4.25, stockRangeLower=5.25, stockRangeUpper=6.25, volatilityType=1,
            deltaNeutralAuxPrice=7.25, referencePriceType=2, duration=30, postToAts=40)),
        ("every-flag", AAPL, LimitOrder(
            "BUY", 100, 187.25, tif="GTC", blockOrder=True, sweepToFill=True, eTradeOnly=True, firmQuoteOnly=True,
            overridePercentageConstraints=True, continuousUpdate=True, optOutSmartRouting=True, notHeld=True,
            solicited=True, randomizeSize=True, randomizePrice=True, dontUseAutoPriceForHedge=True,
            isOmsContainer=True, discretionaryUpToLimitPrice=True, usePriceMgmtAlgo=True, autoCancelParent=True)),
    ]
    orders += [(f"tif-{tif.lower()}", AAPL, LimitOrder("BUY", 100, 187.25, tif=tif)) for tif in TIMES_IN_FORCE]
    return orders


def other_requests(client: Any) -> list[tuple[str, Any]]:
    bag = Contract(
        secType="BAG", symbol="SPY", currency="USD", exchange="SMART",
        comboLegs=[ComboLeg(conId=11, ratio=1, action="BUY", exchange="SMART")],
    )
    described = Stock("AAPL", "SMART", "USD", primaryExchange="NASDAQ", secIdType="ISIN", secId="US0378331005")
    return [
        ("reqIds", lambda: client.reqIds(1)),
        ("cancelOrder", lambda: client.cancelOrder(1001)),
        ("reqGlobalCancel", client.reqGlobalCancel),
        ("reqOpenOrders", client.reqOpenOrders),
        ("reqAllOpenOrders", client.reqAllOpenOrders),
        ("reqAutoOpenOrders", lambda: client.reqAutoOpenOrders(True)),
        ("reqCompletedOrders", lambda: client.reqCompletedOrders(True)),
        ("reqExecutions", lambda: client.reqExecutions(7, ExecutionFilter())),
        (
            "reqExecutions-filter",
            lambda: client.reqExecutions(
                8, ExecutionFilter(17, "DU123", "20250708-00:00:00", "AAPL", "STK", "SMART", "BUY")),
        ),
        ("reqManagedAccts", client.reqManagedAccts),
        ("reqPositions", client.reqPositions),
        ("cancelPositions", client.cancelPositions),
        ("reqAccountSummary", lambda: client.reqAccountSummary(9, "All", "NetLiquidation,BuyingPower")),
        ("cancelAccountSummary", lambda: client.cancelAccountSummary(9)),
        ("reqAccountUpdates", lambda: client.reqAccountUpdates(True, "DU123")),
        ("reqPnL", lambda: client.reqPnL(10, "DU123", "")),
        ("cancelPnL", lambda: client.cancelPnL(10)),
        ("reqPnLSingle", lambda: client.reqPnLSingle(11, "DU123", "", 265598)),
        ("cancelPnLSingle", lambda: client.cancelPnLSingle(11)),
        ("reqCurrentTime", client.reqCurrentTime),
        ("reqContractDetails", lambda: client.reqContractDetails(12, described)),
        ("reqMarketRule", lambda: client.reqMarketRule(26)),
        ("reqMatchingSymbols", lambda: client.reqMatchingSymbols(13, "apple")),
        ("reqMktData", lambda: client.reqMktData(14, AAPL, "233", True, False, [])),
        ("reqMktData-combination", lambda: client.reqMktData(15, bag, "", False, False, [TagValue("a", "1")])),
        ("cancelMktData", lambda: client.cancelMktData(14)),
        ("reqMarketDataType", lambda: client.reqMarketDataType(3)),
        (
            "reqHistoricalData",
            lambda: client.reqHistoricalData(16, AAPL, "", "2 D", "1 min", "TRADES", True, 1, False, []),
        ),
        (
            "reqHistoricalData-combination",
            lambda: client.reqHistoricalData(17, bag, "20250708-20:00:00", "1 D", "1 hour", "MIDPOINT", False, 2, False, []),
        ),
        ("cancelHistoricalData", lambda: client.cancelHistoricalData(16)),
        ("reqUserInfo", lambda: client.reqUserInfo(18)),
    ]


async def record_requests(version: int) -> tuple[bytes, list[tuple[str, bytes]]]:
    server = RecordingServer(version)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    client = IB().client
    client.MaxRequests = 0
    await client.connectAsync("127.0.0.1", listener.sockets[0].getsockname()[1], 17)
    recorded = [("startApi", server.payloads.pop())]

    async def record(name: str, send: Any) -> None:
        server.arrived.clear()
        send()
        await asyncio.wait_for(server.arrived.wait(), 5)
        recorded.append((name, server.payloads.pop()))

    for name, contract, order in order_requests():
        await record(f"placeOrder-{name}", lambda: client.placeOrder(1001, contract, order))
    for name, send in other_requests(client):
        await record(name, send)
    client.disconnect()
    await server.ended.wait()
    listener.close()
    return server.hello, recorded


# How the client reads what a server sends

CONTRACT = "conId:i symbol:s secType:s lastTradeDateOrContractMonth:s strike:d right:s multiplier:s"
CONTRACT_TAIL = "currency:s localSymbol:s tradingClass:s"
REPORT = f"{CONTRACT} exchange:s {CONTRACT_TAIL}"
PRICES = "orderType:s lmtPrice:d auxPrice:d tif:s ocaGroup:s account:s openClose:s origin:i orderRef:s"
AUCTION = "startingPrice:d stockRefPrice:d delta:d stockRangeLower:d stockRangeUpper:d"
LOCATE = "shortSaleSlot:i designatedLocation:s exemptCode:i"
LEG = "legConId:i legRatio:i legAction:s legExchange:s legOpenClose:i legShortSaleSlot:i legDesignatedLocation:s legExemptCode:i"
COMBO_NONE = "comboLegsCount:=0 orderComboLegsCount:=0 smartComboRoutingParamsCount:=0"
COMBO_TWO = (
    f"comboLegsCount:=2 {LEG} {LEG} orderComboLegsCount:=2 legPrice:d legPrice:d smartComboRoutingParamsCount:=1 tag:s value:s"
)
SCALE_TAIL = (
    "scalePriceAdjustValue:d scalePriceAdjustInterval:i scaleProfitOffset:d scaleAutoReset:b scaleInitPosition:i"
    " scaleInitFillQty:i scaleRandomPercent:b"
)
PEG_BENCH = "referenceContractId:i isPeggedChangeAmountDecrease:b peggedChangeAmount:d referenceChangeAmount:d referenceExchangeId:s"
PEG_OFFSETS = "minTradeQty:i minCompeteSize:i competeAgainstBestOffset:d midOffsetAtWhole:d midOffsetAtHalf:d"
DELTA_NEUTRAL = (
    "deltaNeutralConId:i deltaNeutralSettlingFirm:s deltaNeutralClearingAccount:s deltaNeutralClearingIntent:s"
    " deltaNeutralOpenClose:s deltaNeutralShortSale:b deltaNeutralShortSaleSlot:i deltaNeutralDesignatedLocation:s"
)
CONDITIONS = (
    "conditionsCount:=2 conditionType:=1 conditionConjunction:=o conditionIsMore:b conditionPrice:d conditionConId:i"
    " conditionExchange:s conditionTriggerMethod:i conditionType:=3 conditionConjunction:=a conditionIsMore:b"
    " conditionTime:s conditionsIgnoreRth:b conditionsCancelOrder:b"
)


def since(version: int, first: int, fields: str) -> str:
    return fields if version >= first else ""


def open_order(version: int, full: bool) -> str:
    order_type = PRICES.replace("orderType:s", "orderType:=PEG BENCH") if full else PRICES
    profile = "" if version >= 177 else "faProfile:s"
    return f"""msgId:=5 orderId:i {REPORT} action:s totalQuantity:d {order_type} clientId:i permId:i outsideRth:b hidden:b
        discretionaryAmt:d goodAfterTime:s sharesAllocation:s faGroup:s faMethod:s faPercentage:s {profile} modelCode:s
        goodTillDate:s rule80A:s percentOffset:d settlingFirm:s {LOCATE} auctionStrategy:i {AUCTION} displaySize:i blockOrder:b
        sweepToFill:b allOrNone:b minQty:i ocaType:i eTradeOnly:=0 firmQuoteOnly:=0 nbboPriceCap:= parentId:i triggerMethod:i
        volatility:d volatilityType:i deltaNeutralOrderType:=None deltaNeutralAuxPrice:d {DELTA_NEUTRAL} continuousUpdate:b
        referencePriceType:i trailStopPrice:d trailingPercent:d basisPoints:d basisPointsType:i comboLegsDescrip:s
        {COMBO_TWO if full else COMBO_NONE} scaleInitLevelSize:i scaleSubsLevelSize:i
        {'scalePriceIncrement:d ' + SCALE_TAIL if full else 'scalePriceIncrement:='}
        {'hedgeType:=P hedgeParam:s' if full else 'hedgeType:='} optOutSmartRouting:b clearingAccount:s clearingIntent:s
        notHeld:b {'dnc:=1 deltaNeutralContractConId:i deltaNeutralContractDelta:d deltaNeutralContractPrice:d' if full else 'dnc:=0'}
        {'algoStrategy:=Vwap algoParamsCount:=2 tag:s value:s tag:s value:s' if full else 'algoStrategy:='} solicited:b whatIf:b
        status:s initMarginBefore:m maintMarginBefore:m equityWithLoanBefore:m initMarginChange:m maintMarginChange:m
        equityWithLoanChange:m initMarginAfter:m maintMarginAfter:m equityWithLoanAfter:m commission:d minCommission:d
        maxCommission:d commissionCurrency:s warningText:s randomizeSize:b randomizePrice:b {PEG_BENCH if full else ''}
        {CONDITIONS if full else 'conditionsCount:=0'} adjustedOrderType:s triggerPrice:d secondTrailStopPrice:d lmtPriceOffset:d
        adjustedStopPrice:d adjustedStopLimitPrice:d adjustedTrailingAmount:d adjustableTrailingUnit:i softDollarTierName:s
        softDollarTierVal:s softDollarTierDisplayName:s cashQty:d dontUseAutoPriceForHedge:b isOmsContainer:b
        discretionaryUpToLimitPrice:b usePriceMgmtAlgo:b {since(version, 158, 'duration:i')} {since(version, 160, 'postToAts:i')}
        {since(version, 162, 'autoCancelParent:b')} {since(version, 170, PEG_OFFSETS)}"""


def completed_order(version: int, full: bool) -> str:
    order_type = PRICES.replace("orderType:s", "orderType:=PEG BENCH") if full else PRICES
    profile = "" if version >= 177 else "faProfile:s"
    details = "deltaNeutralConId:i deltaNeutralShortSale:b deltaNeutralShortSaleSlot:i deltaNeutralDesignatedLocation:s"
    return f"""msgId:=101 {REPORT} action:s totalQuantity:d {order_type} permId:i outsideRth:b hidden:b discretionaryAmt:d
        goodAfterTime:s faGroup:s faMethod:s faPercentage:s {profile} modelCode:s goodTillDate:s rule80A:s percentOffset:d
        settlingFirm:s {LOCATE} {AUCTION} displaySize:i sweepToFill:b allOrNone:b minQty:i ocaType:i triggerMethod:i volatility:d
        volatilityType:i deltaNeutralOrderType:{'=None' if full else '='} deltaNeutralAuxPrice:d {details if full else ''}
        continuousUpdate:b referencePriceType:i trailStopPrice:d trailingPercent:d comboLegsDescrip:s
        {COMBO_TWO if full else COMBO_NONE} scaleInitLevelSize:i scaleSubsLevelSize:i
        {'scalePriceIncrement:d ' + SCALE_TAIL if full else 'scalePriceIncrement:='}
        {'hedgeType:=P hedgeParam:s' if full else 'hedgeType:='} clearingAccount:s clearingIntent:s notHeld:b
        {'dnc:=1 deltaNeutralContractConId:i deltaNeutralContractDelta:d deltaNeutralContractPrice:d' if full else 'dnc:=0'}
        {'algoStrategy:=Vwap algoParamsCount:=2 tag:s value:s tag:s value:s' if full else 'algoStrategy:='} solicited:b status:s
        randomizeSize:b randomizePrice:b {PEG_BENCH if full else ''} {CONDITIONS if full else 'conditionsCount:=0'}
        secondTrailStopPrice:d lmtPriceOffset:d cashQty:d dontUseAutoPriceForHedge:b isOmsContainer:b autoCancelDate:s
        filledQuantity:d refFuturesConId:i autoCancelParent:b shareholder:s imbalanceOnly:b routeMarketableToBbo:b parentPermId:i
        completedTime:s completedStatus:s {since(version, 170, PEG_OFFSETS)}"""


def contract_details(version: int) -> str:
    sizes = "minSize:d sizeIncrement:d suggestedSizeIncrement:d" if version >= 164 else ""
    return f"""msgId:=10 {'' if version >= 164 else 'version:=8'} reqId:i symbol:s secType:s
        lastTradeDateOrContractMonth:s strike:d right:s exchange:s currency:s localSymbol:s marketName:s tradingClass:s conId:i
        minTick:d {'' if version >= 164 else 'mdSizeMultiplier:=100'} multiplier:s orderTypes:s validExchanges:s priceMagnifier:i
        underConId:i longName:s primaryExchange:s contractMonth:s industry:s category:s subcategory:s timeZoneId:s
        tradingHours:s liquidHours:s evRule:s evMultiplier:i secIdListCount:=2 tag:s value:s tag:s value:s aggGroup:i
        underSymbol:s underSecType:s marketRuleIds:s realExpirationDate:s stockType:s
        {'suggestedSizeIncrement:d' if version == 163 else ''} {sizes}"""


def layouts(version: int) -> list[tuple[str, str]]:
    sample = (
        "conId:i symbol:s secType:s primaryExchange:s currency:s derivativeSecTypesCount:=2 derivativeSecType:s"
        " derivativeSecType:s " + since(version, 176, "description:s issuerId:s")
    )
    bar = "barDate:=20250708 barOpen:d barHigh:d barLow:d barClose:d barVolume:d barWap:d barTrades:i"
    return [
        ("nextValidId", "msgId:=9 version:=1 orderId:i"),
        ("managedAccounts", "msgId:=15 version:=1 accountsList:s"),
        ("error", "msgId:=4 version:=2 errorId:i errorCode:i errorString:s " + since(version, 166, "advancedOrderRejectJson:s")),
        (
            "orderStatus",
            "msgId:=3 orderId:i status:s filled:d remaining:d avgFillPrice:d permId:i parentId:i lastFillPrice:d clientId:i"
            " whyHeld:s mktCapPrice:d",
        ),
        ("openOrder", open_order(version, full=False)),
        ("openOrder-full", open_order(version, full=True)),
        ("openOrderEnd", "msgId:=53 version:=1"),
        ("completedOrder", completed_order(version, full=False)),
        ("completedOrder-full", completed_order(version, full=True)),
        ("completedOrdersEnd", "msgId:=102"),
        ("orderBound", "msgId:=100 permId:i clientId:i orderId:i"),
        (
            "execDetails",
            f"msgId:=11 reqId:i orderId:i {REPORT} execId:s time:t acctNumber:s executionExchange:s side:s shares:d price:d"
            " permId:i clientId:i liquidation:i cumQty:d avgPrice:d orderRef:s evRule:s evMultiplier:d modelCode:s"
            " lastLiquidity:i " + since(version, 178, "pendingPriceRevision:b"),
        ),
        ("execDetailsEnd", "msgId:=55 version:=1 reqId:i"),
        ("commissionReport", "msgId:=59 version:=1 execId:s commission:d currency:s realizedPNL:d yield:d yieldRedemptionDate:i"),
        ("position", f"msgId:=61 version:=3 account:s {REPORT} position:d avgCost:d"),
        ("positionEnd", "msgId:=62 version:=1"),
        ("accountSummary", "msgId:=63 version:=1 reqId:i account:s tag:s value:s currency:s"),
        ("accountSummaryEnd", "msgId:=64 version:=1 reqId:i"),
        ("accountValue", "msgId:=6 version:=2 key:s value:s currency:s accountName:s"),
        (
            "portfolioValue",
            f"msgId:=7 version:=8 {CONTRACT} primaryExchange:s {CONTRACT_TAIL} position:d marketPrice:d marketValue:d"
            " averageCost:d unrealizedPNL:d realizedPNL:d accountName:s",
        ),
        ("accountTime", "msgId:=8 version:=1 timeStamp:s"),
        ("accountDownloadEnd", "msgId:=54 version:=1 accountName:s"),
        ("pnl", "msgId:=94 reqId:i dailyPnL:d unrealizedPnL:d realizedPnL:d"),
        ("pnlSingle", "msgId:=95 reqId:i pos:d dailyPnL:d unrealizedPnL:d realizedPnL:d value:d"),
        ("currentTime", "msgId:=49 version:=1 time:i"),
        ("marketRule", "msgId:=93 marketRuleId:i priceIncrementsCount:=2 lowEdge:d increment:d lowEdge:d increment:d"),
        ("tickReqParams", "msgId:=81 reqId:i minTick:d bboExchange:s snapshotPermissions:i"),
        ("tickPrice", "msgId:=1 version:=6 reqId:i tickType:i price:d size:d attribMask:i"),
        ("tickSize", "msgId:=2 version:=6 reqId:i tickType:i size:d"),
        ("tickSnapshotEnd", "msgId:=57 version:=1 reqId:i"),
        ("marketDataType", "msgId:=58 version:=1 reqId:i marketDataType:i"),
        ("contractDetails", contract_details(version)),
        ("contractDetailsEnd", "msgId:=52 version:=1 reqId:i"),
        ("historicalData", f"msgId:=17 reqId:i startDateStr:s endDateStr:s barCount:=2 {bar} {bar}"),
        ("symbolSamples", f"msgId:=79 reqId:i samplesCount:=2 {sample} {sample}"),
        ("userInfo", "msgId:=107 reqId:i whiteBrandingId:s"),
    ]


def lay_out(layout: str) -> list[tuple[str, str]]:
    """The fields of a layout, each with a value of its own, so that a field read in a wrong place shows."""
    fields = []
    number = 100
    for word in layout.replace("PEG BENCH", "PEG~BENCH").split():
        name, kind = word.split(":", 1)
        number += 1
        value = {
            "i": str(number), "d": f"{number}.25", "m": f"{number}.5", "s": f"s{number}", "b": str(number % 2),
            "t": "20250708 02:35:00 America/New_York",
        }.get(kind)
        fields.append((name, kind[1:].replace("~", " ") if value is None else value))
    return fields


class RecordingWrapper:
    """Takes every call of the decoder and keeps what it was given."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.ib = IB()
        self.defaultTimezone = ib_async.util.ZoneInfo("America/New_York")

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self.calls.append((name, arguments))


ARGUMENTS = {
    "nextValidId": ["orderId"],
    "managedAccounts": ["accountsList"],
    "error": ["errorId", "errorCode", "errorString", "advancedOrderRejectJson"],
    "orderStatus": [
        "orderId", "status", "filled", "remaining", "avgFillPrice", "permId", "parentId", "lastFillPrice", "clientId", "whyHeld",
        "mktCapPrice",
    ],
    "openOrder": ["orderId", "", "", ""],
    "completedOrder": ["", "", ""],
    "orderBound": ["permId", "clientId", "orderId"],
    "execDetails": ["reqId", "", ""],
    "execDetailsEnd": ["reqId"],
    "commissionReport": [""],
    "position": ["account", "", "position", "avgCost"],
    "accountSummary": ["reqId", "account", "tag", "value", "currency"],
    "accountSummaryEnd": ["reqId"],
    "updateAccountValue": ["key", "value", "currency", "accountName"],
    "updatePortfolio": [
        "", "position", "marketPrice", "marketValue", "averageCost", "unrealizedPNL", "realizedPNL", "accountName",
    ],
    "updateAccountTime": ["timeStamp"],
    "accountDownloadEnd": ["accountName"],
    "pnl": ["reqId", "dailyPnL", "unrealizedPnL", "realizedPnL"],
    "pnlSingle": ["reqId", "pos", "dailyPnL", "unrealizedPnL", "realizedPnL", "value"],
    "currentTime": ["time"],
    "marketRule": ["marketRuleId", "list"],
    "tickReqParams": ["reqId", "minTick", "bboExchange", "snapshotPermissions"],
    "priceSizeTick": ["reqId", "tickType", "price", "size"],
    "tickSize": ["reqId", "tickType", "size"],
    "tickSnapshotEnd": ["reqId"],
    "marketDataType": ["reqId", "marketDataType"],
    "contractDetails": ["reqId", ""],
    "contractDetailsEnd": ["reqId"],
    "historicalData": ["reqId", "bar"],
    "historicalDataEnd": ["reqId", "startDateStr", "endDateStr"],
    "symbolSamples": ["reqId", "list"],
    "userInfo": ["reqId", "whiteBrandingId"],
}
# Where two objects of one message have a field of the same name, or ib_async's name is not the protocol's.
RENAMED = {
    ("Execution", "exchange"): "executionExchange",
    ("CommissionReport", "yield_"): "yield",
    ("Order", "trailStopPrice"): "secondTrailStopPrice",
    ("SoftDollarTier", "name"): "softDollarTierName",
    ("SoftDollarTier", "val"): "softDollarTierVal",
    ("SoftDollarTier", "displayName"): "softDollarTierDisplayName",
    ("DeltaNeutralContract", "conId"): "deltaNeutralContractConId",
    ("DeltaNeutralContract", "delta"): "deltaNeutralContractDelta",
    ("DeltaNeutralContract", "price"): "deltaNeutralContractPrice",
    ("OrderComboLeg", "price"): "legPrice",
    ("BarData", "average"): "barWap",
    ("BarData", "barCount"): "barTrades",
}
PREFIXED = {
    "ComboLeg": "leg", "BarData": "bar", "PriceCondition": "condition", "TimeCondition": "condition",
}
CONDITION_NAMES = {"conditionCondType": "conditionType", "conditionExch": "conditionExchange"}
# Not as sent: the decoder turns the one into an instant and cuts the other out of a date.
LEFT_OUT = {("Execution", "time"), ("ContractDetails", "lastTradeTime")}


def flatten(name: str, value: Any, pairs: list[tuple[str, str]]) -> None:
    if hasattr(value, "_asdict"):
        pairs += [(key, str(content)) for key, content in value._asdict().items()]
    elif dataclasses.is_dataclass(value):
        flatten_object(value, pairs)
    elif isinstance(value, (list, tuple)):
        for element in value:
            flatten("derivativeSecType" if name == "derivativeSecTypes" else name, element, pairs)
    elif isinstance(value, bool):
        pairs.append((name, "1" if value else "0"))
    elif value not in (None, ""):
        pairs.append((name, str(value)))


def flatten_object(value: Any, pairs: list[tuple[str, str]]) -> None:
    kind = "Contract" if isinstance(value, Contract) else type(value).__name__
    for field in dataclasses.fields(value):
        content = getattr(value, field.name)
        if (kind, field.name) in LEFT_OUT:
            continue
        if content == getattr(type(value)(), field.name):
            continue
        name = RENAMED.get((kind, field.name), field.name)
        if kind in PREFIXED and (kind, field.name) not in RENAMED:
            name = PREFIXED[kind] + field.name[0].upper() + field.name[1:]
        flatten(CONDITION_NAMES.get(name, name), content, pairs)


def read_back(version: int, fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    wrapper = RecordingWrapper()
    Decoder(wrapper, version).interpret([value for _, value in fields])
    if not wrapper.calls:
        raise SystemExit(f"ib_async did not read {fields[0]}")
    pairs: list[tuple[str, str]] = []
    for method, arguments in wrapper.calls:
        for name, argument in zip(ARGUMENTS.get(method, []), arguments, strict=True):
            flatten(name, argument, pairs)
    return pairs


def bars(payload: bytes) -> str:
    text = payload.decode()
    if "|" in text or "\t" in text or "\n" in text:
        raise SystemExit(f"a value has a character that the file needs: {text!r}")
    return text.replace("\0", "|")


def main() -> None:
    if package_version("ib_async") != EXPECTED_PACKAGE_VERSION:
        raise SystemExit(f"ib_async {EXPECTED_PACKAGE_VERSION} is wanted: the files say what that version does")
    FIXTURES.mkdir(parents=True, exist_ok=True)
    for version in VERSIONS:
        hello, requests = asyncio.run(record_requests(version))
        lines = [f"{name}\t{bars(payload)}\n" for name, payload in requests]
        (FIXTURES / f"requests-{version}.txt").write_text("".join(lines))
        lines = []
        for name, layout in layouts(version):
            fields = lay_out(layout)
            payload = "".join(value + "\0" for _, value in fields).encode()
            pairs = "|".join(f"{key}={value}" for key, value in read_back(version, fields))
            lines.append(f"{name}\t{bars(payload)}\t{pairs}\n")
        (FIXTURES / f"messages-{version}.txt").write_text("".join(lines))
    (FIXTURES / "hello.txt").write_text(hello.hex() + "\n")
    print(f"{len(requests)} requests and {len(lines)} messages for each of {len(VERSIONS)} versions in {FIXTURES}")


if __name__ == "__main__":
    main()
