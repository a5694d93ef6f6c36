import BPF

extension StructOps {
    /// How often what a callback left behind or returned had to be put right, so that it didn't stall
    /// a connection; nil: the controller isn't built with tcptune's headers, which do that.
    package func clamps() throws(BPFError) -> UInt64? {
        try global("tcptune_clamps")
    }
}

extension ControllerRegistry {
    /// The same of a registered controller, its versions that sockets still run included.
    package func clamps(of name: String) throws(BPFError) -> UInt64 {
        var clamps: UInt64 = 0
        try forEachVersion(of: name) { (_, version) throws(BPFError) in
            clamps += try version.clamps() ?? 0
        }
        return clamps
    }
}
