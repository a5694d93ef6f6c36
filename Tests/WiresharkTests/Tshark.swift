import Foundation
import TestSupport
import Testing

/// tshark with the dissector.
struct Tshark {
    /// Where the dissector is.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "deploy/wireshark")

    /// Without tshark the test is cancelled, or fails where `TCPTUNE_REQUIRE_KERNEL=1` says that
    /// every test has to run.
    init() throws {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let isThere = path.split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/tshark")
        }
        guard !isThere else { return }
        let reason = "needs tshark: apt-get install --no-install-recommends tshark"
        if ProcessInfo.processInfo.environment["TCPTUNE_REQUIRE_KERNEL"] == "1" {
            throw TestSupportError(reason)
        }
        try Test.cancel(Comment(rawValue: reason))
    }

    /// Everything that it prints of a capture.
    func run(_ capture: Capture, _ arguments: [String]) throws -> String {
        let directory = try TemporaryDirectory()
        let file = directory.path.appending("capture.pcap").string
        try capture.file.write(to: URL(filePath: file))
        let output = try Command.run(
            ["tshark", "-n", "-X", "lua_script:\(Self.folder.path)/tcptune.lua", "-r", file]
                + arguments,
            timeout: .seconds(120))
        let complaints = output.standardError.split(separator: "\n").filter {
            !$0.hasPrefix("Running as user")
        }
        #expect(output.succeeded, "\(output.standardError)")
        #expect(complaints.isEmpty, "\(output.standardError)")
        return output.standardOutput
    }

    /// Some fields, a row per packet; more than one of a field in a packet are joined by commas.
    func fields(_ capture: Capture, _ names: [String]) throws -> [[String]] {
        let columns = names.flatMap { ["-e", $0] }
        let text = try run(capture, ["-T", "fields"] + columns)
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }
}
