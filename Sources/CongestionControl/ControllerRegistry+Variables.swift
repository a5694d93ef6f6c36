import BPF

// What a registered controller's own program says, as it is in the kernel: a file that it came from
// may be another by now.
extension ControllerRegistry {
    /// What a registered controller shows of its connections' state; nil: nothing.
    package func state(_ name: String) throws(BPFError) -> StateDescription? {
        guard let variables = try variables(name) else { return nil }
        return try StateDescription(registeredWith: variables)
    }

    /// How often the framework had to put right what a registered controller's callbacks left
    /// behind; nil: it doesn't count that.
    package func clamps(_ name: String) throws(BPFError) -> UInt64? {
        try variables(name)?.bytes(ofVariable: "tcptune_clamps").map { bytes in
            bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
    }
}
