import Testing

@testable import Plots

@Suite struct TicksTests {
    @Test(arguments: [
        (0.0...10.0, 6, [0.0, 2, 4, 6, 8, 10]), (0...1, 6, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-3...3, 4, [-2, 0, 2]), (0.13...0.94, 5, [0.2, 0.4, 0.6, 0.8]),
        (47.1e6...48.2e6, 4, [47.5e6, 48e6]), (0...1500, 4, [0, 500, 1000, 1500]),
    ])
    func areRound(range: ClosedRange<Double>, count: Int, expected: [Double]) {
        let values = Ticks.linear(range, atMost: count).values
        #expect(values.count == expected.count)
        for (value, expected) in zip(values, expected) {
            #expect(abs(value - expected) <= 1e-9 * max(1, expected.magnitude))
        }
    }

    @Test func areNoMoreThanAskedFor() {
        for count in 2...12 {
            for exponent in -9...12 {
                for digit in [1.0, 1.3, 2.7, 4.9, 7.7, 9.99] {
                    var high = digit
                    for _ in 0..<exponent.magnitude { high = exponent < 0 ? high / 10 : high * 10 }
                    for low in [0, -high, high * 0.3] {
                        let range = low...high
                        let ticks = Ticks.linear(range, atMost: count).values
                        #expect(ticks.count <= count, "\(range) \(count)")
                        let extended = Ticks.extend(range, atMost: count)
                        #expect(extended.lowerBound <= low && extended.upperBound >= high)
                    }
                }
            }
        }
    }

    @Test func areDecadesOnALogarithmicAxis() {
        #expect(Ticks.logarithmic(0.5...2e6).values == [1, 10, 100, 1000, 1e4, 1e5, 1e6])
        #expect(Ticks.logarithmic(3...60).values == [5, 10, 20, 50])
    }

    @Test func haveOneUnit() {
        let axis = Axis("RTT", .seconds)
        let resolved = axis.resolve(0...0.08, atMost: 5, extends: true)
        #expect(resolved.title == "RTT (ms)")
        #expect(resolved.ticks.map(\.label) == ["0", "20", "40", "60", "80"])
        let rate = Axis("", .bitsPerSecond).resolve(46.9e6...48.1e6, atMost: 5, extends: true)
        #expect(rate.title == "Mbit/s")
        #expect(rate.ticks.map(\.label) == ["46.5", "47.0", "47.5", "48.0", "48.5"])
        let share = Axis("", .ratio).resolve(-0.5...0.5, atMost: 3, extends: true)
        #expect(share.ticks.map(\.label) == ["\u{2212}50", "0", "50"])
    }

    @Test(arguments: [
        (Dimension.bitsPerSecond, 47.234e6, "47.2 Mbit/s"),
        (.bitsPerSecond, 999_960, "1.00 Mbit/s"),
        (.bitsPerSecond, 0, "0 bit/s"), (.seconds, 0.0421, "42.1 ms"), (.seconds, 0, "0 s"),
        (.seconds, 0.000_123_4, "123 us"), (.seconds, 0.99996, "1.00 s"),
        (.seconds, 31.4, "31.4 s"),
        (.bytes, 250_000, "250 kB"), (.ratio, 0.123_45, "12.3 %"), (.ratio, 1, "100 %"),
        (.ratio, 0.000_123, "0.0123 %"), (.ratio, 0, "0 %"), (.count, 12, "12"),
        (.count, 4313, "4.31 k"), (.count, 431.3, "431"), (.plain, 0.9834, "0.983"),
        (.secondsPerGigabyte, 0.4312, "0.431 s/GB"), (.seconds, .nan, "-"),
        (.seconds, -.infinity, "-"), (.ratio, -0.4251, "-42.5 %"), (.plain, 9.996, "10.0"),
    ])
    func numbersHaveThreeDigits(dimension: Dimension, value: Double, text: String) {
        #expect(dimension.format(value) == text)
    }

    @Test func differencesHaveASign() {
        #expect(Dimension.ratio.formatSigned(0.052) == "+5.20 %")
        #expect(Dimension.ratio.formatSigned(-0.052) == "-5.20 %")
        #expect(Dimension.ratio.formatSigned(0) == "0 %")
        #expect(Dimension.points.formatSigned(0.052) == "+5.20 pp")
    }

    @Test func endsOfIntervalsHaveTheSameDigits() {
        #expect(Dimension.ratio.format(-0.00445, to: -0.0000412) == "-0.445 to -0.004 %")
        #expect(Dimension.ratio.format(0.993, to: 1) == "99.3 to 100.0 %")
        #expect(Dimension.ratio.format(-0.01, to: 0.02, isSigned: true) == "-1.00 to +2.00 %")
        #expect(Dimension.seconds.format(0.0008, to: 0.0012) == "0.800 to 1.200 ms")
        #expect(Dimension.count.format(3, to: 14) == "3.00 to 14.00")
        #expect(Dimension.bitsPerSecond.format(1e300, to: 2e300)?.hasSuffix("Tbit/s") == true)
        #expect(Dimension.ratio.format(0.5, to: 0.5) == nil)
        #expect(Dimension.ratio.format(.nan, to: 1) == nil)
        #expect(Digits.fixed(-0.001, places: 2) == "0.00")
    }
}
