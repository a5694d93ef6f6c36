import Testing

@testable import Profiles

@Suite struct HeaderOptionFloatTests {
    /// Every float there is: what it stands for is told as the same value, by the shortest form.
    @Test func everyFloat() {
        for float in 0...UInt16.max {
            let value = HeaderOptionFloat.decode(float)
            #expect(value == UInt64(float % 2048) << UInt64(float / 2048))
            let told = HeaderOptionFloat.encode(value)
            #expect(told != HeaderOptionFloat.unknown)
            if value <= HeaderOptionFloat.maximum {
                #expect(HeaderOptionFloat.decode(told) == value)
            }
        }
    }

    @Test func smallValuesAreExact() {
        for value in 0...2047 as ClosedRange<UInt64> {
            #expect(HeaderOptionFloat.encode(value) == UInt16(value))
        }
    }

    /// At each value that can be told, and one below it, the nearest that isn't above is told.
    @Test func roundsDownByAThousandthAtMost() {
        for exponent in 0...30 as ClosedRange<UInt64> {
            for mantissa in 1024...2047 as ClosedRange<UInt64> {
                let value = mantissa << exponent
                #expect(HeaderOptionFloat.decode(HeaderOptionFloat.encode(value)) == value)
                let below = HeaderOptionFloat.decode(HeaderOptionFloat.encode(value - 1))
                #expect(below < value && (value - 1 - below) * 1000 <= value)
            }
        }
    }

    @Test(arguments: [2047 << 30, (2047 << 30) + 1, 1 << 41, UInt64.max] as [UInt64])
    func whatIsTooMuchIsTheMost(value: UInt64) {
        #expect(HeaderOptionFloat.encode(value) == 0xf7ff)
        #expect(HeaderOptionFloat.decode(0xf7ff) == HeaderOptionFloat.maximum)
    }

    @Test(
        arguments: [
            (2048, 0x0c00), (4095, 0x0fff), (4096, 0x1400), (20_000, 0x24e2), (125_000_000, 0x8773),
        ] as [(UInt64, UInt16)])
    func examples(value: UInt64, float: UInt16) {
        #expect(HeaderOptionFloat.encode(value) == float)
    }
}

@Suite struct HeaderOptionWireTests {
    private static var telemetry: TelemetryOption {
        var telemetry = TelemetryOption()
        telemetry.congestionWindow = 10
        telemetry.smoothedRTT = 0x24e2
        telemetry.leastRTT = 0x0c00
        telemetry.deliveryRate = 0x8773
        telemetry.retransmits = 0x0102
        telemetry.clock = 0xabcdef
        return telemetry
    }

    /// Byte by byte as docs/header-options.md has them.
    static let examples: [(HeaderOptionWire, [UInt8])] = [
        (.hello(HelloOption()), [254, 6, 0x74, 0x74, 0x11, 0]),
        (.hello(HelloOption(telemetry: true)), [254, 6, 0x74, 0x74, 0x11, 1]),
        (
            .hello(HelloOption(isByCookie: true, maximumACKDelay: 50)),
            [254, 8, 0x74, 0x74, 0x11, 0x0a, 0, 50]
        ),
        (
            .hello(HelloOption(identity: .init(workload: 0x0102_0304, profile: 0))),
            [254, 14, 0x74, 0x74, 0x11, 4, 1, 2, 3, 4, 0, 0, 0, 0]
        ),
        (
            .hello(
                HelloOption(
                    telemetry: true, maximumACKDelay: 2000,
                    identity: .init(workload: 1, profile: 0xffff_ffff))),
            [254, 16, 0x74, 0x74, 0x11, 7, 7, 0xd0, 0, 0, 0, 1, 255, 255, 255, 255]
        ),
        (
            .telemetry(telemetry),
            [
                254, 20, 0x74, 0x74, 0x12, 0, 10, 0x24, 0xe2, 0x0c, 0x00, 0x87, 0x73, 1, 2, 0xab,
                0xcd, 0xef, 255, 255,
            ]
        ),
        (.userTimeout(UserTimeoutOption(seconds: 30)), [28, 4, 0, 30]),
        (.userTimeout(UserTimeoutOption(seconds: 32_768 * 60)), [28, 4, 0xff, 0xff]),
        (.experiment(exid: 0xabcd, value: []), [254, 4, 0xab, 0xcd]),
        (.experiment(exid: 0xabcd, value: [1, 2, 3]), [254, 7, 0xab, 0xcd, 1, 2, 3]),
        (.other(kind: 200, value: [1]), [200, 3, 1]),
        (.other(kind: 254, value: [1]), [254, 3, 1]),
        (.other(kind: 28, value: [1]), [28, 3, 1]),
        (.unknown([254, 6, 0x74, 0x74, 0x21, 0]), [254, 6, 0x74, 0x74, 0x21, 0]),
        (.unknown([254, 6, 0x74, 0x74, 0x13, 0]), [254, 6, 0x74, 0x74, 0x13, 0]),
        (.unknown([254, 6, 0x74, 0x74, 0x11, 2]), [254, 6, 0x74, 0x74, 0x11, 2]),
        (.unknown([254, 7, 0x74, 0x74, 0x11, 0, 0]), [254, 7, 0x74, 0x74, 0x11, 0, 0]),
        (.unknown([254, 5, 0x74, 0x74, 0x11]), [254, 5, 0x74, 0x74, 0x11]),
        (.unknown([254, 4, 0x74, 0x74]), [254, 4, 0x74, 0x74]),
    ]

