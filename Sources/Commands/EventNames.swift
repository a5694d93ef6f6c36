import Exporter
import Telemetry
import Tuner

/// Names of what events tell by number: peers, and a profile's header options.
struct EventNames {
    private let tuner: Tuner
    private(set) var peers = PeerNames()
    /// By the program that runs the profile.
    private var options: [UInt32: HeaderOptionNames] = [:]

    init(_ tuner: Tuner) {
        self.tuner = tuner
    }

    /// To be called before an event is written: reads anew what is there when it is a new profile's.
    mutating func learn(_ event: Event) {
        guard let attachment = event.attachment, options[attachment.programID] == nil
        else { return }
        let attachments = (try? tuner.attachments()) ?? []
        peers = PeerNames(attachments)
        options = Dictionary(
            attachments.map { ($0.programID, HeaderOptionNames($0)) },
            uniquingKeysWith: { first, _ in first })
        options[attachment.programID] = HeaderOptionNames(attachment)
    }

    /// The header options that an event is about.
    func options(_ event: Event) -> [String] {
        guard let attachment = event.attachment else { return [] }
        return options[attachment.programID]?.names(event.headerOptions) ?? []
    }

    /// Who the peer says it is; nil: it hasn't said.
    func peer(_ event: Event) -> String? {
        guard let identity = event.connection.peer?.identity, !identity.isUnknown
        else { return nil }
        let workload = peers.workload(identity)
        guard let profile = peers.profile(identity) else { return workload }
        return [workload, "(\(profile))"].compactMap { $0 }.joined(separator: " ")
    }
}
