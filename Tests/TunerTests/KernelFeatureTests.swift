import Foundation
import TestSupport
import Testing

@testable import Tuner

extension KernelSuites {
    @Suite struct KernelFeatureTests {
        private static let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()

        @Test(arguments: KernelFeature.allCases.filter(\.isRequired))
        func aKernelThatTestsPassOnHas(required: KernelFeature) throws {
            try KernelTest.require()
            #expect(try required.isPresent())
        }

        /// Before 6.4 there are no links, from 7.1 on there is the event: what came later implies
        /// what came before.
        @Test func laterFeaturesImplyEarlierOnes() throws {
            try KernelTest.require()
            let inOrder: [KernelFeature] = [
                .synACKRepeats, .structOpsLinks, .congControlACK, .iteratorCallbacks, .eventTXStart,
            ]
            let present = try inOrder.map { try $0.isPresent() }
            #expect(present == present.sorted { $0 && !$1 })
        }

        /// The tables are what Tests/vm/table makes of the results, and have every feature.
        @Test func theDocumentsShowTheResults() throws {
            try KernelTest.require("python3")
            try Command.check([Self.root.appending(path: "Tests/vm/table").path])
            let page = try String(
                contentsOf: Self.root.appending(path: "docs/kernels.md"), encoding: .utf8)
            for feature in KernelFeature.allCases {
                #expect(page.contains("\n| `\(feature.rawValue)` | "))
            }
        }
    }
}
