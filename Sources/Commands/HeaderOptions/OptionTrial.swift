import Glibc
import HeaderOptions
import Host
import Profiles
import SystemPackage
import Telemetry
import Tuner

/// A plug-in's header option on a connection over the loopback interface: both ends in a cgroup of
/// its own, under a profile whose pins are apart from those in use.
struct OptionTrial {
    private let plugin: OptionPlugin
    private let what: String

    private static let prefix = "tcptune-check-"
    /// Seconds within which the connection has to be through; it takes 0.2.
    private static let limit = 10.0

    init(_ plugin: OptionPlugin) {
        self.plugin = plugin
        what = "header option '\(plugin.name)'"
    }

    /// What came of it, in words. However it ends, nothing stays; what a SIGKILL leaves, the next
    /// trial removes.
    func run() throws -> String {
        let interruption = Interruption()
        let hierarchy = try CgroupHierarchy.discover()
        for child in try hierarchy.root.children() where child.name.hasPrefix(Self.prefix) {
            // One without a lock is of a check that was killed.
            guard let lock = try? FileLock(child.path, .exclusive, wait: .never) else { continue }
            Self.remove(child.path)
            _ = consume lock
        }
        let path = hierarchy.mountPoint.appending("\(Self.prefix)\(getpid())")
        guard path.withPlatformString({ mkdir($0, 0o755) }) == 0 else {
            throw HostError(Errno(rawValue: errno), "cannot make the cgroup", on: path.string)
        }
        let lock = try FileLock(path, .exclusive)
        let result = Result {
            try connect(in: try hierarchy.cgroup(at: path.string), interruption)
        }
        Self.remove(path)
        _ = consume lock
        withExtendedLifetime(interruption) {}
        return try result.get()
    }

    private func connect(in cgroup: Cgroup, _ interruption: Interruption) throws -> String {
        let tuner = try Self.tuner(
            of: cgroup.path, plugins: plugin.directory.removingLastComponent())
        let segments = self.segments
        try tuner.apply(
            Profile(
                name: "check",
                headerOptions: [
                    HeaderOption(
                        .plugin(name: plugin.name, on: segments, every: .roundTrip))
                ]), to: [.cgroup(cgroup.path.string)])
        let process = try PlacedProcess(
            ["/proc/self/exe", "option", HeaderOptionExchange.name], cgroup: cgroup)
        var waited = 0.0
        while try process.readLine(within: 0.1) == nil {
            waited += 0.1
            if interruption.hasCome {
                throw Failure("\(what): interrupted", exitCode: Failure.Code.interrupted)
            }
            let hasExited = try process.hasExited(within: 0)
            guard waited < Self.limit && !hasExited else {
                throw Failure(
                    "\(what): a connection with it didn't get through"
                        + (hasExited ? "" : " within \(Int(Self.limit)) s"),
                    exitCode: Failure.Code.invalidInput)
            }
        }
        var came: [HeaderOptionValue] = []
        try Telemetry(tuner).forEachConnectionInDetail(of: tuner.attachments()) { connection in
            came += connection.optionValues
        }
        process.closeInput()
        _ = try process.finish()
        guard let value = came.first else {
            throw Failure(
                "\(what): no value came over a connection of "
                    + "\(HeaderOptionExchange.rounds) round trips with it on "
                    + "\(Self.words(segments)); 'write' had nothing to say, or 'parse' kept "
                    + "nothing: both return how many bytes",
                exitCode: Failure.Code.invalidInput)
        }
        return "came on \(came.count) of 2 ends, with \(Self.words(segments))"
            + (value.fields.isEmpty ? "" : ": \(value.words)")
    }

    /// All that it has room on.
    private var segments: Set<HeaderOption.Segment> {
        let option = HeaderOption(
            .raw(
                id: .exid(plugin.manifest.exid),
                value: [UInt8](repeating: 0, count: plugin.manifest.length), on: [.syn, .data],
                every: .roundTrip))
        let isTooLong = HeaderOptionRoom(of: [option], on: .syn).firstTooMany != nil
        return isTooLong ? [.data] : [.syn, .synack, .data]
    }

    private static func words(_ segments: Set<HeaderOption.Segment>) -> String {
        HeaderOption.Segment.allCases.filter(segments.contains).map(\.rawValue)
            .joined(separator: ", ")
    }

    private static func tuner(of cgroup: FilePath, plugins: FilePath? = nil) throws -> Tuner {
        let name = cgroup.lastComponent?.string ?? ""
        let state = try BPFFilesystem.find()?.mountPoint.appending(name)
        return try Tuner(
            stateDirectory: state?.string, optionDirectories: plugins.map { [$0.string] })
    }

    private static func remove(_ cgroup: FilePath) {
        _ = try? tuner(of: cgroup).detachAll()
        // A process that was killed takes a moment to leave.
        for _ in 0..<200 {
            if cgroup.withPlatformString({ rmdir($0) }) == 0 || errno != EBUSY { return }
            usleep(5000)
        }
    }
}
