import CShim
import Glibc
import Host
import SystemPackage

/// What a descriptor is ready for.
struct Readiness: OptionSet {
    let rawValue: UInt32

    static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// Reset, or failed to connect; always reported.
    static let failed = Readiness(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
}

/// An epoll instance: who is ready, by a token that the caller chooses.
struct Poller: ~Copyable {
    private let epoll: OwnedDescriptor
    private let events: UnsafeMutableBufferPointer<epoll_event>

    init() throws(WorkloadError) {
        let number = epoll_create1(CInt(EPOLL_CLOEXEC))
        guard number >= 0 else {
            throw WorkloadError(
                .io, "cannot wait for sockets", on: "epoll_create1", errno: Errno(rawValue: errno))
        }
        epoll = OwnedDescriptor(FileDescriptor(rawValue: number))
        events = .allocate(capacity: 256)
    }

    deinit {
        events.deallocate()
    }

    func add(_ descriptor: FileDescriptor, _ interest: Readiness, token: UInt64) -> Errno? {
        control(EPOLL_CTL_ADD, descriptor, interest, token)
    }

    func change(_ descriptor: FileDescriptor, _ interest: Readiness, token: UInt64) {
        // An open socket that was added can be changed.
        _ = control(EPOLL_CTL_MOD, descriptor, interest, token)
    }

    private func control(
        _ operation: CInt, _ descriptor: FileDescriptor, _ interest: Readiness, _ token: UInt64
    ) -> Errno? {
        var event = epoll_event(events: interest.rawValue, data: epoll_data_t(u64: token))
        let result = epoll_ctl(epoll.raw.rawValue, operation, descriptor.rawValue, &event)
        return result == 0 ? nil : Errno(rawValue: errno)
    }

    /// Waits until something is ready, or a time of CLOCK_MONOTONIC in ns; says how many are.
    func wait(until deadline: UInt64?) throws(WorkloadError) -> Int {
        var timeout: Int64 = -1
        if let deadline {
            let now = KernelClock.monotonic()
            timeout = deadline > now ? Int64(deadline - now) : 0
        }
        let ready = cshim_epoll_wait(
            epoll.raw.rawValue, events.baseAddress, CInt(events.count), timeout)
        return ready == -EINTR ? 0 : Int(try shim(ready, "cannot wait for sockets", on: "epoll"))
    }

    /// One of those that ``wait(until:)`` found.
    func event(_ index: Int) -> (token: UInt64, readiness: Readiness) {
        (events[index].data.u64, Readiness(rawValue: events[index].events))
    }
}