    @Test(arguments: examples)
    func bytes(option: HeaderOptionWire, bytes: [UInt8]) {
        #expect(option.bytes == bytes)
        let padded = [1] + bytes + [1, 1, 0, 9, 9]
        let parsed = HeaderOptionWire.parse(padded)
        #expect(parsed.options == [option] && !parsed.isTruncated)
    }

    @Test func unknownFlagsAreIgnored() {
        let parsed = HeaderOptionWire.parse([254, 6, 0x74, 0x74, 0x11, 0xf1])
        #expect(parsed.options == [.hello(HelloOption(telemetry: true))])
    }

    @Test(
        arguments: [
            [2], [2, 0], [2, 1], [2, 3], [254, 20, 0x74], [1, 1, 8, 255],
        ] as [[UInt8]])
    func lengthsThatCannotBe(bytes: [UInt8]) {
        let parsed = HeaderOptionWire.parse(bytes)
        #expect(parsed.options.isEmpty && parsed.isTruncated)
        let after = HeaderOptionWire.parse([4, 2] + bytes)
        #expect(after.options == [.other(kind: 4, value: [])] && after.isTruncated)
    }

    @Test(arguments: [
        (0, 0), (1, 1), (32_767, 32_767), (32_768, 32_760), (36_000, 36_000),
        (32_767 * 60, 32_767 * 60), (Int.max, 32_767 * 60), (-5, 0),
    ])
    func userTimeouts(seconds: Int, told: Int) {
        #expect(UserTimeoutOption(seconds: seconds).seconds == told)
    }

    /// Any bytes at all: no trap, and what was read is written as it was.
    @Test func randomBytes() {
        var random = SplitMix64(state: 0x0605_7474)
        for _ in 0..<200_000 {
            var bytes = (0..<Int.random(in: 0...44, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            // Mostly something of ours, more or less whole.
            if Int.random(in: 0..<4, using: &random) > 0 {
                var own = Self.examples.randomElement(using: &random)!.1
                own[Int.random(in: 0..<own.count, using: &random)] ^=
                    UInt8.random(in: 0...255, using: &random)
                bytes = own + bytes
            }
            let parsed = HeaderOptionWire.parse(bytes)
            let written = parsed.options.flatMap(\.bytes)
            let end = parsed.options.isEmpty ? 0 : written.count
            #expect(written.count <= bytes.count)
            let again = HeaderOptionWire.parse(written)
            #expect(again.options == parsed.options && !again.isTruncated)
            if end > 0, !bytes.contains(1) {
                #expect(sameButReserved(written, Array(bytes.prefix(end)), parsed.options))
            }
        }
    }

    /// A hello's unknown flags aren't kept, everything else is.
    private func sameButReserved(
        _ written: [UInt8], _ bytes: [UInt8], _ options: [HeaderOptionWire]
    ) -> Bool {
        let hasHello = options.contains { if case .hello = $0 { true } else { false } }
        return hasHello ? written.count == bytes.count : written == bytes
    }
}
