import Emulator
import LinkModel
import TestSupport
import Testing

extension KernelSuites {
    @Suite struct RefusalTests {
        private func refusal(
            _ pairs: [EmulatedNetwork.Pair] = [.init()],
            configure: (inout EmulatorOptions) -> Void = { _ in }
        ) -> EmulatorError? {
            var options = EmulatorOptions()
            configure(&options)
            return #expect(throws: EmulatorError.self) {
                _ = try EmulatedNetwork(pairs: pairs, link: .plain, seed: 1, options: options)
            }
        }

        @Test func whatCannotBeBuiltIsRefused() {
            #expect(
                refusal([])?.description
                    == "cannot build the network: 0 pairs: 1 to 254 are possible")
            #expect(refusal(Array(repeating: .init(), count: 255))?.code == .invalid)
            #expect(
                refusal([.init(accessDelay: -1)])?.description
                    == "cannot build the network: access delay -1 ns: it is between 0 and 10 minutes"
            )
            #expect(refusal { $0.mtu = 576 }?.subject == "MTU 576")
            #expect(refusal { $0.mtu = 65_536 }?.code == .invalid)
            #expect(refusal { $0.sampleInterval = 0 }?.code == .invalid)
            #expect(refusal { $0.maximumLargeFrames = 0 }?.code == .invalid)
        }

        @Test func many() throws {
            try KernelTest.require()
            let network = try EmulatedNetwork(
                pairs: Array(repeating: .init(), count: 20), link: .plain, seed: 1)
            try network.start()
            let (left, right) = try connect(network, pair: 19, .ipv6)
            #expect(try arrivesIntact(1 << 20, from: left, to: right))
            #expect(network.right[19].ipv6 == "2001:2:0:2::14")
        }
    }
}
