import Glibc
import SystemPackage

/// What happens in directories (inotify(7)).
package struct Inotify: ~Copyable {
    /// A watched directory; the number isn't used again.
    package struct Watch: Sendable, Hashable {
        let number: CInt
    }

    package struct Kind: OptionSet, Sendable {
        package let rawValue: UInt32

        package init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// Made in the directory, or moved into it.
        package static let appeared = Kind(rawValue: UInt32(IN_CREATE | IN_MOVED_TO))
        /// Deleted from the directory, or moved out of it.
        package static let vanished = Kind(rawValue: UInt32(IN_DELETE | IN_MOVED_FROM))
        /// Written and closed, or with other owners or permissions.
        package static let changed = Kind(rawValue: UInt32(IN_CLOSE_WRITE | IN_ATTRIB))
        /// The directory itself is gone or elsewhere; cgroupfs doesn't tell.
        package static let lost = Kind(
            rawValue: UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT))
    }

    package enum Event: Sendable {
        case happened(Kind, name: String, in: Watch)
        /// Events were dropped: all must be looked at again.
        case overflow
    }

    private let file: OwnedDescriptor

    package init() throws(HostError) {
        let number = inotify_init1(CInt(IN_NONBLOCK | IN_CLOEXEC))
        guard number >= 0 else {
            throw HostError(
                Errno(rawValue: errno), "cannot watch directories", on: "inotify",
                advice: "fs.inotify.max_user_instances limits how many can be open")
        }
        file = OwnedDescriptor(FileDescriptor(rawValue: number))
    }

    /// Readable when something has happened.
    package var descriptor: FileDescriptor { file.raw }

    /// Watches a directory; one that is watched already keeps its watch, with these kinds.
    package mutating func watch(
        _ directory: FilePath, for kinds: Kind
    ) throws(HostError) -> Watch {
        let number = directory.withPlatformString {
            inotify_add_watch(file.raw.rawValue, $0, kinds.rawValue | UInt32(IN_ONLYDIR))
        }
        guard number >= 0 else {
            let cause = Errno(rawValue: errno)
            throw HostError(
                cause, "cannot watch the directory", on: directory.string,
                advice: cause == .noSpace
                    ? "fs.inotify.max_user_watches limits how many can be watched" : nil)
        }
        return Watch(number: number)
    }

    /// Ends a watch, also one whose directory is gone.
    package mutating func unwatch(_ watch: Watch) {
        inotify_rm_watch(file.raw.rawValue, watch.number)
    }

    /// What has happened since, in order; doesn't wait.
    package mutating func events() throws(HostError) -> [Event] {
        var events: [Event] = []
        while true {
            var count = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: 65536) { space, used in
                count = read(file.raw.rawValue, space.baseAddress, space.count)
                used = max(0, count)
            }
            if count < 0 {
                let cause = Errno(rawValue: errno)
                if cause == .interrupted { continue }
                if cause == .resourceTemporarilyUnavailable { return events }
                throw HostError(cause, "cannot read what happened in directories", on: "inotify")
            }
            bytes.withUnsafeBytes { Self.parse($0, into: &events) }
        }
    }

    private static func parse(_ bytes: UnsafeRawBufferPointer, into events: inout [Event]) {
        let header = MemoryLayout<inotify_event>.size
        var offset = 0
        while offset + header <= bytes.count {
            let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
            let name = bytes[(offset + header)..<(offset + header + Int(event.len))]
            offset += header + Int(event.len)
            if event.mask & UInt32(IN_Q_OVERFLOW) != 0 {
                events.append(.overflow)
            } else {
                events.append(
                    .happened(
                        Kind(rawValue: event.mask & ~UInt32(IN_ISDIR)),
                        name: String(decoding: name.prefix { $0 != 0 }, as: UTF8.self),
                        in: Watch(number: event.wd)))
            }
        }
    }
}
