// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "tcptune",
    products: [
        .executable(name: "tcptune", targets: ["tcptune"]),
        .library(name: "TCPTune", targets: ["Profiles", "Tuner", "Telemetry"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // C: what Swift can't import, and what the kernel and Swift agree on.
        .systemLibrary(name: "CLibbpf"),
        .systemLibrary(name: "CLibYAML"),
        .target(
            name: "CShim",
            // By file name, so that the static ones are taken: a binary for machines without libbpf.
            linkerSettings: [":libbpf.a", ":libelf.a", ":libz.a"].map { .linkedLibrary($0) }),
        .target(name: "CTcptuneABI", path: "bpf/abi"),

        // The kernel.
        .target(name: "BPF", dependencies: ["CLibbpf", "CShim", system], swiftSettings: strict),
        .plugin(name: "EmbedBPF", capability: .buildTool()),
        .target(
            name: "BPFPrograms", dependencies: ["BPF"], path: "bpf", exclude: ["LICENSE", "abi"],
            sources: ["BPFPrograms.swift"], swiftSettings: strict, plugins: ["EmbedBPF"]),
        .target(name: "Host", dependencies: ["CShim", system], swiftSettings: strict),

        // Pure.
        .target(
            name: "Profiles", dependencies: ["CLibYAML", "PlainText"], swiftSettings: strict,
            linkerSettings: [.linkedLibrary(":libyaml.a")], plugins: ["EmbedTexts"]),
        .plugin(name: "EmbedTexts", capability: .buildTool()),
        .target(name: "PlainText", swiftSettings: strict),
        .target(name: "Metrics", dependencies: ["PlainText"], swiftSettings: strict),
        .target(name: "Statistics", swiftSettings: strict),
        .target(name: "LinkModel", dependencies: ["PlainText"], swiftSettings: strict),
        .target(name: "Plots", dependencies: ["PlainText"], swiftSettings: strict),

        // The network lab.
        .target(
            name: "Emulator", dependencies: ["CShim", "Host", "LinkModel", system],
            swiftSettings: strict),
        .target(
            name: "Workloads",
            dependencies: [
                "CShim", "Host", "PlainText", "Statistics", system,
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ], swiftSettings: strict),
        .target(
            name: "Lab",
            dependencies: [
                "Emulator", "Host", "LinkModel", "PlainText", "Plots", "Profiles", "Statistics",
                "Telemetry", "Tuner", "Workloads", system,
            ], swiftSettings: strict, plugins: ["EmbedTexts"]),

        // tcptune proper.
        .target(name: "GRPC", dependencies: ["Host", system], swiftSettings: strict),
        .target(name: "Pods", dependencies: ["GRPC", "Host", system], swiftSettings: strict),
        .target(
            name: "HTTPServer", dependencies: ["CShim", "Host", system], swiftSettings: strict),
        .target(
            name: "PluginFiles", dependencies: ["Host", "Profiles", system], swiftSettings: strict),
        .target(
            name: "CongestionControl",
            dependencies: ["BPF", "BPFPrograms", "Host", "PluginFiles", "Profiles", system],
            swiftSettings: strict),
        .target(
            name: "HeaderOptions", dependencies: ["BPF", "PluginFiles", "Profiles", system],
            swiftSettings: strict),
        .target(
            name: "Tuner",
            dependencies: [
                "BPF", "BPFPrograms", "CTcptuneABI", "CongestionControl", "HeaderOptions", "Host",
                "Profiles", system,
            ], swiftSettings: strict),
        .target(
            name: "Telemetry",
            dependencies: [
                "BPF", "BPFPrograms", "CTcptuneABI", "CongestionControl", "HeaderOptions", "Host",
                "Profiles", "Tuner", system,
            ], swiftSettings: strict),
        .target(
            name: "Exporter",
            dependencies: ["CTcptuneABI", "Metrics", "Profiles", "Telemetry", "Tuner"],
            swiftSettings: strict),
        .target(
            name: "Agent",
            dependencies: [
                "Exporter", "HTTPServer", "Host", "Metrics", "PlainText", "Pods", "Profiles",
                "Tuner", system,
            ], swiftSettings: strict),
        .target(
            name: "Workshop",
            dependencies: [
                "BPF", "CShim", "CongestionControl", "Emulator", "HeaderOptions", "Host",
                "LinkModel", "Profiles", system,
            ], swiftSettings: strict, plugins: ["EmbedTexts"]),
        .target(
            name: "Commands",
            dependencies: [
                "Agent", "BPF", "CTcptuneABI", "CongestionControl", "Emulator", "Exporter",
                "HeaderOptions", "Host", "Lab", "LinkModel", "Metrics", "PlainText", "Pods",
                "Profiles", "Telemetry", "Tuner", "Workloads", "Workshop", system,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: strict),
        .executableTarget(name: "tcptune", dependencies: ["Commands"], swiftSettings: strict),

        // Tests. Pure suites run anywhere; kernel suites need root.
        .target(
            name: "TestSupport", dependencies: ["Host", "CShim", system], path: "Tests/TestSupport",
            swiftSettings: strict),
        .testTarget(
            name: "BPFTests",
            dependencies: [
                "BPF", "CLibbpf", "CongestionControl", "Host", "Telemetry", "TestSupport", system,
            ], exclude: ["Programs"], swiftSettings: strict, plugins: ["EmbedBPF"]),
        .testTarget(
            name: "HostTests", dependencies: ["Host", "TestSupport", "CShim", system],
            swiftSettings: strict),
        .testTarget(name: "ProfilesTests", dependencies: ["Profiles"], swiftSettings: strict),
        .testTarget(
            name: "CongestionControlTests",
            dependencies: [
                "BPF", "CongestionControl", "Host", "Profiles", "TestSupport", "Tuner", "tcptune",
                system,
            ], exclude: ["Programs"], swiftSettings: strict, plugins: ["EmbedBPF"]),
        .testTarget(
            name: "TunerTests",
            dependencies: [
                "BPF", "CTcptuneABI", "CongestionControl", "Emulator", "Host", "LinkModel",
                "Profiles", "Telemetry", "TestSupport", "Tuner", "tcptune", system,
            ], swiftSettings: strict),
        .testTarget(
            name: "HeaderOptionTests",
            dependencies: [
                "BPF", "CTcptuneABI", "Emulator", "HeaderOptions", "Host", "LinkModel", "Profiles",
                "Telemetry", "TestSupport", "Tuner", "Workshop", "tcptune", system,
            ], swiftSettings: strict),
        .testTarget(
            name: "MetricsTests", dependencies: ["Metrics", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "StatisticsTests", dependencies: ["Statistics"], exclude: ["Golden"],
            swiftSettings: strict),
        .testTarget(
            name: "LinkModelTests", dependencies: ["LinkModel", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "PlotsTests", dependencies: ["Plots", "TestSupport"], swiftSettings: strict),
        // The emulator as a program: its benchmark drives it, its tests kill it.
        .executableTarget(
            name: "emulator-link", dependencies: ["Emulator", "LinkModel"],
            path: "Tests/EmulatorLink", swiftSettings: strict),
        .testTarget(
            name: "EmulatorTests",
            dependencies: [
                "CShim", "Emulator", "Host", "LinkModel", "TestSupport", "emulator-link", system,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "WorkloadsTests",
            dependencies: ["Host", "Statistics", "TestSupport", "Workloads", system],
            swiftSettings: strict),
        .testTarget(
            name: "WorkshopTests",
            dependencies: [
                "BPF", "CongestionControl", "HeaderOptions", "Host", "TestSupport", "Workshop",
                "tcptune", system,
            ], swiftSettings: strict),
        .testTarget(
            name: "WiresharkTests", dependencies: ["Profiles", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "PodsTests",
            dependencies: [
                "GRPC", "Host", "NodeSupport", "Pods", "TestSupport", "tcptune", system,
            ], swiftSettings: strict),
        // A node with a container runtime of its own.
        .target(
            name: "NodeSupport", dependencies: ["GRPC", "Host", "TestSupport", system],
            path: "Tests/NodeSupport", exclude: ["Node"], swiftSettings: strict),
        .testTarget(
            name: "AgentTests",
            dependencies: [
                "Agent", "BPF", "Host", "NodeSupport", "Pods", "Profiles", "TestSupport", "Tuner",
                "tcptune", system,
            ], exclude: ["Programs"], swiftSettings: strict, plugins: ["EmbedBPF"]),
        .testTarget(
            name: "GRPCTests", dependencies: ["GRPC", "Host", "TestSupport", system],
            swiftSettings: strict),
        .testTarget(
            name: "HTTPServerTests", dependencies: ["HTTPServer", "Host", "TestSupport", system],
            swiftSettings: strict),
        .testTarget(
            name: "LabTests",
            dependencies: [
                "Host", "Lab", "LinkModel", "Profiles", "Statistics", "TestSupport", "Tuner",
                "Workloads", "tcptune", system,
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

// libFuzzer's flags are on the command line (Scripts/fuzz): a build without them has no such program.
if Context.environment["TCPTUNE_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "BPF", "BPFPrograms", "CTcptuneABI", "Commands", "CongestionControl", "Emulator",
                "Exporter", "GRPC", "HeaderOptions", "Host", "Lab", "LinkModel", "Metrics", "Pods",
                "Profiles", "Telemetry", "Tuner", "Workloads", system,
            ], path: "Tests/Fuzz", exclude: ["Seeds"], swiftSettings: strict))
}
