#if canImport(Testing)
    import Glibc
    import Testing

    /// The door of the suites that need root and a real kernel.
    package enum KernelTest {
        /// Goes on only as root and with these tools in PATH. Otherwise the test is cancelled, or fails
        /// where `TCPTUNE_REQUIRE_KERNEL=1` says that it has to run.
        package static func require(
            _ tools: String..., sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            var missing = geteuid() == 0 ? [] : ["root"]
            missing += tools.filter { !isInPath($0) }
            guard !missing.isEmpty else {
                StaleFixtures.sweepOnce()
                return
            }
            let reason = "needs " + missing.joined(separator: ", ")
            if getenv("TCPTUNE_REQUIRE_KERNEL").map({ String(cString: $0) }) == "1" {
                throw TestSupportError("TCPTUNE_REQUIRE_KERNEL=1, and this " + reason)
            }
            try Test.cancel(Comment(rawValue: reason), sourceLocation: sourceLocation)
        }

        /// Goes on only where the kernel has a feature that tcptune can do without; otherwise the test,
        /// or this case of it, is cancelled.
        package static func require(
            _ feature: String, isPresent: Bool, sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            guard !isPresent else { return }
            try Test.cancel("the kernel has no \(feature)", sourceLocation: sourceLocation)
        }

        private static func isInPath(_ tool: String) -> Bool {
            let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
            return path.split(separator: ":").contains { access("\($0)/\(tool)", X_OK) == 0 }
        }
    }
#endif
