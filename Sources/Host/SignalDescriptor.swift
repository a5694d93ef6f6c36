import CShim
import Glibc
import SystemPackage

/// Signals as something to read: those of this process, while the value lives.
///
/// They are blocked for the thread that makes it, and for those that it starts.
package struct SignalDescriptor: ~Copyable {
    private let file: OwnedDescriptor
    private let previous: sigset_t

    package init(_ signals: [CInt]) throws(HostError) {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        let number = signalfd(-1, &set, CInt(SFD_NONBLOCK | SFD_CLOEXEC))
        guard number >= 0 else {
            throw HostError(Errno(rawValue: errno), "cannot wait for signals", on: "\(signals)")
        }
        file = OwnedDescriptor(FileDescriptor(rawValue: number))
        var previous = sigset_t()
        pthread_sigmask(SIG_BLOCK, &set, &previous)
        self.previous = previous
    }

    deinit {
        var previous = previous
        pthread_sigmask(SIG_SETMASK, &previous, nil)
    }

    /// Readable when a signal has come.
    package var descriptor: FileDescriptor { file.raw }

    /// The next signal that has come; nil: none.
    package mutating func next() -> CInt? {
        var signal = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        return read(file.raw.rawValue, &signal, size) == size ? CInt(signal.ssi_signo) : nil
    }
}
