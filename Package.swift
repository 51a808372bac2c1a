// swift-tools-version: 6.2
import PackageDescription

/// Every target is Swift 6 language mode, and a warning stops the build.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
]

func library(
    _ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil,
    exclude: [String] = [], resources: [Resource] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: path, exclude: exclude, resources: resources,
        swiftSettings: strict)
}

func tests(_ module: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: module + "Tests", dependencies: [.byName(name: module)] + dependencies,
        swiftSettings: strict)
}

let package = Package(
    name: "execution-service",
    products: [
        .library(name: "ExecutionService", targets: ["ExecutionService"]),
        .executable(name: "execution", targets: ["execution"]),
    ],
    targets: [
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        library("SQLSchema", path: "sql", resources: [.embedInCode("migrations"), .embedInCode("queries")]),
        library("TradingModel"),
        library("OrderPlanning", ["TradingModel"]),
        library("RiskControl", ["TradingModel"]),
        library("MarketSimulation", ["TradingModel"]),
        library("OrderRouting", ["TradingModel", "OrderPlanning", "RiskControl"]),
        library("BrokerAdapters", ["TradingModel"]),
        library("Rebalancing", ["TradingModel", "OrderPlanning", "RiskControl", "OrderRouting", "BrokerAdapters"]),
        library("GatewaySimulator", ["TradingModel", "MarketSimulation", "BrokerAdapters"]),
        library("Networking", ["TradingModel"]),
        library("InputFiles", ["TradingModel", "CZlib"]),
        library("Storage", ["TradingModel", "CSQLite", "SQLSchema"]),
        library("Reporting", ["TradingModel", "Storage"]),
        library(
            "ExecutionService",
            [
                "TradingModel", "OrderPlanning", "RiskControl", "MarketSimulation", "OrderRouting",
                "InputFiles", "Storage", "Reporting", "CLibcrypto", "GatewaySimulator", "Networking", "BrokerAdapters",
                "Rebalancing",
            ]),
        .executableTarget(
            name: "execution",
            dependencies: [
                "ExecutionService", "InputFiles", "Networking", "Reporting", "RiskControl", "Storage", "TradingModel",
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "execution-benchmark",
            dependencies: [
                "BrokerAdapters", "CSQLite", "ExecutionService", "Networking", "OrderPlanning", "OrderRouting",
                "Rebalancing", "RiskControl", "Storage", "TradingModel",
            ], swiftSettings: strict),

        library("SeededTesting", path: "Tests/SeededTesting"),
        tests("TradingModel", ["SeededTesting"]),
        tests("OrderPlanning", ["SeededTesting"]),
        tests("RiskControl", ["SeededTesting"]),
        tests("MarketSimulation", ["SeededTesting"]),
        tests("OrderRouting", ["SeededTesting"]),
        tests("BrokerAdapters", ["TradingModel", "SeededTesting"]),
        tests("GatewaySimulator", ["TradingModel", "MarketSimulation", "BrokerAdapters", "SeededTesting"]),
        tests("Networking"),
        tests("InputFiles", ["CZlib", "SeededTesting"]),
        tests("Storage", ["TradingModel", "SQLSchema", "CSQLite", "TestSupport", "SeededTesting"]),
        tests("Reporting", ["TradingModel", "Storage", "SeededTesting", "TestSupport"]),
        library("TestSupport", ["TradingModel", "Storage", "SeededTesting"], path: "Tests/TestSupport"),
        library(
            "RebalanceWorld",
            [
                "TradingModel", "OrderPlanning", "RiskControl", "OrderRouting", "BrokerAdapters", "Rebalancing",
                "MarketSimulation", "GatewaySimulator", "Storage", "SeededTesting", "TestSupport",
            ], path: "Tests/RebalanceWorld"),
        tests("Rebalancing", ["RebalanceWorld", "Storage", "Reporting", "TestSupport"]),
        .testTarget(
            name: "WholeSystemTests", dependencies: ["RebalanceWorld", "SeededTesting", "TestSupport"],
            exclude: ["seeds.txt"], swiftSettings: strict),
        tests("ExecutionService", ["TestSupport", "SeededTesting", "BrokerAdapters", "Networking", "RebalanceWorld"]),
        .testTarget(
            name: "CommandLineTests",
            dependencies: ["execution", "Networking", "Storage", "TestSupport", "SeededTesting"],
            swiftSettings: strict),

        library("CrashPoints", path: "Tests/CrashPoints"),
        .executableTarget(
            name: "CrashChild", dependencies: ["CrashPoints", "ExecutionService", "BrokerAdapters", "TradingModel"],
            path: "Tests/CrashChild", swiftSettings: strict),
        .testTarget(
            name: "CrashTests",
            dependencies: [
                "CrashChild", "CrashPoints", "execution", "ExecutionService", "Networking", "Storage", "SQLSchema",
                "TestSupport", "SeededTesting", "TradingModel",
            ],
            swiftSettings: strict),
    ]
)
