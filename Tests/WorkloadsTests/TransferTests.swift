import Glibc
import Host
import TestSupport
import Testing

@testable import Workloads

extension SocketSuites {
    /// Real transfers over loopback: what both ends say has to agree.
    @Suite struct TransferTests {
        @Test(arguments: Direction.allCases) func bulk(_ direction: Direction) throws {
            let start = KernelClock.monotonic() + 50_000_000
            let server = try RunningServer {
                $0.origin = start
                $0.warmUp = 0.2
                $0.duration = 0.7
            }
            let client = try run("bulk:700ms,flows=3", direction, to: server.port) {
                $0.start = start
                $0.warmUp = 0.2
            }
            let report = try server.stop()
            #expect(client.isComplete)
            #expect(client.flows.map(\.id) == [0, 1, 2])
            #expect(report.flows.map(\.id) == [0, 1, 2])
            #expect(client.failures.isEmpty && report.failures.isEmpty)
            #expect(client.goodput > 100e6)
            for (near, far) in zip(client.flows, report.flows) {
                let (sender, receiver) = direction == .down ? (far, near) : (near, far)
                // What was under way at the end is acknowledged or read at one end only.
                expectClose(sender.sent, receiver.received, within: 0.1)
                expectClose(sender.measuredSent, receiver.measuredReceived, within: 0.1)
                #expect(sender.series.acknowledged.reduce(0, +) == sender.sent)
                #expect(receiver.series.received.reduce(0, +) == receiver.received)
                #expect(receiver.series.cwnd.isEmpty)
                #expect((2...9).contains(sender.series.time.count))
                #expect(sender.series.time == sender.series.time.sorted())
                #expect(sender.series.cwnd.allSatisfy { $0 > 0 })
                #expect(sender.series.rtt.contains { $0 > 0 && $0 < 0.1 })
                #expect(sender.series.deliveryRate.contains { $0 > 1e6 })
                #expect(near.start < 0.5 && near.end > 0.6 && near.end < 1.2)
            }
            let (sent, received) =
                direction == .down
                ? (report.sent, client.received) : (client.sent, report.received)
            expectClose(sent.measuredBytes, received.measuredBytes, within: 0.1)
            #expect(received.bytes > received.measuredBytes)
            #expect(
                client.flows.map(\.measuredReceived).reduce(0, +) == client.received.measuredBytes)
            #expect(client.flows.map(\.sent).reduce(0, +) == client.sent.bytes)
            #expect(client.windowStart >= 0.2 && client.windowEnd >= 0.7)
            let first = try #require(client.firstByte)
            let last = try #require(client.lastByte)
            #expect(first < last && last < 1.2)
            #expect(client.cpu > 0)
        }

        @Test(arguments: Direction.allCases) func requests(_ direction: Direction) throws {
            let server = try RunningServer()
            let client = try run(
                "rr:500ms,request=100B,response=10KB,concurrency=4", direction, to: server.port)
            let report = try server.stop()
            let requests = try #require(client.requests)
            #expect(requests.count > 20)
            #expect(requests.latency.percentiles.count == 101)
            #expect(requests.latency.percentiles == requests.latency.percentiles.sorted())
            #expect(requests.latency.percentiles[0] > 1e-6)
            #expect(requests.latency.p999 <= requests.latency.percentiles[100])
            let (data, small) =
                direction == .down ? (client.received, client.sent) : (client.sent, client.received)
            // At most one exchange of each connection is under way.
            #expect((0...4).contains(data.bytes / 10_000 - requests.count))
            #expect((0...4).contains(small.bytes / 100 - requests.count))
            #expect(client.flows.count == 4 && report.flows.count == 4)
            #expect(client.failures.isEmpty && report.failures.isEmpty)
        }

        @Test func thinkTimesSpaceTheRequests() throws {
            let server = try RunningServer()
            let client = try run("rr:900ms,think=10ms,concurrency=8", to: server.port)
            // 8 connections, each a request in 10 ms and a bit: 720 less that, Poisson.
            #expect((100...800).contains(try #require(client.requests).count))
            _ = try server.stop()
        }

