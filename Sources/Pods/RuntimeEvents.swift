import GRPC
import Host
import SystemPackage

/// The events of one container runtime (CRI's `GetContainerEvents`), as far as it has them for
/// everybody: a client of its own, which connects again when the runtime was restarted.
final class RuntimeEvents {
    enum State: Equatable {
        /// Asked for its version, or for its events and not refused yet.
        case asking
        case listening
        /// It runs without such events.
        case lacking
        case failed(GRPCError)
    }

    /// For an answer to the first question.
    private static let timeout: UInt64 = 3_000_000_000
    /// A runtime that doesn't have the call says so sooner.
    private static let refusal: UInt64 = 200_000_000
    private static let delays: ClosedRange<UInt64> = 100_000_000...5_000_000_000
    /// It may be another one by then.
    private static let patience: UInt64 = 60_000_000_000

    let endpoint: FilePath
    private var stream: GRPCStream?
    private var delay = delays.lowerBound
    private(set) var state: State
    /// Name and version, once they are known.
    private(set) var runtime = ""
    /// When to handle it without anything to read, in ns of ``KernelClock/monotonic()``.
    private(set) var deadline: UInt64?

    init(of endpoint: FilePath, now: UInt64) {
        self.endpoint = endpoint
        state = .asking
        connect(now)
    }

    var isPromising: Bool { if case .failed = state { false } else { true } }

    var descriptor: FileDescriptor? { stream?.descriptor }

    /// Whether pods may have changed.
    func handle(isReady: Bool, now: UInt64) -> Bool {
        if isReady {
            do throws(GRPCError) {
                return try read(now)
            } catch {
                return fail(error, now)
            }
        }
        guard let deadline, deadline <= now else { return false }
        guard stream != nil else {
            connect(now)
            return false
        }
        if runtime.isEmpty {
            return fail(
                GRPCError(.timedOut, on: endpoint.string, because: "no answer in time"), now)
        }
        state = .listening
        self.deadline = nil
        delay = Self.delays.lowerBound
        // What has happened before isn't told.
        return true
    }

    private func connect(_ now: UInt64) {
        runtime = ""
        do throws(GRPCError) {
            stream = try GRPCStream(to: endpoint, CRI.service + "/Version")
            deadline = now + Self.timeout
        } catch {
            _ = fail(error, now)
        }
    }

    private func read(_ now: UInt64) throws(GRPCError) -> Bool {
        let messages = try stream?.messages() ?? []
        let isOver = stream?.isOver ?? true
        if runtime.isEmpty {
            guard let answer = messages.first else { return false }
            guard let version = try? CRI.Version(answer) else {
                throw GRPCError(
                    .malformed, on: endpoint.string, because: "its version isn't understood")
            }
            runtime = version.description
            if version.sharesEvents {
                state = .asking
                stream = try GRPCStream(to: endpoint, CRI.service + "/GetContainerEvents")
                deadline = now + Self.refusal
            } else {
                lack(now)
            }
            // It answers: it can be asked for pods.
            return true
        }
        // CRI-O ends it at once where pod events are switched off.
        if isOver { lack(now) }
        return !messages.isEmpty || isOver
    }

    private func lack(_ now: UInt64) {
        stream = nil
        state = .lacking
        delay = Self.delays.lowerBound
        deadline = now + Self.patience
    }

    /// Whether events may have been missed.
    private func fail(_ error: GRPCError, _ now: UInt64) -> Bool {
        let wasListening = state == .listening
        if error.code == .unimplemented && !runtime.isEmpty {
            lack(now)
        } else {
            stream = nil
            state = .failed(error)
            deadline = now + delay
            delay = min(2 * delay, Self.delays.upperBound)
        }
        return wasListening
    }
}

extension CRI.Version {
    var description: String { [runtime, version].filter { !$0.isEmpty }.joined(separator: " ") }

    /// Whether each client gets all events. Before containerd 2.0 and CRI-O 1.28 each event went to one
    /// of them, and would be missed by the kubelet.
    var sharesEvents: Bool {
        let numbers = version.drop { !$0.isNumber }.split(separator: ".").prefix(2).map {
            Int($0.prefix { $0.isASCII && $0.isNumber }) ?? 0
        }
        guard numbers.count == 2 else { return false }
        return switch runtime {
        case "containerd": numbers[0] >= 2
        case "cri-o": numbers[0] > 1 || numbers[0] == 1 && numbers[1] >= 28
        default: false
        }
    }
}
