// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "matrix-pusher",
    products: [
        .library(name: "MatrixPusher", targets: ["MatrixPusher"]),
        .library(name: "PushRules", targets: ["PushRules"]),
        .executable(name: "matrix-pusher", targets: ["matrix-pusher"]),
        // Preloaded into the program by the tests of the machine's faults.
        .library(name: "FaultInjection", type: .dynamic, targets: ["FaultInjection"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    ],
    targets: [
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLinux"),
        .target(name: "CTransferMemory"),
        .target(name: "PushJSON", swiftSettings: strict),
        .target(name: "PushRules", dependencies: ["PushJSON"], swiftSettings: strict),
        .target(
            name: "PushQueue",
            dependencies: ["CSQLite", "CLinux"],
            resources: [.embedInCode("Migrations")],
            swiftSettings: strict
        ),
        .target(
            name: "PushGateway",
            dependencies: ["PushJSON", "CCurl", "CLinux", "CTransferMemory"],
            swiftSettings: strict
        ),
        .target(
            name: "MatrixPusher",
            dependencies: [
                "PushJSON", "PushRules", "PushQueue", "PushGateway",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "PusherService",
            dependencies: [
                "MatrixPusher", "PushJSON", "CLinux",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "SidecarHarness",
            dependencies: [
                "PushJSON",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "matrix-pusher",
            dependencies: [
                "PusherService", "MatrixPusher", "PushJSON", "SidecarHarness",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            resources: [.embedInCode("Demo/conversation.jsonl"), .embedInCode("Demo/pushers.jsonl")],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "matrix-pusher-bench",
            dependencies: [
                "PushJSON", "PushRules", "PushGateway", "SidecarHarness", "CCurl", "CSQLite", "CLinux",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .target(name: "FaultInjection", path: "Tests/FaultInjection"),
        .testTarget(name: "PushJSONTests", dependencies: ["PushJSON"], swiftSettings: strict),
        .testTarget(name: "PushRulesTests", dependencies: ["PushRules", "PushJSON"], swiftSettings: strict),
        .testTarget(name: "PushQueueTests", dependencies: ["PushQueue", "CSQLite"], swiftSettings: strict),
        .testTarget(
            name: "PushGatewayTests",
            dependencies: ["PushGateway", "PushJSON", "CTransferMemory", "SidecarHarness"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "MatrixPusherTests",
            dependencies: [
                "MatrixPusher", "PushQueue", "PushGateway", "PushRules", "PushJSON",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PusherServiceTests",
            dependencies: [
                "PusherService", "MatrixPusher", "PushJSON", "matrix-pusher",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EndToEndTests", dependencies: ["SidecarHarness", "PushJSON", "CSQLite"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