        @Test(arguments: Direction.allCases) func flows(_ direction: Direction) throws {
            let server = try RunningServer()
            let text = "flows:800ms,distribution=web-search,size-cap=2MB,load=60%,drain=200ms"
            let client = try run(text, direction, to: server.port) { $0.linkRate = 1e9 }
            let report = try server.stop()
            guard case .flows(let flows) = try Workload(parsing: text).components[0].kind else {
                return
            }
            let arrivals = Array(
                ArrivalSchedule(flows, load: 600e6, duration: 800_000_000, seed: 1))
            let completions = try #require(client.completions)
            #expect(completions.count == arrivals.count)
            #expect(completions.unfinished == 0)
            #expect(completions.sizes.sorted() == arrivals.map(\.size).sorted())
            #expect(
                completions.starts.sorted()
                    .elementsEqual(arrivals.map { Double($0.time) / 1e9 }) { abs($0 - $1) < 1e-6 })
            #expect(completions.durations.allSatisfy { $0 > 0 && $0 < 0.8 })
            #expect(completions.small.count == arrivals.count { $0.size < 100_000 })
            #expect(completions.large.count == arrivals.count { $0.size > 1_000_000 })
            let bytes = arrivals.map(\.size).reduce(0, +)
            #expect((direction == .down ? client.received : client.sent).bytes == bytes)
            #expect((direction == .down ? report.sent : report.received).bytes == bytes)
            #expect(client.failures.isEmpty && report.failures.isEmpty)
            #expect(report.connections == arrivals.count)
        }

        @Test(arguments: Direction.allCases) func video(_ direction: Direction) throws {
            let server = try RunningServer()
            let client = try run(
                "video:900ms,bitrate=8Mbit,segment=100ms,buffer=300ms,flows=2", direction,
                to: server.port)
            _ = try server.stop()
            let video = try #require(client.video)
            #expect(video.players == 2 && video.neverStarted == 0)
            // 3 segments fill the buffer, then one goes every 100 ms, unless the machine is busy.
            #expect((4...24).contains(video.segments))
            #expect(video.rebuffering >= 0 && video.startUp > 0)
            let bytes = (direction == .down ? client.received : client.sent).bytes
            #expect(bytes == video.segments * 100_000)
        }

        @Test func mixed() throws {
            let server = try RunningServer()
            let client = try run(
                "bulk:600ms,flows=2+rr:600ms,concurrency=2+flows:600ms,fixed=50KB,load=80Mbit"
                    + "+bulk:200ms,start=300ms",
                to: server.port)
            _ = try server.stop()
            #expect(try #require(client.requests).count > 10)
            #expect(try #require(client.completions).count > 50)
            #expect(client.video == nil)
            let bulk = client.flows.filter { $0.component == 0 || $0.component == 3 }
            #expect(bulk.map(\.number) == [0, 1, 0])
            #expect(bulk[2].start >= 0.3 && bulk[2].end >= 0.5 && bulk[2].end < 0.9)
        }

        @Test func flowsGoToTheAddressesInTurn() throws {
            let server = try RunningServer { $0.address = "::" }
            let client = try run("bulk:300ms,flows=2+rr:300ms,concurrency=2", to: server.port) {
                $0.addresses = ["127.0.0.1", "::1", "127.0.0.2"].map {
                    ServerAddress(host: $0, port: server.port)
                }
            }
            let report = try server.stop()
            let port = server.port
            #expect(
                client.flows.map(\.address) == [
                    "127.0.0.1:\(port)", "[::1]:\(port)", "127.0.0.2:\(port)", "127.0.0.1:\(port)",
                ])
            #expect(report.flows.count == 4)
            #expect(report.flows[1].address.hasPrefix("[::1]:"))
        }

        @Test func aMissingServerIsCountedAndTriedAgain() throws {
            let server = try RunningServer()
            _ = try server.stop()
            let client = try run(
                "bulk:300ms,flows=2+flows:300ms,fixed=1KB,load=1Mbit", to: server.port)
            #expect(client.isComplete)
            #expect(try #require(client.failures["refused"]) > 10)
            #expect(client.goodput == 0 && client.firstByte == nil)
            #expect(client.flows.allSatisfy { $0.failure == "refused" })
        }

        @Test func reportsSurviveJSON() throws {
            let server = try RunningServer()
            let client = try run(
                "bulk:200ms+rr:200ms+flows:200ms,fixed=1KB,load=1Mbit+video:200ms", to: server.port)
            let report = try server.stop()
            for each in [client, report] {
                #expect(try LoadReport(json: each.json()) == each)
            }
        }

        @Test func whatCannotRunIsRefused() throws {
            func refusal(
                _ workload: String, _ change: (inout LoadClient.Options) -> Void = { _ in }
            )
                -> WorkloadError?
            {
                #expect(throws: WorkloadError.self) { try run(workload, to: 9, change) }
            }
            #expect(refusal("bulk:1s") { $0.addresses = [] }?.code == .invalidOptions)
            #expect(refusal("bulk:1s") { $0.warmUp = 1 }?.code == .invalidOptions)
            #expect(refusal("flows:1s,load=60%")?.code == .invalidOptions)
            let flood = refusal("flows:1s,fixed=1B,load=1Gbit")
            #expect(flood?.code == .invalidOptions)
            #expect(flood?.reason == "more than 50000 flows a second")
            let unknown = [ServerAddress(host: "no such host", port: 9)]
            #expect(refusal("bulk:1s") { $0.addresses = unknown }?.code == .badAddress)
            let server = try RunningServer()
            let second = #expect(throws: WorkloadError.self) {
                try RunningServer { $0.port = server.port }
            }
            #expect(second?.code == .cannotListen)
            #expect(second?.errno == .addressInUse)
            _ = try server.stop()
        }
    }
}

func expectClose(
    _ a: Int, _ b: Int, within share: Double, sourceLocation: SourceLocation = #_sourceLocation
) {
    let difference = abs(Double(a - b))
    #expect(
        difference <= share * Double(max(a, b)), "\(a) and \(b)", sourceLocation: sourceLocation)
}
