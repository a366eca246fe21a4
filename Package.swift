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
    targets: [
        .target(name: "PushJSON", swiftSettings: strict),
        .testTarget(name: "PushJSONTests", dependencies: ["PushJSON"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
