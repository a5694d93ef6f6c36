import ArgumentParser
import Host
import Telemetry
import Tuner

struct Events: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what happens to tuned connections, as it happens.",
        discussion: """
            A line for each connection that opens, is established, closes or fails, with the \
            controller it got and why, and at the end what became of it. Nothing has to be applied \
            yet. With --output json it is an object a line.

            Events that come faster than they are written are lost, and their number is shown: \
            --kind leaves out, in the kernel, what isn't wanted. At most four can listen at a time.
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var output: OutputOptions

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Only these: \(EventKinds.names); can be repeated.", valueName: "kind"))
    var kind: [EventKinds] = []

    @Option(name: .long, help: ArgumentHelp("End after so many events.", valueName: "number"))
    var count: Int?

    @Option(name: .long, help: ArgumentHelp("End after a time: 10s, 1m.", valueName: "time"))
    var duration: Interval?

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count is at least 1.") }
    }

    /// Milliseconds between two looks at what could end it.
    private static let patience = 100
    /// Seconds in which events are let gather.
    private static let rest = 0.005
    /// Bytes that are written at once.
    private static let chunk = 1 << 16

    func run() throws {
        // First, so that the place among the listeners is left however this ends.
        let interruption = Interruption()
        let kinds = kind.isEmpty ? Set(Event.Kind.allCases) : Set(kind.flatMap(\.kinds))
        let tuner = try Tuner()
        var stream = try EventStream(tuner, kinds: kinds, of: target.targets())
        var lines = EventLines(output.output, EventNames(tuner))
        let end = duration.map { KernelClock.monotonic() + UInt64($0.seconds * 1e9) } ?? .max
        func isOver() -> Bool { interruption.hasCome || KernelClock.monotonic() >= end }
        var left = count ?? .max
        var lost: UInt64 = 0

        var text = lines.header
        repeat {
            var hasAll = false
            while left > 0, text.utf8.count < Self.chunk {
                let wait = text.isEmpty ? Self.patience : 0
                guard let event = try stream.next(within: wait) else {
                    hasAll = true
                    break
                }
                text += lines.line(event)
                left -= 1
            }
            let lostNow = try stream.lost()
            if lostNow > lost {
                text += lines.lost(lostNow - lost)
                lost = lostNow
            }
            guard Console.write(text, until: isOver) else { return }
            // To be woken for each event costs its connection more than the event does.
            if hasAll && !text.isEmpty { Sleep.seconds(Self.rest) }
            text = ""
            lines.setClock()
        } while left > 0 && !isOver() && Console.hasReader
    }
}

/// A kind of event, or all those about header options.
struct EventKinds: ExpressibleByArgument {
    let kinds: [Event.Kind]

    /// For all kinds about header options.
    private static let header = "header"

    static var names: String {
        (Event.Kind.allCases.map(\.rawValue) + ["\(header) (all of header-...)"])
            .joined(separator: ", ")
    }

    init?(argument: String) {
        if argument == Self.header {
            kinds = Event.Kind.allCases.filter(\.isAboutHeaders)
        } else if let kind = Event.Kind(rawValue: argument) {
            kinds = [kind]
        } else {
            return nil
        }
    }
}
