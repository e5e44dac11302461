// swift-tools-version: 6.2

import PackageDescription

// What is measured is compiled here once more, through the link `Sources`, because its declarations have package access.
let package = Package(
    name: "evenkeel-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        // Without traits it interposes neither malloc nor the runtime, so that what is measured is what ships.
        .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    ],
    targets: [
        .systemLibrary(
            name: "CLibYAML",
            path: "Sources/CLibYAML",
            pkgConfig: "yaml-0.1",
            providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]
        ),
        .target(name: "Diagnostics", path: "Sources/Diagnostics"),
        .target(name: "YAML", dependencies: ["CLibYAML", "Diagnostics"], path: "Sources/YAML"),
        .target(
            name: "Reconciliation",
            dependencies: [
                "Diagnostics",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "OrderedCollections", package: "swift-collections"),
            ],
            path: "Sources/Reconciliation"
        ),
        .target(name: "Manifest", dependencies: ["YAML", "Reconciliation", "Diagnostics"], path: "Sources/Manifest"),
        .target(
            name: "Sandbox",
            dependencies: [
                "YAML", "Diagnostics",
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Sources/Sandbox"
        ),
        .executableTarget(
            name: "EvenkeelBenchmarks",
            dependencies: [
                "Diagnostics", "Manifest", "Reconciliation", "Sandbox",
                .product(name: "Benchmark", package: "benchmark"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Benchmarks/EvenkeelBenchmarks",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
        ),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
