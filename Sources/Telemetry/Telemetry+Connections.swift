import BPF
import CTcptuneABI
import Tuner

extension Telemetry {
    /// Visits every open connection of some attachments, in all network namespaces.
    ///
    /// One at a time, so that their number costs no memory. A connection that is opened or closed
    /// meanwhile may be missed.
    public func forEachConnection(
        of attachments: [Attachment], _ body: (Connection, Attachment) -> Void
    ) throws(TunerError) {
        let wanted = Dictionary(
            attachments.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        guard let maps = try tuner.sharedMaps() else { return }
        do throws(BPFError) {
            let iterator = try iterator("list_connections", maps)
            try iterator.forEachRecord(of: tt_connection_record.self) { record in
                guard let attachment = wanted[record.attachment] else { return }
                body(Connection(record), attachment)
            }
        } catch {
            throw TunerError(error)
        }
    }
}
