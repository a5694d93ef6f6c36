import Testing

@testable import LinkModel

@Suite struct LinkSpecErrorTests {
    static func message(_ text: String) -> String? {
        do throws(LinkSpecError) {
            let link = try LinkSpecTests.parse(text)
            Issue.record("\(link)")
            return nil
        } catch {
            return error.description
        }
    }

    @Test func putsACaretUnderThePlace() {
        #expect(
            Self.message("50Mbit rtt 40sm buffer 1bdp") == """
                50Mbit rtt 40sm buffer 1bdp
                             ^
                unknown unit 'sm' in '40sm'; expected a time in ns, us, ms, s or min, such as \
                40ms: did you mean 'ms'?
                """)
        #expect(
            Self.message("50Mbit rtt") == """
                50Mbit rtt
                          ^
                nothing after 'rtt'; expected a time in ns, us, ms, s or min, such as 40ms
                """)
        #expect(
            Self.message("50Mbit los 1%") == """
                50Mbit los 1%
                       ^
                unknown word 'los'; expected a rate or one of rate, unlimited, trace, rtt, delay, \
                jitter, buffer, step, red, codel, loss, reorder, duplicate, at, up: did you mean \
                'loss'?
                """)
        #expect(
            Self.message("trace lte-short.down up umts.up rtt 20ms") == """
                trace lte-short.down up umts.up rtt 20ms
                                        ^
                trace 'umts.up' can't be read: no such file; expected the name of a trace
                """)
    }

    @Test(arguments: [
        ("", 0, "the link is empty"), (" \n ", 0, "the link is empty"),
        ("50Mb", 2, "unknown unit 'Mb' in '50Mb'"), ("50mbit", 2, "did you mean 'Mbit'?"),
        ("50", 2, "'50' has no unit"),
        ("1bit", 0, "'1bit' is out of range; expected 1kbit to 1000Gbit"),
        ("10Mbit/2Mbi", 8, "unknown unit 'Mbi'"), ("10Mbit/", 7, "'' is no number with a unit"),
        ("10Mbit 5Mbit", 7, "rate is given twice"), ("trace lte 5Mbit", 10, "rate is given twice"),
        ("10Mbit up 1Mbit/1Mbit", 16, "a second rate after 'up'"),
        ("10Mbit 40ms", 7, "'40ms' without a word before it; expected rtt, delay or jitter"),
        ("10Mbit 64KB", 7, "buffer or step, as in 'buffer 64KB'"), ("10Mbit 1%", 7, "loss"),
        ("10Mbit -5ms", 7, "unknown word '-5ms'"), ("10Mbit rtt -5ms", 11, "no number with a unit"),
        ("10Mbit rtt 5ms rtt 5ms", 15, "rtt is given twice"),
        ("10Mbit rtt 5ms up rtt 5ms", 18, "rtt is given twice"),
        ("10Mbit rtt 5ms up delay 5ms", 18, "rtt and delay are both given"),
        ("10Mbit delay 5ms up rtt 5ms", 20, "rtt and delay are both given"),
        ("10Mbit delay 61s", 13, "'61s' is out of range; expected 0ns to 1min"),
        ("10Mbit rtt 0.1ns", 11, "'0.1ns' is too fine; expected multiples of 1ns"),
        ("10Mbit rtt 99999999999999999999s", 11, "out of range"),
        ("10Mbit rtt 0.0000000000001s", 11, "too fine"),
        (
            "10Mbit delay 1ms jitter 2ms", 17,
            "the jitter is more than the delay; expected at most 1ms"
        ),
        ("10Mbit buffer 64kb", 16, "did you mean 'KB'?"),
        ("10Mbit buffer 3bpd", 15, "did you mean 'bdp'?"),
        ("10Mbit buffer big", 14, "expected packets, bytes or bandwidth-delay products"),
        ("10Mbit buffer 1.5p", 14, "too fine; expected multiples of 1p"),
        ("10Mbit buffer 0bdp", 14, "'0bdp' is out of range; expected 0.001bdp to 1000bdp"),
        ("10Mbit buffer 1bdp", 7, "a buffer in BDP needs a rate and a delay"),
        ("unlimited rtt 5ms buffer 1bdp", 18, "a buffer in BDP needs a rate and a delay"),
        ("trace lte buffer 0p", 10, "wait for its opportunities"),
        ("10Mbit step 5p codel", 15, "queue discipline is given twice"),
        ("10Mbit codel target 5ms interval 5ms", 7, "interval isn't above its target"),
        ("10Mbit codel targt 5ms", 13, "did you mean 'target'?"),
        ("10Mbit red min 5p max 5KB", 7, "thresholds don't rise"),
        ("10Mbit red min 0p", 7, "thresholds don't rise"),
        ("10Mbit red weight 0%", 7, "a share is 0"),
        ("10Mbit loss 101%", 12, "'101%' is out of range; expected 0% to 100%"),
        ("10Mbit loss 0.00000001%", 12, "too fine; expected multiples of 0.0000001%"),
        ("10Mbit loss 0.1", 15, "'0.1' has no unit"),
        ("10Mbit loss gemodle 1% 2%", 12, "unknown loss model 'gemodle'"),
        ("10Mbit loss gemodel 1%", 22, "nothing after '1%'"),
        ("10Mbit loss every 0", 18, "0 is out of range; expected 1 to 1000000000000"),
        ("10Mbit loss every +5", 18, "'+5' is no packet number"),
        ("10Mbit loss script 1,,2", 21, "'' is no packet number"),
        ("10Mbit loss script 1,2,1", 23, "packet 1 is there twice"),
        ("10Mbit loss script 99999999999999999999", 19, "no packet number"),
        ("10Mbit reorder 1%", 7, "expected a delay"),
        ("10Mbit delay 1ms reorder 1% by 2ms", 17, "'by' a time of at most 1ms"),
        ("10Mbit at 5s", 12, "nothing after '5s'"), ("10Mbit at", 9, "nothing after 'at'"),
        ("10Mbit at 5s up", 13, "nothing changes before 'up'"),
        ("10Mbit at 5s buffer 1p", 13, "buffer can't change at a time; expected it before"),
        ("10Mbit at 5s rte 1Mbit", 13, "did you mean 'rate'?"),
        ("10Mbit at 5s rate unlimited", 18, "a rate can't become unlimited"),
        ("10Mbit at 5s rate 1Mbit rate 2Mbit", 24, "rate changes twice at the same time"),
        ("10Mbit at 5s loss 1% at 5s loss 2%", 24, "a time after 5s"),
        ("trace lte at 5s rate 1Mbit", 16, "a trace's rate can't change at a time"),
        ("trace lte up at 5s rate 1Mbit", 19, "a trace's rate can't change at a time"),
        ("10Mbit up up", 10, "up is given twice"), ("trace", 5, "nothing after 'trace'"),
        ("trace 3g", 6, "trace '3g' can't be read: no such file"),
        ("trace lte up los", 13, "expected the name of a trace: did you mean 'loss'?"),
        ("٣Mbit", 0, "'٣Mbit' is no number"), ("é 10Mbit", 0, "unknown word 'é'"),
        ("10Mbit \u{1b}[31m", 7, "unknown word '\\u{1B}[31m'"),
        ("10Mbit x\u{202e}y", 7, "unknown word 'x\\u{202E}y'"),
    ])
    func refuses(text: String, offset: Int, words: String) {
        let error = #expect(throws: LinkSpecError.self) { try LinkSpecTests.parse(text) }
        #expect(error?.offset == offset, "\(error?.description ?? "")")
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    /// Foreign text is shortened, but a path says which file only as a whole.
    @Test func namesAMissingTraceInFull() {
        let path = "/" + String(repeating: "directory/", count: 20) + "missing.trace"
        let message = Self.message("trace \(path) rtt 20ms")
        #expect(message?.contains("trace '\(path)' can't be read: no such file;") == true)
    }

    @Test func namesTheLineOfABadTrace() {
        let error = #expect(throws: LinkSpecError.self) {
            try LinkSpec.parse("trace a.down rtt 20ms") { _ in Array("1\n0\n".utf8) }
        }
        #expect(
            error?.description == """
                trace a.down rtt 20ms
                      ^
                a.down:2: 0 is less than the time before, 1; expected times that never decrease
                """)
        #expect(error?.code == .trace)
    }

    @Test func showsOnlyAPartOfLongTexts() {
        let script = (1...1000).map(String.init).joined(separator: ",")
        let lines = Self.message("10Mbit loss script \(script) rtt\t5m \u{1}")?.split(
            separator: "\n")
        #expect(lines?.count == 3)
        #expect(lines?[0].hasPrefix("…") == true)
        #expect(lines?[0].hasSuffix("998,999,1000 rtt 5m  ") == true)
        #expect(lines?[0].count == lines?[1].count.advanced(by: 2))
    }

    @Test func randomWordsNeverCrash() {
        let words =
            LinkSpecParser.words + LinkSpecParser.innerWords + [
                "50Mbit", "10Mbit/1Mbit", "40ms", "5s", "0ns", "1bdp", "100p", "64KB", "0.1%",
                "100%",
                "1,2,3", "lte", "lte.up", "none", "1000", "-1", "/", "%", ".",
                "9999999999999999999s",
                "\u{0}", "é", "1e9Mbit", "0p", "20Mbit", "2ms", "1min",
            ]
        var random = TestRandom(seed: 17)
        var links = 0
        for _ in 0..<10_000 {
            let text = (0..<random.below(14)).map { _ in words[random.below(words.count)] }
                .joined(separator: " ")
            do throws(LinkSpecError) {
                let link = try LinkSpecTests.parse(text)
                links += 1
                let again = try LinkSpecTests.parse(link.description)
                #expect(again == link, "\(text): \(link)")
            } catch {
                #expect((0...text.count).contains(error.offset), "\(text)")
                #expect(!error.description.isEmpty)
            }
        }
        #expect(links > 50)
    }

    /// Clauses that are right by themselves, so that most texts are links.
    @Test func randomLinksParseToTheSame() {
        let clauses = [
            "rtt 40ms", "delay 20ms", "jitter 2ms", "jitter 1ms unordered", "buffer 100p",
            "buffer 0.5bdp", "buffer 64KB", "step 20p", "red min 4p", "codel target 1ms", "loss 1%",
            "loss gemodel 1% 20% 50%", "loss every 9", "loss script 3,1", "reorder 1% by 1ms",
            "reorder 2%", "duplicate 0.1%",
        ]
        let steps = ["rate 3Mbit", "delay 5ms", "loss 0%", "loss every 3", "rate 2Mbit/1Mbit"]
        let rates = ["10Mbit", "unlimited", "10Mbit/1Mbit", "trace lte", ""]
        var random = TestRandom(seed: 23)
        func section(_ rates: [String]) -> String {
            var words = [rates[random.below(rates.count)]]
            for _ in 0..<random.below(4) { words.append(clauses[random.below(clauses.count)]) }
            for second in 0..<random.below(3) {
                words.append("at \(second)s \(steps[random.below(steps.count)])")
            }
            return words.joined(separator: " ")
        }
        var links = 0
        for _ in 0..<5000 {
            let text = section(rates) + (random.below(2) == 0 ? "" : " up " + section(rates))
            guard let link = try? LinkSpecTests.parse(text) else { continue }
            links += 1
            #expect((try? LinkSpecTests.parse(link.description)) == link, "\(text): \(link)")
        }
        #expect(links > 1000)
    }
}
