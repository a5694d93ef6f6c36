import Glibc
import SystemPackage

/// Whole files, those of procfs, sysfs and cgroupfs too, whose size isn't known before.
package enum Files {
    /// A file as text; invalid UTF-8 is repaired.
    static func read(
        _ path: FilePath, what: String, code: HostError.Code = .io
    ) throws(HostError) -> String {
        String(decoding: try bytes(path, what: what, code: code), as: UTF8.self)
    }

    /// All bytes of a file.
    ///
    /// - Parameter what: what can't be done without, for the error.
    package static func bytes(
        _ path: FilePath, what: String, code: HostError.Code = .io
    ) throws(HostError) -> [UInt8] {
        do {
            let file = OwnedDescriptor(
                try FileDescriptor.open(path, .readOnly, options: .closeOnExec))
            var bytes: [UInt8] = []
            while true {
                let chunk = try [UInt8](unsafeUninitializedCapacity: 16384) { space, count in
                    count = try file.raw.read(into: UnsafeMutableRawBufferPointer(space))
                }
                if chunk.isEmpty { return bytes }
                bytes += chunk
            }
        } catch {
            throw HostError(Errno.of(error), what, on: path.string, code: code)
        }
    }

    package struct Entry {
        package let name: String
        package let inode: UInt64
        package let isDirectory: Bool
    }

    /// What is in a directory but `.` and `..`, sorted by name.
    package static func entries(
        in directory: FilePath, what: String
    ) throws(HostError) -> [Entry] {
        guard let stream = directory.withPlatformString({ opendir($0) }) else {
            throw HostError(Errno(rawValue: errno), what, on: directory.string)
        }
        defer { closedir(stream) }
        var entries: [Entry] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            entries.append(
                Entry(
                    name: name, inode: UInt64(entry.pointee.d_ino),
                    isDirectory: Int(entry.pointee.d_type) == Int(DT_DIR)))
        }
        return entries.sorted { $0.name < $1.name }
    }
}

/// What tells one file from another at the same path.
struct FileIdentity: Equatable {
    let device: UInt64
    let inode: UInt64

    init(at path: FilePath, what: String) throws(HostError) {
        do {
            self.init(try Stat(path))
        } catch {
            throw HostError(error, what, on: path.string)
        }
    }

    init(of descriptor: FileDescriptor, what: String) throws(HostError) {
        do {
            self.init(try Stat(descriptor))
        } catch {
            throw HostError(error, what, on: "descriptor \(descriptor.rawValue)")
        }
    }

    private init(_ stat: Stat) {
        device = UInt64(stat.deviceID.rawValue)
        inode = UInt64(stat.inode.rawValue)
    }
}
