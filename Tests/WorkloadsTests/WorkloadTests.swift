import FoundationEssentials
import Testing

@testable import Workloads

@Suite struct WorkloadTests {
    @Test(arguments: [
        ("bulk:30s", "bulk:30s"),
        ("bulk:30s,flows=1", "bulk:30s"),
        ("bulk:0.5min,flows=4,start=500ms", "bulk:30s,flows=4,start=500ms"),
        ("bulk:90s", "bulk:90s"),
        ("bulk:5.9015ms", "bulk:5901500ns"),
        ("bulk:120s", "bulk:2min"),
        (
            "rr:30s,request=100B,response=10KB,think=10ms,concurrency=8",
            "rr:30s,think=10ms,concurrency=8"
        ),
        ("rr:1500ms,response=1MiB,request=1.5KB", "rr:1500ms,request=1500B,response=1MiB"),
        ("flows:30s,distribution=web-search,load=60%", "flows:30s"),
        (
            "flows:30s,distribution=data-mining,load=62.5%,size-cap=10MB,drain=5s",
            "flows:30s,distribution=data-mining,load=62.5%,size-cap=10MB,drain=5s"
        ),
        ("flows:30s,fixed=100KB,load=30Mbit", "flows:30s,fixed=100KB,load=30Mbit"),
        ("video:60s,bitrate=5Mbit,segment=4s,buffer=20s", "video:1min"),
        (
            "video:60s,bitrate=2500kbit,segment=2s,buffer=8s,flows=3",
            "video:1min,bitrate=2500kbit,segment=2s,buffer=8s,flows=3"
        ),
        ("bulk:30s,flows=1+rr:30s", "bulk:30s+rr:30s"),
    ])
    func canonicalText(_ text: String, _ canonical: String) throws {
        let workload = try Workload(parsing: text)
        #expect(workload.description == canonical)
        #expect(try Workload(parsing: canonical) == workload)
    }

