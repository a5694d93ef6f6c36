// swift-tools-version: 6.2
import PackageDescription

// A package of its own, with the model's sources by links: `package` access reaches them.
let package = Package(
    name: "link-model",
    targets: [
        .target(name: "PlainText"),
        .target(name: "LinkModel", dependencies: ["PlainText"]),
        .executableTarget(name: "measure", dependencies: ["LinkModel"]),
    ],
    swiftLanguageModes: [.v6]
)
