// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "evenkeel",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "evenkeel", targets: ["evenkeel"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    ],
    targets: [
        // Layer 0
        .systemLibrary(
            name: "CLibYAML",
            pkgConfig: "yaml-0.1",
            providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]
        ),
        .target(name: "Diagnostics"),

        // Layer 1
        .target(name: "YAML", dependencies: ["CLibYAML", "Diagnostics"]),
        .target(
            name: "Reconciliation",
            dependencies: [
                "Diagnostics",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "OrderedCollections", package: "swift-collections"),
            ]
        ),

        // Layer 2
        .target(name: "Manifest", dependencies: ["YAML", "Reconciliation", "Diagnostics"]),
        .target(
            name: "CloudController",
            dependencies: [
                "Reconciliation", "Diagnostics",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .target(
            name: "Sandbox",
            dependencies: [
                "YAML", "Diagnostics",
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),

        // Layer 3
        .executableTarget(
            name: "evenkeel",
            dependencies: [
                "YAML", "Manifest", "CloudController", "Reconciliation", "Sandbox", "Diagnostics",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),

        // Tests
        .target(
            name: "TestSupport",
            dependencies: ["Diagnostics"],
            path: "Tests/TestSupport"
        ),
        .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics", "TestSupport"]),
        .testTarget(name: "YAMLTests", dependencies: ["YAML", "Diagnostics", "TestSupport"]),
        .testTarget(name: "ReconciliationTests", dependencies: ["Reconciliation", "Diagnostics", "TestSupport"]),
        .testTarget(
            name: "ManifestTests",
            dependencies: ["Manifest", "YAML", "Reconciliation", "Diagnostics", "TestSupport"],
            exclude: ["Golden", "Schema"]
        ),
        .testTarget(
            name: "CloudControllerTests",
            dependencies: [
                "CloudController", "Reconciliation", "Diagnostics", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            exclude: ["Fixtures"]
        ),
        .testTarget(
            name: "SandboxTests",
            dependencies: [
                "Sandbox", "YAML", "Diagnostics", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            exclude: ["Fixtures"]
        ),
        .testTarget(
            name: "EvenkeelTests",
            dependencies: [
                "evenkeel", "CloudController", "Reconciliation", "Manifest", "YAML", "Sandbox", "Diagnostics",
                "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            exclude: ["Golden"]
        ),
        .testTarget(name: "ArchitectureTests"),
    ],
    swiftLanguageModes: [.v6]
)

/// An optimized build for the long tests (`scripts/test --all`): as a release build, but that tests can look inside and break rules.
let isTestable = Context.environment["EVENKEEL_TESTABLE"] != nil

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
        .define("BREAKABLE_RULES", .when(configuration: .debug)),
    ]
    if isTestable {
        target.swiftSettings? += [
            .define("BREAKABLE_RULES", .when(configuration: .release)),
            // What is tested is optimized, and not what tests it: that is most of the text, and most of it runs once.
            .unsafeFlags(
                ["-enable-testing"] + (target.type == .test ? ["-Onone"] : []),
                .when(configuration: .release)
            ),
        ]
    }
}
