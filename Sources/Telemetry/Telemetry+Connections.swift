import BPF
import CTcptuneABI
import CongestionControl
import Tuner

extension Telemetry {
    /// Visits every open connection of some attachments, in all network namespaces.
    ///
    /// One at a time, so that their number costs no memory. A connection that is opened or closed
    /// meanwhile may be missed.
    public func forEachConnection(
        of attachments: [Attachment], _ body: (Connection, Attachment) -> Void
    ) throws(TunerError) {
        let wanted = byID(attachments)
        try forEach(tt_connection_record.self, withState: false) { record in
            guard let attachment = wanted[record.attachment] else { return }
            body(Connection(record), attachment)
        }
    }

    /// The same, with what its congestion controller shows of its state; nil: nothing, as the
    /// kernel's own and those that others registered.
    package func forEachConnectionAndState(
        of attachments: [Attachment], _ body: (Connection, ControllerState?, Attachment) -> Void
    ) throws(TunerError) {
        let wanted = byID(attachments)
        let states = try tuner.controllerStates()
        try forEach(tt_connection_state_record.self, withState: true) { record in
            guard let attachment = wanted[record.connection.attachment] else { return }
            let connection = Connection(record.connection)
            let state = states[connection.congestionControl].map { description in
                withUnsafeBytes(of: record.cc_state) { description.decode($0) }
            }
            body(connection, state, attachment)
        }
    }

    private func byID(_ attachments: [Attachment]) -> [UInt64: Attachment] {
        Dictionary(attachments.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func forEach<Record: BitwiseCopyable>(
        _: Record.Type, withState: Bool, _ body: (borrowing Record) -> Void
    ) throws(TunerError) {
        guard let maps = try tuner.sharedMaps() else { return }
        do throws(BPFError) {
            let iterator = try iterator(
                "list_connections", maps, knobs: ["with_cc_state": .bool(withState)])
            try iterator.forEachRecord(of: Record.self) { body($0) }
        } catch {
            throw TunerError(error)
        }
    }
}
