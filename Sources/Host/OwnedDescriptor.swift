import SystemPackage

/// A file descriptor that is closed when its owner goes away.
package struct OwnedDescriptor: ~Copyable, Sendable {
    /// Valid while this value lives; closing it is the owner's business.
    package let raw: FileDescriptor

    /// Takes ownership of an open descriptor.
    package init(_ raw: FileDescriptor) {
        self.raw = raw
    }

    deinit {
        // Nothing can be done about a failed close, and Linux has freed the number all the same.
        try? raw.close()
    }

    /// Hands the open descriptor over: the caller closes it.
    package consuming func release() -> FileDescriptor {
        let raw = self.raw
        discard self
        return raw
    }

    /// Opens a file, closed on exec.
    package static func open(
        _ path: FilePath, _ mode: FileDescriptor.AccessMode = .readOnly,
        options: FileDescriptor.OpenOptions = [], what: String
    ) throws(HostError) -> OwnedDescriptor {
        do {
            return OwnedDescriptor(
                try FileDescriptor.open(path, mode, options: options.union(.closeOnExec)))
        } catch {
            throw HostError(Errno.of(error), what, on: path.string)
        }
    }
}

extension Errno {
    /// The errno in an error of swift-system's, which throws nothing else.
    static func of(_ error: any Error) -> Errno {
        guard let errno = error as? Errno else {
            preconditionFailure("not a system call's error: \(error)")
        }
        return errno
    }
}
