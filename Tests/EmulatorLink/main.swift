import Emulator
import Glibc
import LinkModel

// An emulated network for programs in other languages and for tests that kill it.
//
//     emulator-link [--seed N] [--access-delay MS]... [--no-offload] LINK
//
// It prints a line of JSON that says where the hosts are, reads commands from standard input (`mark`
// at the end of the warm-up, `stop` or the end of the input), and prints the report as JSON.
// `nsenter --net=NAMESPACE` runs a program on a host.

/// Says why on standard error and leaves.
func fail(_ message: String, status: CInt) -> Never {
    let line = "emulator-link: \(message)\n"
    _ = line.withCString { write(2, $0, strlen($0)) }
    exit(status)
}

/// Standard output may be a pipe: each line goes out at once.
func say(_ line: String) {
    let line = line + "\n"
    _ = line.withCString { write(1, $0, strlen($0)) }
}

func json(_ hosts: [EmulatedHost]) -> String {
    let entries = hosts.map {
        #"{"namespace": "\#($0.namespace.path)", "ipv4": "\#($0.ipv4)", "ipv6": "\#($0.ipv6)"}"#
    }
    return "[" + entries.joined(separator: ", ") + "]"
}

func json(_ delays: DelayHistogram) -> String {
    let quantiles = [0.5, 0.95, 0.99].map { "\"p\(Int($0 * 100))\": \(delays.quantile($0) ?? 0)" }
    return "{\(quantiles.joined(separator: ", ")), \"max\": \(delays.maximum)}"
}

func json(_ direction: EmulatorReport.Direction) -> String {
    let counters = direction.counters
    let drops = counters.queueDrops + counters.aqmDrops
    return """
        {"packets": \(counters.forwardedPackets), "bytes": \(counters.forwardedBytes), \
        "drops": \(drops), "losses": \(counters.losses), "marks": \(counters.marks), \
        "queueing_ns": \(json(direction.queueingDelay)), "late_ns": \(json(direction.lateness))}
        """
}

func json(_ report: EmulatorReport) -> String {
    let disturbances = report.disturbances.map { "\"\($0)\"" }.joined(separator: ", ")
    return """
        {"duration_ns": \(report.duration), "down": \(json(report.down)), "up": \(json(report.up)), \
        "late_ns": \(json(report.lateness)), "cpu_seconds": \(report.cpuSeconds), \
        "stalls": \(report.stalls), "longest_stall_ns": \(report.longestStall), \
        "tx_dropped": \(report.txDropped), "real_time": \(report.isRealTime), \
        "disturbances": [\(disturbances)]}
        """
}

var seed: UInt64 = 1
var pairs: [EmulatedNetwork.Pair] = []
var options = EmulatorOptions()
var text: String?
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
    switch argument {
    case "--no-offload": options.usesSegmentationOffload = false
    case "--seed":
        guard let value = arguments.popFirst().flatMap({ UInt64($0) }) else {
            fail("--seed takes a number", status: 64)
        }
        seed = value
    case "--access-delay":
        guard let value = arguments.popFirst().flatMap({ Double($0) }), value >= 0, value < 1e6
        else { fail("--access-delay takes milliseconds", status: 64) }
        pairs.append(.init(accessDelay: Int64(value * 1e6)))
    default: text = argument
    }
}
guard let text else {
    fail("usage: [--seed N] [--access-delay MS]... [--no-offload] LINK", status: 64)
}
do {
    let link = try LinkSpec.parse(text) { try readAll($0) }
    let network = try EmulatedNetwork(
        pairs: pairs.isEmpty ? [.init()] : pairs, link: link, seed: seed, options: options)
    try network.start()
    say(#"{"left": \#(json(network.left)), "right": \#(json(network.right))}"#)
    while let line = readLine(), line != "stop" {
        if line == "mark" { network.mark() }
    }
    say(json(try network.stop()))
} catch let error as LinkSpecError {
    fail("\(error)", status: 65)
} catch {
    fail("\(error)", status: 1)
}

/// A trace's bytes.
func readAll(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "r") else {
        fail("cannot open \(path): \(String(cString: strerror(errno)))", status: 65)
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = getc(file), byte != EOF { bytes.append(UInt8(byte)) }
    return bytes
}
