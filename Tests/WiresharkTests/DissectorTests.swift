import Foundation
import Profiles
import TestSupport
import Testing

/// What the dissector makes of packets, against what ``HeaderOptionWire`` makes of their bytes.
@Suite struct DissectorTests {
    private let tshark: Tshark

    init() throws { tshark = try Tshark() }

    private static let hello: [UInt8] = [
        254, 16, 0x74, 0x74, 0x11, 0x07, 0x00, 0x37, 0x01, 0x02, 0x03, 0x04, 0xaa, 0xbb, 0xcc, 0xdd,
    ]
    private static let telemetry: [UInt8] = [
        254, 20, 0x74, 0x74, 0x12, 0x00, 0x0a, 0x24, 0xe2, 0x0c, 0x00, 0x87, 0x73, 0x01, 0x02, 0xab,
        0xcd, 0xef, 0x00, 0x09,
    ]
    private static let others: [UInt8] = [28, 4, 0x80, 2, 254, 7, 0xab, 0xcd, 1, 2, 3, 0]

    @Test(arguments: [false, true])
    func everyFieldByName(overIPv6: Bool) throws {
        let capture = Capture([Self.hello, Self.telemetry, Self.others], overIPv6: overIPv6)
        let lines = Set(
            try tshark.run(capture, ["-V"]).split(separator: "\n").map {
                $0.trimmingCharacters(in: .whitespaces)
            })
        for line in [
            "tcptune header options", "0001 .... = Version: 1", ".... 0001 = Type: hello (1)",
            ".... ...1 = Telemetry: set", ".... .1.. = Identity follows: set",
            ".... 0... = By SYN cookie, hello wanted again: not set",
            "Maximum ACK delay: 5.5 ms", "Workload: 0x01020304", "Profile: 0xaabbccdd",
            ".... 0010 = Type: telemetry (2)", "Congestion window: 10 segments",
            "Smoothed RTT: 20000 us", "Least RTT: 2048 us", "Delivery rate: 124977152 bytes/s",
            "Retransmitted segments: 258 (the lowest 16 bits)",
            "Sender's clock: 11259375 us (the lowest 24 bits)",
            "Queueing delay towards the sender: 9 us", "User timeout: 120 s",
            "Raw option, ExID 0xABCD", "ExID: 0xabcd", "Value: 010203",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
    }

    @Test func fieldsCanBeFilteredBy() throws {
        let capture = Capture([Self.hello, [1, 1, 1, 0], Self.telemetry, Self.others])
        for (filter, packet) in [
            ("tcptune.hello.ack_delay > 5", "1"), ("tcptune.hello.workload == 0x01020304", "1"),
            ("tcptune.telemetry.srtt >= 20000 && tcptune.telemetry.srtt < 20001", "3"),
            ("tcptune.user_timeout == 120", "4"), ("tcptune.raw.exid == 0xabcd", "4"),
            ("!tcptune", "2"),
        ] {
            let output = try tshark.run(
                capture, ["-Y", filter, "-T", "fields", "-e", "frame.number"])
            #expect(output == packet + "\n", "\(filter)")
        }
    }

    @Test func theReadmeListsEveryField() throws {
        let readme = try String(
            contentsOf: Tshark.folder.appending(path: "README.md"), encoding: .utf8)
        let script = try String(
            contentsOf: Tshark.folder.appending(path: "tcptune.lua"), encoding: .utf8)
        let names = script.matches(of: /"(tcptune\.[a-z_.]+)"/).map { String($0.output.1) }
        #expect(names.count > 20)
        for name in names { #expect(readme.contains("`\(name)`"), "\(name)") }
    }

    /// Any bytes at all: no error, and what is found is what the other decoder finds.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func randomSegments(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let segments = (0..<5000).map { _ in Self.segment(&random) }
        let capture = Capture(segments, overIPv6: seed == 2)
        let rows = try tshark.fields(capture, ExpectedFields.names + ["_ws.lua.error"])
        #expect(rows.count == segments.count)
        var differences = 0
        for (row, segment) in zip(rows, segments) {
            let expected = ExpectedFields(segment).row + [""]
            // Bytes with or without colons, by version.
            let found = row.map { $0.replacing(":", with: "") }
            guard found != expected else { continue }
            differences += 1
            if differences < 5 { Issue.record("\(segment): \(found), expected \(expected)") }
        }
        #expect(differences == 0)
    }

    /// Captures that end in the middle of the options.
    @Test(arguments: [20, 30, 40, 45, 50, 58])
    func cutPackets(snapLength: Int) throws {
        var random = SeededGenerator(state: UInt64(snapLength))
        let segments =
            [Self.hello, Self.telemetry, Self.others]
            + (0..<300).map { _ in Self.segment(&random) }
        let capture = Capture(segments, snapLength: snapLength)
        let rows = try tshark.fields(capture, ["_ws.lua.error"])
        #expect(rows == [[String]](repeating: [""], count: segments.count))
        _ = try tshark.run(capture, ["-V"])
    }

    /// Mostly something of ours with a byte or two changed, in random company.
    private static func segment(_ random: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < 40, Int.random(in: 0..<4, using: &random) > 0 {
            var option: [UInt8] =
                switch Int.random(in: 0..<6, using: &random) {
                case 0: hello
                case 1: telemetry
                case 2: [254, 6, 0x74, 0x74, 0x11, UInt8.random(in: 0...255, using: &random)]
                case 3: [28, 4, 0x80, 2]
                case 4: [254, 7, 0xab, 0xcd, 1, 2, 3]
                default:
                    (0..<Int.random(in: 0...12, using: &random)).map { _ in
                        UInt8.random(in: 0...255, using: &random)
                    }
                }
            if !option.isEmpty, Bool.random(using: &random) {
                let at = Int.random(in: 0..<option.count, using: &random)
                option[at] = UInt8.random(in: 0...255, using: &random)
            }
            bytes += option
        }
        let length = min(40, bytes.count + -bytes.count & 3)
        return Array((bytes + [0, 0, 0]).prefix(length))
    }
}
