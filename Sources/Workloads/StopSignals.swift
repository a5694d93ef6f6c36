import CShim
import Glibc
import Host
import SystemPackage

/// SIGTERM and SIGINT as something to wait for, for as long as the value lives, on this thread.
struct StopSignals: ~Copyable {
    private let signals: OwnedDescriptor
    private var previous = sigset_t()

    init() throws(WorkloadError) {
        var mask = sigset_t()
        sigemptyset(&mask)
        sigaddset(&mask, SIGTERM)
        sigaddset(&mask, SIGINT)
        pthread_sigmask(SIG_BLOCK, &mask, &previous)
        let number = signalfd(-1, &mask, CInt(SFD_CLOEXEC | SFD_NONBLOCK))
        guard number >= 0 else {
            let error = Errno(rawValue: errno)
            pthread_sigmask(SIG_SETMASK, &previous, nil)
            throw WorkloadError(.io, "cannot wait for signals", on: "signalfd", errno: error)
        }
        signals = OwnedDescriptor(FileDescriptor(rawValue: number))
    }

    var descriptor: FileDescriptor { signals.raw }

    deinit {
        // What came has been heeded: it must not strike when it is let through.
        var information = signalfd_siginfo()
        while read(signals.raw.rawValue, &information, MemoryLayout<signalfd_siginfo>.size) > 0 {}
        var previous = previous
        pthread_sigmask(SIG_SETMASK, &previous, nil)
    }
}
