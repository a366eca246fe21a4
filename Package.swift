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
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    ],
    targets: [
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "PushJSON", swiftSettings: strict),
        .target(name: "PushRules", dependencies: ["PushJSON"], swiftSettings: strict),
        .target(
            name: "PushQueue",
            dependencies: ["CSQLite"],
            resources: [.embedInCode("Migrations")],
            swiftSettings: strict
        ),
        .target(name: "PushGateway", dependencies: ["PushJSON", "CCurl"], swiftSettings: strict),
        .target(
            name: "MatrixPusher",
            dependencies: [
                "PushJSON", "PushRules", "PushQueue", "PushGateway",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "matrix-pusher-bench",
            dependencies: [
                "PushJSON", "PushRules", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "PushJSONTests", dependencies: ["PushJSON"], swiftSettings: strict),
        .testTarget(name: "PushRulesTests", dependencies: ["PushRules", "PushJSON"], swiftSettings: strict),
        .testTarget(name: "PushQueueTests", dependencies: ["PushQueue", "CSQLite"], swiftSettings: strict),
        .testTarget(name: "PushGatewayTests", dependencies: ["PushGateway", "PushJSON"], swiftSettings: strict),
        .testTarget(
            name: "MatrixPusherTests",
            dependencies: ["MatrixPusher", "PushQueue", "PushGateway", "PushRules", "PushJSON"],
            swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6]
)
