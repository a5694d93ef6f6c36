import BPF
import CongestionControl
import Host
import Profiles

/// Why a change, or a look at what is applied, failed: what, on what, why, and what to do.
public struct TunerError: Error, CustomStringConvertible {
    /// What kind of failure it is; more may come.
    public struct Code: Hashable, Sendable {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// The profile, or a controller that it names, can't be carried out as it stands.
        public static let invalidProfile = Code("invalidProfile")
        /// There is no such cgroup, pod, unit or process.
        public static let invalidTarget = Code("invalidTarget")
        /// The kernel doesn't have what is needed.
        public static let unsupported = Code("unsupported")
        /// A privilege is missing.
        public static let permission = Code("permission")
        /// Another tcptune is changing something.
        public static let busy = Code("busy")
        /// Pins of another version are there.
        public static let incompatiblePins = Code("incompatiblePins")
        /// A map is full.
        public static let full = Code("full")
        /// Nothing is applied to the target.
        public static let notApplied = Code("notApplied")
        /// No controller of this name is loaded.
        public static let notLoaded = Code("notLoaded")
        /// Connections or profiles use the controller.
        public static let inUse = Code("inUse")
        /// The kernel failed otherwise.
        public static let failed = Code("failed")
    }

    public let code: Code
    public let message: String
    /// What the user can do; nil where nothing sensible can be said.
    public let advice: String?
    /// The verifier's log, where it refused a program.
    public let log: String?

    public init(_ code: Code, _ message: String, advice: String? = nil, log: String? = nil) {
        self.code = code
        self.message = message
        self.advice = advice
        self.log = log
    }

    public var description: String { message + (advice.map { "; \($0)" } ?? "") }
}

extension TunerError {
    package init(_ error: BPFError) {
        let code: Code =
            switch error.code {
            case .permission: .permission
            case .notSupported, .verifier: .unsupported
            case .noSpace where error.errno == .noSpace: .full
            default: .failed
            }
        self.init(
            code, "\(error)",
            advice: error.errno == .noSpace
                ? "at most 4096 cgroups can have a profile at a time: detach some, "
                    + "'tcptune status' lists them"
                : nil, log: error.log)
    }

    init(_ error: HostError) {
        let code: Code =
            switch error.code {
            case .noSuchCgroup, .notDirectory, .notCgroup2, .cgroup1, .ambiguousUnit, .noSuchUnit,
                .cgroupGone, .noSuchProcess, .zombie, .outsideNamespace:
                .invalidTarget
            case .noCgroup2Mount, .notBPFFilesystem: .unsupported
            case .permission: .permission
            case .lockBusy: .busy
            default: .failed
            }
        self.init(code, "\(error)")
    }

    init(_ error: CongestionControlError) {
        let code: Code =
            switch error.code {
            case .unknown, .invalidParameter, .invalidPlugin, .nameTaken: .invalidProfile
            case .inUse: .inUse
            case .unsupported: .unsupported
            case .permission: .permission
            default: .failed
            }
        self.init(code, "\(error)", log: error.log)
    }
}

/// Runs what fails in the kernel's words, and says it in the tuner's.
func kernel<R: ~Copyable>(_ body: () throws(BPFError) -> R) throws(TunerError) -> R {
    do throws(BPFError) { return try body() } catch { throw TunerError(error) }
}

func host<R: ~Copyable>(_ body: () throws(HostError) -> R) throws(TunerError) -> R {
    do throws(HostError) { return try body() } catch { throw TunerError(error) }
}

@discardableResult
func controller<R>(_ body: () throws(CongestionControlError) -> R) throws(TunerError) -> R {
    do throws(CongestionControlError) { return try body() } catch { throw TunerError(error) }
}
