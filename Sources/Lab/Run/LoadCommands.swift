/// Shell commands that make a benchmark's traffic in place of its workload, which only says for how
/// long.
///
/// In the texts, `{server}` is the left host's IPv4 address, or a real path's other end, and
/// `{port}` a port, another one for each arm.
package struct LoadCommands: Sendable {
    /// Run on the right host.
    package var client: String
    /// Run on the left host, before; the client waits until it listens.
    package var server: String?

    package init(client: String, server: String? = nil) {
        self.client = client
        self.server = server
    }
}

extension LoadCommands: CustomStringConvertible {
    package var description: String {
        "'\(client)'" + (server.map { " from '\($0)'" } ?? "")
    }
}
