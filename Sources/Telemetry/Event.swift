import CTcptuneABI
import SystemPackage
import Tuner

/// Something that happened to a connection of an attachment.
public struct Event: Sendable {
    /// What happened, in the kernel's order.
    public enum Kind: String, Sendable, CaseIterable {
        /// Its settings were chosen: its SYN is next, or its handshake has been accepted.
        case opened
        case established
        /// It was open before, and has got the profile now, or another one than before.
        case adopted
        /// It goes on without the profile, or with an inner cgroup's.
        case released
        case closed
        /// It ended without having been established.
        case failed
        /// The peer speaks the header options.
        case headerNegotiated = "header-negotiated"
        /// The peer doesn't, or the path strips them.
        case headerUnanswered = "header-unanswered"
        /// The SYN was sent again, without options.
        case headerFallback = "header-fallback"
        /// Options weren't offered, since the path had dropped them before.
        case headerWithheld = "header-withheld"
        /// There was no space left in the header.
        case headerSkipped = "header-skipped"
        /// No more are sent, since segments with them kept getting lost.
        case headerAbandoned = "header-abandoned"
        case headerMalformed = "header-malformed"
        case headerUnknownVersion = "header-unknown-version"

        /// Whether it is about header options.
        public var isAboutHeaders: Bool { index >= Int(TT_EVENT_HEADER_FIRST.rawValue) }

        /// `tt_event_kind`.
        var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }
        var bit: UInt32 { 1 << UInt32(index) }
    }

    /// How a connection ended, as far as the kernel lets one tell.
    public enum Ending: String, Sendable {
        /// Both ends finished it.
        case normal
        /// The peer reset it.
        case reset
        /// This end reset it: closed with data unread, without lingering, or by an administrator.
        case aborted
        /// The peer didn't answer for too long.
        case timeout
        /// The peer refused it.
        case refused
        /// There was no way to the peer.
        case unreachable
        /// The application gave up before it was established.
        case abandoned
        /// For another reason: ``Event/error``.
        case other
    }

    /// Who chose the congestion controller.
    public enum ControllerSource: String, Sendable {
        /// The rule that matched.
        case rule
        /// The profile's base.
        case base
        /// Nobody: the host's default, or what the application set.
        case host
    }

    private let record: tt_event
    public let kind: Kind
    /// Whose connection it is; nil: its attachment is gone.
    public let attachment: Attachment?
    /// Who chose the connection's controller; nil when the attachment is gone.
    public let controllerSource: ControllerSource?

    init?(_ record: tt_event, _ owner: EventOwner?) {
        guard Int(record.kind) < Kind.allCases.count else { return nil }
        self.record = record
        kind = Kind.allCases[Int(record.kind)]
        attachment = owner?.attachment
        controllerSource = owner?.source(rule: Int(record.connection.rule))
    }

    /// Nanoseconds of CLOCK_MONOTONIC.
    public var time: UInt64 { record.time_ns }
    /// As it was at that time: before the end, for one that closed or failed.
    public var connection: Connection { Connection(record.connection) }
    /// Nanoseconds since it was opened or first adopted.
    public var age: UInt64 { record.time_ns &- record.connection.opened_ns }
    public var bytesRetransmitted: UInt64 { record.bytes_retransmitted }
    /// Pure ACKs included.
    public var segmentsSent: UInt32 { record.segments_sent }
    /// Pure ACKs included.
    public var segmentsReceived: UInt32 { record.segments_received }
    public var dataSegmentsSent: UInt32 { record.data_segments_sent }

    /// Options of the profile that the kernel refused to set just now.
    public var optionFailures: [OptionFailure] {
        KernelOption.all.compactMap { option in
            let index = Int(option.option.rawValue)
            guard record.refused >> UInt32(index) & 1 == 1 else { return nil }
            let errno = withUnsafeBytes(of: record.refused_errno) { Int32($0[index]) }
            return OptionFailure(
                option: option.name, count: 1, reason: "\(Errno(rawValue: errno))")
        }
    }

    /// The header options that it is about, in ``HeaderOptionCounts/optionCount``'s order.
    public var headerOptions: [Int] {
        (0..<HeaderOptionCounts.optionCount).filter { record.options >> UInt32($0) & 1 == 1 }
    }

    /// The kernel's reason for the end; nil: there was none, or it hasn't ended.
    public var error: Errno? {
        ending == nil || record.error == 0 ? nil : Errno(rawValue: Int32(bitPattern: record.error))
    }

    /// nil: it hasn't ended.
    public var ending: Ending? {
        guard kind == .closed || kind == .failed else { return nil }
        switch Errno(rawValue: Int32(bitPattern: record.error)) {
        case Errno(rawValue: 0): return endingWithoutError
        case .connectionReset, .brokenPipe: return .reset
        case .connectionAbort: return .aborted
        case .timedOut: return .timeout
        case .connectionRefused: return .refused
        case .noRouteToHost, .networkUnreachable, .hostIsDown, .networkDown: return .unreachable
        default: return .other
        }
    }

    /// By the state before: the two last ones of each side are reached by a FIN both ways.
    private var endingWithoutError: Ending {
        switch connection.state {
        case "FIN-WAIT-2", "CLOSING", "LAST-ACK", "TIME-WAIT": .normal
        case "SYN-SENT": .abandoned
        default: .aborted
        }
    }
}
