import CShim
import Glibc
import SystemPackage

/// What an event loop waits for on a descriptor.
package struct PollInterest: Sendable, Hashable {
    package let descriptor: FileDescriptor
    /// Room to write, instead of something to read.
    package let isWriting: Bool

    package static func reading(_ descriptor: FileDescriptor) -> PollInterest {
        PollInterest(descriptor: descriptor, isWriting: false)
    }

    package static func writing(_ descriptor: FileDescriptor) -> PollInterest {
        PollInterest(descriptor: descriptor, isWriting: true)
    }
}

/// Waits for several descriptors at once.
package enum Poll {
    /// The descriptors that are ready, also those whose other end is gone; none: the deadline came.
    ///
    /// - Parameter deadline: ns of ``KernelClock/monotonic()``; nil: none.
    package static func wait(
        _ interests: [PollInterest], until deadline: UInt64?
    ) throws(HostError) -> Set<FileDescriptor> {
        var descriptors = interests.map {
            pollfd(
                fd: $0.descriptor.rawValue, events: Int16($0.isWriting ? POLLOUT : POLLIN),
                revents: 0)
        }
        while true {
            let now = KernelClock.monotonic()
            let limit = deadline.map { $0 > now ? Int64(clamping: $0 - now) : 0 } ?? -1
            let count = cshim_poll(&descriptors, descriptors.count, limit)
            if count == -EINTR { continue }
            _ = try check(count, "cannot wait for events", on: "\(interests.count) descriptors")
            return Set(
                descriptors.filter { $0.revents != 0 }.map { FileDescriptor(rawValue: $0.fd) })
        }
    }
}
