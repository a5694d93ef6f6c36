import HTTPServer
import Host
import Metrics

extension Agent {
    /// Writes the file of metrics, if there is to be one.
    func export() throws {
        guard let export = policy.configuration.export else { return }
        let now = KernelClock.monotonic()
        nextExport = now + UInt64(export.interval / .nanoseconds(1))
        try AtomicFile.write(text(export.format), to: export.file)
    }

    func exportOrTell() {
        do {
            try export()
            exportFailure = nil
        } catch {
            metrics.exportErrors += 1
            let words = "\(error)"
            if words != exportFailure { log(.error, "metrics aren't written", ["why": words]) }
            exportFailure = words
        }
    }

    func respond(to request: HTTPRequest) -> HTTPResponse {
        switch request.path {
        case "/metrics":
            let isOpen = request.accept?.contains("application/openmetrics-text") == true
            let format: ExpositionFormat = isOpen ? .openMetrics : .prometheus
            do {
                return HTTPResponse(contentType: format.contentType, body: try text(format))
            } catch {
                return HTTPResponse(status: 503, body: Array("\(error)\n".utf8))
            }
        case "/healthz":
            return HTTPResponse(body: Array("ok\n".utf8))
        case "/readyz":
            guard let failure else { return HTTPResponse(body: Array("ok\n".utf8)) }
            return HTTPResponse(status: 503, body: Array("\(failure)\n".utf8))
        default:
            return .notFound
        }
    }

    private func text(_ format: ExpositionFormat) throws -> [UInt8] {
        try exporter.text(of: reconciler.attachments, format, with: metrics.families())
    }
}
