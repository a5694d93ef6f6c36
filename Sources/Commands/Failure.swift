import Agent
import CongestionControl
import Emulator
import HeaderOptions
import Host
import Lab
import LinkModel
import Metrics
import Pods
import Profiles
import Tuner
import Workloads
import Workshop

/// What went wrong, as the user sees it: words on stderr and the exit code.
struct Failure: Error {
    /// The exit codes of the design; 64 is the argument parser's.
    enum Code {
        static let failed: Int32 = 1
        /// A comparison found what it was told to fail on.
        static let regression: Int32 = 2
        static let invalidInput: Int32 = 65
        static let unsupported: Int32 = 69
        static let permission: Int32 = 77
        /// As a shell says it of a process that Ctrl-C ended.
        static let interrupted: Int32 = 130
    }

    let exitCode: Int32
    let message: String
    /// A verifier's log.
    let log: String?

    init(_ message: String, exitCode: Int32 = Code.failed, log: String? = nil) {
        self.message = message
        self.exitCode = exitCode
        self.log = log
    }

    /// Nil for errors of the argument parser, which reports its own.
    init?(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as TunerError: self.init(error)
        case let error as ProfileError:
            self.init(error.description, exitCode: Code.invalidInput)
        case let error as OptionError: self.init(TunerError(error))
        case let error as CongestionControlError:
            self.init(error)
        case let error as HostError:
            self.init(
                error.description,
                exitCode: error.code == .permission ? Code.permission : Code.failed)
        case let error as PodError: self.init(error.description)
        case let error as AgentError:
            self.init(error.description, exitCode: Code.invalidInput)
        case let error as MetricError: self.init(error.description)
        case let error as BenchError: self.init(error)
        case let error as LinkSpecError:
            // On a line of its own, or the caret would be under another place.
            self.init("the link isn't understood:\n\(error)", exitCode: Code.invalidInput)
        case let error as WorkloadSyntaxError:
            self.init(error.description, exitCode: Code.invalidInput)
        case let error as WorkloadError:
            self.init(
                error.description,
                exitCode: error.code == .badAddress ? Code.invalidInput : Code.failed)
        case let error as EmulatorError: self.init(BenchError(error))
        case let error as WorkshopError: self.init(error)
        default: return nil
        }
    }

    private init(_ error: TunerError) {
        let code =
            switch error.code {
            case .invalidProfile: Code.invalidInput
            case .unsupported, .incompatiblePins: Code.unsupported
            case .permission: Code.permission
            default: Code.failed
            }
        self.init(error.description, exitCode: code, log: error.log)
    }

    private init(_ error: BenchError) {
        let code =
            switch error.code {
            case .invalid: Code.invalidInput
            case .unsupported: Code.unsupported
            case .permission: Code.permission
            case .interrupted: Code.interrupted
            default: Code.failed
            }
        self.init(error.description, exitCode: code)
    }

    private init(_ error: WorkshopError) {
        let code =
            switch error.code {
            case .invalid, .source: Code.invalidInput
            case .noCompiler: Code.unsupported
            case .permission: Code.permission
            case .interrupted: Code.interrupted
            default: Code.failed
            }
        self.init(error.description, exitCode: code)
    }

    private init(_ error: CongestionControlError) {
        let code =
            switch error.code {
            case .unknown, .invalidParameter, .invalidPlugin, .nameTaken: Code.invalidInput
            case .unsupported: Code.unsupported
            case .permission: Code.permission
            default: Code.failed
            }
        self.init(error.description, exitCode: code, log: error.log)
    }

    func report(verbose: Bool) {
        Console.error("tcptune: \(message)")
        guard let log else { return }
        Console.error(verbose ? log : "(--verbose shows the kernel's whole log)")
    }
}
