/// TCP options that somebody else answers for: the kernel, or another type of header option.
package enum ReservedOptions {
    /// Whose a kind is, and what to do instead; `nil` for those a raw option may have.
    package static func owner(ofKind kind: UInt8) -> (owner: String, instead: String)? {
        let free = "a kind that the kernel doesn't use, or exid"
        switch kind {
        case 0: return ("the end of the options", free)
        case 1: return ("the padding", free)
        case 2: return ("the maximum segment size", free)
        case 3: return ("the window scale", free)
        case 4: return ("SACK permitted", free)
        case 5: return ("SACK", free)
        case 6, 7: return ("the echo option of old", free)
        case 8: return ("the timestamps", free)
        case 19: return ("the MD5 signature", free)
        case 28: return ("the user timeout", "type: user-timeout")
        case 29: return ("the authentication option", free)
        case 30: return ("Multipath TCP", free)
        case 34: return ("TCP Fast Open", free)
        case 172, 174: return ("Accurate ECN", free)
        case 253, 254: return ("shared by experiments", "exid: with an identifier of your own")
        default: return nil
        }
    }

    /// Whose an ExID is (RFC 6994, and IANA's registry); `nil` for those a raw option may have.
    package static func owner(ofExID exid: UInt16) -> String? {
        switch exid {
        case 0x7474: "tcptune's own"
        case 0xF989: "TCP Fast Open's (RFC 7413)"
        // The first half of 0xE2D4C3D9, which the kernel looks for.
        case 0xE2D4: "SMC-R's (RFC 7609)"
        default: nil
        }
    }
}
