import Glibc
import LinkModel
import Profiles

@testable import CongestionControl
@testable import HeaderOptions
@testable import Lab
@testable import LinkModel
@testable import Profiles
@testable import Workloads

extension Parser {
    /// What people write.
    static let documents = [
        Parser(text: "profile") { text in
            do {
                let profile = try ProfileParser.parse(text, file: "f")
                let again = try? ProfileParser.parse(profile.canonicalYAML, file: "f")
                expect(again?.contentHash == profile.contentHash, "not the same again")
            } catch {
                expect(isShown("\(error)"), "\(error)")
            }
        },
        Parser(text: "scenario") { text in
            do {
                _ = try ScenarioParser.parse(text, file: "f", traces: TraceFiles(directories: []))
            } catch {
                expect(isShown("\(error)"), "\(error)")
            }
        },
        Parser(text: "cc-manifest") { text in
            if let manifest = try? ControllerManifest(text, file: "f") {
                expect(!manifest.source.contains("/"), manifest.source)
            }
        },
        Parser(text: "option-manifest") { text in
            guard let manifest = try? OptionManifest(text, file: "f") else { return }
            for field in manifest.fields {
                let value = [UInt8](repeating: 0xff, count: manifest.length)
                expect(field.value(in: value) != nil, field.name)
            }
        },
        Parser(text: "link") { text in
            do {
                let link = try LinkSpec.parse(text) { _ in Array("0\n5\n10\n".utf8) }
                let again = try? LinkSpec.parse(link.description) { _ in Array("0\n5\n10\n".utf8) }
                expect(again == link, link.description)
            } catch {
                expect(isShown("\(error)"), "\(error)")
            }
        },
        Parser("trace", 65536) { bytes in
            guard let trace = try? Trace.parse(bytes, name: "t") else { return }
            expect(trace.meanBitsPerSecond > 0, "no rate")
            var cursor = TraceCursor(trace)
            for time in [1, 1_000_000, 86_400_000_000_000] as [Int64] {
                cursor.skip(past: time)
                expect(cursor.time > time, "\(cursor.time)")
            }
        },
        Parser(text: "workload") { text in
            do {
                let workload = try Workload(parsing: text)
                expect((try? Workload(parsing: workload.description)) == workload, text)
            } catch {
                expect(isShown("\(error)"), "\(error)")
            }
        },
        Parser(text: "quantity") { text in
            for kind in [Quantity.microseconds, .milliseconds, .seconds, .bytes, .rate] {
                guard let value = try? kind.parse(text, in: 0...UInt32.max) else { continue }
                expect((try? kind.parse(kind.format(value), in: 0...UInt32.max)) == value, text)
            }
            for kind in [
                LinkQuantity.duration, .delay, .rtt, .rate, .bytes, .packets, .bdp, .probability,
            ] {
                guard let value = try? kind.parse(text) else { continue }
                expect((try? kind.parse(kind.format(value))) == value, text)
            }
            for kind in [WorkloadQuantity.duration, .size, .rate] {
                guard let value = try? kind.parse(text, in: 0...Int.max) else { continue }
                expect((try? kind.parse(kind.format(value), in: 0...Int.max)) == value, text)
            }
        },
        Parser(text: "address") { text in
            if let prefix = try? IPPrefix(text) {
                expect((try? IPPrefix(prefix.description)) == prefix, text)
            }
            if let address = try? ServerAddress(parsing: text) {
                expect((try? ServerAddress(parsing: address.description)) == address, text)
            }
        },
    ]
}

/// Whether a message can't do a terminal anything: no control character but the end of a line, and
/// the tab where that is allowed. The C library looks for them, since libFuzzer watches each of our
/// own comparisons.
func isShown(_ text: String, allowsTab: Bool = false) -> Bool {
    text.withCString { start in
        var length = strcspn(start, controls)
        while allowsTab, start[length] == 9 { length += 1 + strcspn(start + length + 1, controls) }
        guard length == text.utf8.count else { return false }
        // U+0080 to U+009F are two bytes.
        var next = strchr(start, 0xc2)
        while let found = next {
            if UInt8(bitPattern: found[1]) < 0xa0 { return false }
            next = strchr(found + 1, 0xc2)
        }
        return true
    }
}

private let controls = (1...0x1f).filter { $0 != 10 } + [0x7f, 0] as [CChar]
