import ArgumentParser
import Exporter
import Host
import Metrics
import SystemPackage
import Tuner

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the metrics to a text file, for Prometheus' node exporter.",
        discussion: """
            The file is replaced at once: a reader never sees half of it. The node exporter's \
            textfile collector reads only files that end in .prom.
            """)

    enum Form: String, ExpressibleByArgument, CaseIterable {
        case prometheus, openmetrics
    }

    @Option(name: .long, help: "The file; - is standard output.")
    var file: String

    @Option(
        name: .long,
        help: ArgumentHelp("Write again every so often: 15s, 1m, 500ms.", valueName: "time"))
    var interval: Interval?

    @Option(name: .long, help: "prometheus (text 0.0.4) or openmetrics (1.0).")
    var format: Form = .prometheus

    @OptionGroup var target: TargetOptions

    func run() throws {
        let tuner = try Tuner()
        try write(tuner)
        guard let interval else { return }
        while true {
            Sleep.seconds(interval.seconds)
            try write(tuner, announcing: false)
        }
    }

    private func write(_ tuner: Tuner, announcing: Bool = true) throws {
        let attachments = try target.attachments(tuner, announcing: announcing)
        let bytes = try Exporter(tuner, version: Version.text).text(
            of: attachments, format == .prometheus ? .prometheus : .openMetrics)
        if file == "-" {
            Console.write(String(decoding: bytes, as: UTF8.self))
        } else {
            try AtomicFile.write(bytes, to: FilePath(file))
        }
    }
}

/// A time with its unit, as profiles write it.
struct Interval: ExpressibleByArgument {
    let seconds: Double

    init?(argument: String) {
        let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]
        for (unit, scale) in units where argument.hasSuffix(unit) {
            guard let number = Double(argument.dropLast(unit.count)), number > 0,
                number * scale >= 0.1, number * scale <= 86400
            else { return nil }
            seconds = number * scale
            return
        }
        return nil
    }
}
