import SystemPackage
import Tuner

/// An option of a profile that the kernel refused to set on some connections.
public struct OptionFailure: Sendable, Equatable {
    /// As in a profile: `sendBuffer`.
    public let option: String
    /// How often.
    public let count: UInt64
    /// The last time's, in words.
    public let reason: String
}

extension AttachmentStatistics {
    /// Nothing here is silent: what couldn't be set, by option.
    public var failures: [OptionFailure] {
        KernelOption.all.compactMap { option in
            let index = Int(option.option.rawValue)
            guard optionFailures[index] > 0 else { return nil }
            return OptionFailure(
                option: option.name, count: optionFailures[index],
                reason: "\(Errno(rawValue: Int32(bitPattern: optionErrno[index])))")
        }
    }
}
