extension HeaderOption {
    /// How an identity option names a workload or a profile: the low half of 64-bit FNV-1a of the
    /// name. 0 stands for "not told", all ones for "the rest", so no name has these.
    package static func identity(of name: String) -> UInt32 {
        let hash = UInt32(truncatingIfNeeded: FNV1a.hash(name.utf8))
        return hash == 0 || hash == .max ? 1 : hash
    }
}
