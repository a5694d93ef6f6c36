import Foundation
import Host
import TestSupport
import Testing

extension KernelSuites {
    /// What the command writes, as Prometheus' own tools read it.
    @Suite struct ExportTests {
        @Test func theNodeExporterServesIt() throws {
            try KernelTest.require("promtool", "prometheus-node-exporter")
            let binary = try #require(KillTests.binary)
            let cgroup = try TemporaryCgroup()
            let target = ["--cgroup", cgroup.path.string]
            let directory = FileManager.default.temporaryDirectory
                .appendingPathComponent("tcptune-export-\(getpid())")
            try FileManager.default.createDirectory(
                at: directory, withIntermediateDirectories: false)
            defer { try? FileManager.default.removeItem(at: directory) }

            _ = try Command.check([binary, "apply", "observe"] + target)
            defer { _ = try? Command.run([binary, "detach"] + target) }
            let (client, server) = try TCPConnection.pair(
                client: Placement(cgroup: cgroup.path))
            try transfer(100_000, from: client, to: server)
            let file = directory.appendingPathComponent("tcptune.prom")
            _ = try Command.check([binary, "export", "--file", file.path] + target)
            let text = try Data(contentsOf: file)
            _ = try Command.check(["promtool", "check", "metrics"], input: [UInt8](text))

            let port = 19_180
            let exporter = try ChildProcess([
                "prometheus-node-exporter", "--collector.disable-defaults",
                "--collector.textfile", "--collector.textfile.directory=\(directory.path)",
                "--web.listen-address=127.0.0.1:\(port)",
            ])
            var page = ""
            let served = eventually {
                page = (try? Self.get("/metrics", port: UInt16(port))) ?? ""
                return page.contains("node_textfile_scrape_error 0")
            }
            #expect(served)
            let name = cgroup.cgroup.name
            #expect(
                page.contains(
                    "tcptune_acked_bytes_total{cc=\"\",cgroup=\"/\(name)\",profile=\"observe\"} 100001"
                ))
            try exporter.signal(SIGTERM)
        }

        private static func get(_ path: String, port: UInt16) throws -> String {
            let connection = try TCPConnection.connect(to: "127.0.0.1", port: port)
            try connection.send([UInt8]("GET \(path) HTTP/1.0\r\n\r\n".utf8))
            var bytes: [UInt8] = []
            while case let chunk = try connection.receive(), !chunk.isEmpty { bytes += chunk }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
