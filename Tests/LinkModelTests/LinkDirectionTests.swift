import Testing

@testable import LinkModel

@Suite struct LinkDirectionTests {
    @Test func sendsAndDelays() {
        var link = LinkDirection(
            DirectionSpec(rate: .constant(bitsPerSecond: 12_000_000), delay: 20_000_000),
            seed: 1, stream: 0)
        link.offer(.init(token: 7, bytes: 1500), at: 0)
        link.offer(.init(token: 8, bytes: 1500), at: 0)
        #expect(link.queuePackets == 1)
        #expect(link.nextEvent == 21_000_000)
        var outputs: [LinkDirection.Output] = []
        link.advance(to: 22_000_000) { outputs.append($0) }
        #expect(
            outputs == [
                .deliver(token: 7, due: 21_000_000, isMarked: false, isCopy: false),
                .deliver(token: 8, due: 22_000_000, isMarked: false, isCopy: false),
            ])
        #expect(link.nextEvent == nil)
    }
}
