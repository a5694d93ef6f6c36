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
    /// kernel's own.
    ///
    /// The state is copied while the controller may be at work: two fields can be of different ACKs.
    public func forEachConnectionAndState(
        of attachments: [Attachment], _ body: (Connection, ControllerState?, Attachment) -> Void
    ) throws(TunerError) {
        try forEachConnectionInDetail(of: attachments) {
            body($0.connection, $0.controllerState, $0.attachment)
        }
    }

    /// The same, with what plug-ins' header options said, too.
    public func forEachConnectionInDetail(
        of attachments: [Attachment], _ body: (ConnectionDetail) -> Void
    ) throws(TunerError) {
        let wanted = byID(attachments)
        var descriptions: [UInt32: StateDescription?] = [0: nil]
        try forEach(tt_connection_state_record.self, withState: true) {
            (record) throws(BPFError) in
            guard let attachment = wanted[record.connection.attachment] else { return }
            let program = record.state.program
            if descriptions[program] == nil {
                descriptions[program] = .some(try describe(program))
            }
            let state = (descriptions[program] ?? nil).map { description in
                withUnsafeBytes(of: record.state.bytes) { description.decode($0) }
            }
            body(
                ConnectionDetail(
                    connection: Connection(record.connection), attachment: attachment,
                    controllerState: state,
                    optionValues: HeaderOptionValue.all(record, of: attachment.optionPlugins)))
        }
    }

    /// nil: it shows nothing, or is gone with the connection.
    private func describe(_ program: UInt32) throws(BPFError) -> StateDescription? {
        do throws(BPFError) {
            return try StateDescription(program: Program(id: program))
        } catch  where error.code == .notFound {
            return nil
        }
    }

    private func byID(_ attachments: [Attachment]) -> [UInt64: Attachment] {
        Dictionary(attachments.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func forEach<Record: BitwiseCopyable>(
        _: Record.Type, withState: Bool, _ body: (borrowing Record) throws(BPFError) -> Void
    ) throws(TunerError) {
        guard let maps = try tuner.sharedMaps() else { return }
        do throws(BPFError) {
            let iterator = try iterator(
                "list_connections", maps, knobs: ["with_cc_state": .bool(withState)])
            try iterator.forEachRecord(of: Record.self, body)
        } catch {
            throw TunerError(error)
        }
    }
}
