import SystemPackage

extension NetworkNamespace {
    /// TCP's LISTEN, as /proc shows it.
    private static let listening = "0A"

    /// How many TCP sockets listen in it (CAP_SYS_ADMIN).
    package func listeners() throws(HostError) -> Int {
        try perform { () throws(HostError) in
            var count = 0
            for table in ["tcp", "tcp6"] {
                count += try Self.listeners(FilePath("/proc/thread-self/net").appending(table))
            }
            return count
        }.get()
    }

    private static func listeners(_ table: FilePath) throws(HostError) -> Int {
        let text: String
        do throws(HostError) {
            text = try Files.read(table, what: "cannot list the sockets")
        } catch  where error.errno == .noSuchFileOrDirectory {
            return 0  // A kernel without IPv6.
        }
        // sl local_address rem_address st ...
        return text.split(separator: "\n").dropFirst().count { line in
            line.split(separator: " ").dropFirst(3).first == Substring(listening)
        }
    }
}
