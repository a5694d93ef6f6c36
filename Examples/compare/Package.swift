// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "compare",
    dependencies: [.package(name: "tcptune", path: "../..")],
    targets: [
        .executableTarget(
            name: "compare", dependencies: [.product(name: "TCPTune", package: "tcptune")])
    ],
    swiftLanguageModes: [.v6]
)
