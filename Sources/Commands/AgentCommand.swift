import Agent
import ArgumentParser
import Glibc
import Host
import Profiles

struct AgentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Keep the pods of this node tuned as a file of policies says.",
        discussion: """
            Pods get their profile when they start, by namespace and labels or by the annotation \
            tcptune.dev/profile. Whatever has been applied stays when the agent ends, and the next \
            one goes on with it. A changed configuration or profile is read at once, and on SIGHUP; \
            one that isn't valid is refused as a whole. docs/agent.md has the configuration.
            """)

    enum Exit: String, ExpressibleByArgument, CaseIterable {
        case keep, detach
    }

    @Option(name: .long, help: ArgumentHelp("The configuration.", valueName: "file"))
    var config = "/etc/tcptune/agent.yaml"

    @Option(
        name: .long, help: "What becomes of pods' profiles when it is told to end: keep or detach.")
    var onExit: Exit = .keep

    @Flag(name: .long, help: "Do it once, and end; with 1 if a pod isn't as it is to be.")
    var once = false

    @Flag(name: .long, help: "Check the configuration and the profiles that it names, and end.")
    var check = false

    @Option(name: .long, help: "How to log: text or json.")
    var logFormat: AgentLog.Form = .text

    @Option(name: .long, help: "The least that is logged: debug, info, warning or error.")
    var logLevel: AgentLog.Level = .info

    @OptionGroup var plugins: PluginOptions
    @OptionGroup var optionPlugins: OptionDirectories

    func validate() throws {
        if once && check { throw ValidationError("Give --once or --check, not both.") }
    }

    func run() throws {
        if check {
            let policy = try AgentPolicy(path: config, nil)
            Console.write(
                "\(config): valid (\(policy.configuration.policies.count) policies, "
                    + "\(policy.configuration.profiles.count) profiles)\n")
            return
        }
        let log = AgentLog(logFormat, least: logLevel, clock: KernelClock.realtime) {
            Console.error($0)
        }
        let settings = Agent.Settings(
            file: config, detachesOnExit: onExit == .detach, version: Version.text)
        let agent = try Agent(
            settings, try plugins.tuner(optionPlugins), log: log,
            service: ServiceManager(environment: Self.environment))
        if once {
            guard try agent.runOnce() else { throw ExitCode(Failure.Code.failed) }
        } else {
            try agent.run()
        }
    }

    /// What a service manager says.
    private static var environment: [String: String] {
        var values: [String: String] = [:]
        for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] {
            values[name] = getenv(name).map { String(cString: $0) }
        }
        return values
    }
}

extension AgentLog.Form: ExpressibleByArgument {}

extension AgentLog.Level: ExpressibleByArgument {
    public init?(argument: String) {
        guard let level = AgentLog.Level.allCases.first(where: { $0.name == argument }) else {
            return nil
        }
        self = level
    }
}
