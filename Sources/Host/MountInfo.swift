import SystemPackage

/// The mounts this process sees, from `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
package struct MountInfo: Sendable, Hashable {
    package struct Mount: Sendable, Hashable {
        package let id: Int
        package let parent: Int
        /// major:minor
        package let device: String
        /// What of the file system is mounted: a directory in it, or for nsfs `net:[inode]`.
        package let root: String
        package let mountPoint: FilePath
        package let options: [String]
        package let type: String
        package let source: String
        package let superOptions: [String]
    }

    /// In the order they were mounted, so that of two at one place the later hides the earlier.
    package let mounts: [Mount]

    package init(parsing text: String) throws(HostError) {
        var mounts: [Mount] = []
        for line in text.split(separator: "\n") {
            guard let mount = Mount(parsing: line) else {
                throw HostError(
                    .malformed, "cannot read the mounts", on: "mountinfo",
                    because: "unexpected line: \(line)")
            }
            mounts.append(mount)
        }
        self.mounts = mounts
    }

    package static func read(_ roots: HostRoots = .system) throws(HostError) -> MountInfo {
        try MountInfo(
            parsing: Files.read(
                roots.proc.appending("self/mountinfo"), what: "cannot read the mounts"))
    }
}

extension MountInfo.Mount {
    /// `36 35 98:0 /root /mnt rw,noatime shared:1 - ext3 /dev/root rw,errors=continue`: between the
    /// mount options and the hyphen is any number of optional fields.
    init?(parsing line: Substring) {
        let fields = line.split(separator: " ")
        guard let hyphen = fields.dropFirst(6).firstIndex(of: "-"), fields.count >= hyphen + 3,
            let id = Int(fields[0]), let parent = Int(fields[1])
        else { return nil }
        self.id = id
        self.parent = parent
        device = String(fields[2])
        root = unescaped(fields[3])
        mountPoint = FilePath(unescaped(fields[4]))
        options = fields[5].split(separator: ",").map(String.init)
        type = String(fields[hyphen + 1])
        source = unescaped(fields[hyphen + 2])
        superOptions =
            fields.count > hyphen + 3
            ? fields[hyphen + 3].split(separator: ",").map(String.init) : []
    }
}

/// The kernel writes space, tab, newline and backslash as a backslash and three octal digits.
private func unescaped(_ field: Substring) -> String {
    guard field.utf8.contains(UInt8(ascii: "\\")) else { return String(field) }
    var bytes: [UInt8] = []
    var rest = field.utf8[...]
    while let byte = rest.popFirst() {
        let digits = rest.prefix(3)
        if byte == UInt8(ascii: "\\"), digits.count == 3,
            let code = UInt8(Substring(digits), radix: 8)
        {
            bytes.append(code)
            rest = rest.dropFirst(3)
        } else {
            bytes.append(byte)
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
