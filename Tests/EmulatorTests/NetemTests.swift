import Host
import LinkModel
import TestSupport
import Testing

@testable import Emulator

extension KernelSuites {
    @Suite struct NetemTests {
        @Test func linksAsDisciplines() throws {
            var spec = DirectionSpec.line(mbit: 50, delay: 20, packets: 100, loss: .random(0.001))
            spec.duplicate = 0.02
            #expect(
                try NetemDiscipline(spec, device: "core").lines == [
                    "dev core root handle 1: stab overhead -14 linklayer ethernet "
                        + "netem limit 100000 delay 20000.000us "
                        + "loss random 0.1000000% duplicate 2.0000000%",
                    "dev core parent 1:1 handle 2: tbf rate 50000000bit burst 3100 "
                        + "limit 150000",
                    "dev core parent 2:1 handle 3: pfifo limit 100",
                ])
            let plain = try NetemDiscipline(.line(), device: "core")
            #expect(plain.lines.isEmpty && !plain.usesNetem)
        }

        @Test func whatNetemCannotDoIsNamed() {
            func refusal(_ change: (inout DirectionSpec) -> Void) -> String? {
                var spec = DirectionSpec.line(mbit: 10, delay: 5)
                change(&spec)
                let error = #expect(throws: EmulatorError.self) {
                    _ = try NetemDiscipline(spec, device: "core")
                }
                #expect(error?.code == .notSupported)
                return error?.subject
            }
            #expect(refusal { $0.loss = .scripted([3]) } == "loss of given packets")
            #expect(refusal { $0.loss = .everyNth(3) } == "loss of every nth packet")
            #expect(refusal { $0.queue.discipline = .step(.packets(3)) } == "step marking")
            #expect(refusal { $0.queue.discipline = .red(REDParameters()) } == "RED")
            #expect(
                refusal { $0.steps = [LinkStep(time: 1, change: .delay(2))] } == "steps over time")
            #expect(
                refusal { $0.jitter = JitterSpec(amplitude: 1) } == "jitter that keeps the order")
            #expect(
                refusal { $0.reorder = ReorderSpec(probability: 0.1, lead: 1) }
                    == "reordering by less than the delay")
        }

        /// With netem the link works, without it the error says what to do.
        @Test func theKernelsMeansOrAnError() throws {
            try KernelTest.require("ip", "tc")
            let link = LinkSpec(down: .line(delay: 10), up: .line(delay: 10))
            do {
                let network = try NetemNetwork(link: link)
                try network.start()
                let (left, _) = try connect(network)
                let minRTT = try left.info().minRTT
                #expect(minRTT >= 20_000 && minRTT < 25_000)
            } catch let error as EmulatorError {
                #expect(error.code == .notSupported)
                #expect(error.description.contains("cannot use netem: this kernel: "))
                #expect(error.description.contains("CONFIG_NET_SCH_NETEM"))
            }
        }

        /// Rate and queue are tbf's, which nearly every kernel has.
        @Test(arguments: Family.allCases)
        func theRouteAndTheRate(family: Family) throws {
            try KernelTest.require("ip", "tc")
            let network = try NetemNetwork(
                pairs: [.init(), .init()],
                link: LinkSpec(down: .line(mbit: 40, packets: 100), up: .line()))
            try network.start()
            let (left, right) = try connect(network, pair: 1, family)
            #expect(try arrivesIntact(1 << 20, from: left, to: right))
            let (other, far) = try connect(network, family)
            let time = try transfer(8 << 20, from: other, to: far)
            let rate = Double(8 << 20) * 8 / (time / .seconds(1)) / 1e6
            #expect(rate > 30 && rate < 40.5, "\(rate) Mbit/s")
            let report = try network.stop()
            let (bytes, packets) = (
                report.down.counters.forwardedBytes, report.down.counters.forwardedPackets
            )
            #expect(bytes > 9 << 20 && packets > 6_000)
            // Of IP: nearly all are as large as the MTU lets them be.
            let mean = Double(bytes) / Double(packets)
            #expect(mean > 1_490 && mean <= 1_500, "\(mean) bytes")
        }
    }
}