    @Test func valuesAndDefaults() throws {
        let workload = try Workload(
            parsing: "bulk:30s,flows=4+rr:10s,think=10ms,start=5s+video:60s+flows:1s")
        #expect(workload.components[0].kind == .bulk(.init(flows: 4)))
        #expect(workload.components[0].duration == 30_000_000_000)
        #expect(
            workload.components[1].kind
                == .requestResponse(
                    .init(request: 100, response: 10_000, think: 10_000_000, concurrency: 1)))
        #expect(workload.components[1].end == 15_000_000_000)
        guard case .video(let video) = workload.components[2].kind else {
            Issue.record("no video")
            return
        }
        #expect(video.segmentSize == 2_500_000)
        #expect(workload.duration == 60_000_000_000)
    }

    @Test(arguments: [
        ("", 0, "no workload", "bulk, rr, flows or video"),
        ("bulk", 4, "unexpected the end", "a colon and the duration, as in bulk:30s"),
        ("bulk,flows=1", 4, "unexpected ','", "a colon and the duration, as in bulk:30s"),
        ("bulks:30s", 0, "unknown workload 'bulks'", "bulk, rr, flows or video"),
        (
            "bulk:", 5, "'' is no number with a unit",
            "a duration in ns, us, ms, s, min or h, such as 30s"
        ),
        ("bulk:30", 5, "'30' has no unit", "a duration in ns, us, ms, s, min or h, such as 30s"),
        ("bulk:30x", 5, "unknown unit 'x'", "a duration in ns, us, ms, s, min or h, such as 30s"),
        ("bulk:0s", 5, "0s is out of range", "1ms to 24h"),
        ("bulk:25h", 5, "25h is out of range", "1ms to 24h"),
        ("bulk:99999999999999999999h", 5, "99999999999999999999h is out of range", "1ms to 24h"),
        ("bulk:1.0000000001s", 5, "1.0000000001s is too fine", "fewer decimals"),
        ("bulk:30s,\u{1b}[31m\t=4", 9, "unknown key '\\u{1B}[31m\\t'", "flows, start"),
        ("bulk\u{9b}2J:30s", 0, "unknown workload 'bulk\\u{009B}2J'", "bulk, rr, flows or video"),
        ("bulk:30s,flows=4+é", 17, "unknown workload 'é'", "bulk, rr, flows or video"),
        ("bulk:30s,flow=4", 9, "unknown key 'flow'", "flows, start"),
        ("bulk:30s,", 9, "no key", "flows, start"),
        ("bulk:30s,flows", 14, "unexpected the end", "an equals sign and a value after flows"),
        ("bulk:30s,flows=0", 15, "'0' is no number of connections", "1 to 4096"),
        ("bulk:30s,flows=-1", 15, "'-1' is no number of connections", "1 to 4096"),
        ("bulk:30s,flows=1,flows=2", 17, "flows twice", "each key once"),
        ("bulk:30s+", 9, "no workload", "bulk, rr, flows or video"),
        (
            "bulk:30s+rr:30s,think=x", 22, "'x' is no number with a unit",
            "a duration in ns, us, ms, s, min or h, such as 30s"
        ),
        ("rr:30s,request=0B", 15, "0B is out of range", "1B to 1000GB"),
        (
            "flows:30s,load=60", 15, "'60' is no load",
            "a share of the link's rate, such as 60%, or a rate, such as 30Mbit"
        ),
        ("flows:30s,load=201%", 15, "'201%' is no load", "0.01% to 200%"),
        ("flows:30s,load=nan%", 15, "'nan%' is no load", "0.01% to 200%"),
        (
            "flows:30s,distribution=zipf", 23, "unknown distribution 'zipf'",
            "web-search or data-mining, or fixed=SIZE instead"
        ),
        (
            "flows:30s,fixed=1KB,distribution=web-search", 20, "two sizes",
            "either distribution or fixed"
        ),
        ("flows:5s,drain=5s", 0, "no time for a flow to start", "a drain below 5s"),
        ("video:30s,buffer=2s", 0, "no segment fits the buffer", "a buffer of at least 4s"),
        (
            "video:30s,bitrate=5", 18, "'5' has no unit",
            "a rate in bit, kbit, Mbit or Gbit per second, such as 5Mbit"
        ),
    ])
    func refusals(_ text: String, _ offset: Int, _ problem: String, _ expected: String) {
        let error = #expect(throws: WorkloadSyntaxError.self) { try Workload(parsing: text) }
        #expect(error?.offset == offset)
        #expect(error?.problem == problem)
        #expect(error?.expected == expected)
    }

    @Test func theCaretIsUnderThePlace() {
        let error = #expect(throws: WorkloadSyntaxError.self) {
            try Workload(parsing: "bulk:30s,flow=4")
        }
        #expect(
            error?.description == """
                workload: unknown key 'flow', expected flows, start
                  bulk:30s,flow=4
                           ^
                """)
    }

    /// Every prefix, and every single byte changed, is read or refused with a place inside the text.
    @Test func anyTextIsReadOrRefused() {
        let text = "bulk:30s,flows=4+flows:1s,fixed=1.5KB,load=6.5%,drain=0+video:9s,bitrate=1Mbit"
        let bytes = Array(text.utf8)
        var texts = (0...bytes.count).map { Array(bytes[..<$0]) }
        for index in bytes.indices {
            for byte in [0, 0xff, UInt8(ascii: ","), UInt8(ascii: "9"), UInt8(ascii: "=")] {
                var changed = bytes
                changed[index] = byte
                texts.append(changed)
            }
        }
        for bytes in texts {
            let text = String(decoding: bytes, as: UTF8.self)
            do throws(WorkloadSyntaxError) {
                let workload = try Workload(parsing: text)
                #expect((try? Workload(parsing: workload.description)) == workload)
            } catch {
                #expect((0...text.utf8.count).contains(error.offset))
            }
        }
    }
}

@Suite struct OptionsTests {
    @Test func clientsSurviveJSON() throws {
        var options = LoadClient.Options(
            workload: try Workload(parsing: "bulk:30s,flows=2+flows:30s,load=62.5%"),
            addresses: [try ServerAddress(parsing: "[fd00::1]:5201")])
        options.start = .max
        options.linkRate = 50e6
        let json = try JSONEncoder().encode(options)
        #expect(try JSONDecoder().decode(LoadClient.Options.self, from: json) == options)
    }

    @Test func serversSurviveJSON() throws {
        var options = LoadServer.Options()
        options.recordsAfter = nil
        let json = try JSONEncoder().encode(options)
        #expect(try JSONDecoder().decode(LoadServer.Options.self, from: json) == options)
    }
}

@Suite struct ServerAddressTests {
    @Test(arguments: [
        ("10.0.0.1:5201", "10.0.0.1", 5201), ("[fd00::1]:80", "fd00::1", 80),
        ("example.test:443", "example.test", 443),
    ])
    func reads(_ text: String, _ host: String, _ port: Int) throws {
        let address = try ServerAddress(parsing: text)
        #expect(address.host == host)
        #expect(Int(address.port) == port)
        #expect(address.description == text)
    }

    @Test(arguments: ["", "10.0.0.1", ":80", "fd00::1", "fd00::1:80", "a:0", "a:65536", "a:x"])
    func refuses(_ text: String) {
        let error = #expect(throws: WorkloadError.self) { try ServerAddress(parsing: text) }
        #expect(error?.code == .badAddress)
    }
}
