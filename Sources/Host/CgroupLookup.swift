import CShim
import Glibc
import SystemPackage

extension CgroupHierarchy {
    /// The cgroup at an absolute path, or at a path below the mount such as `kubepods/besteffort`.
    ///
    /// Throws `.noSuchCgroup` with the nearest names, `.notDirectory`, `.cgroup1` with the v2 path where
    /// there is one, `.notCgroup2`.
    package func cgroup(at path: String) throws(HostError) -> Cgroup {
        let given = FilePath(path)
        let absolute = given.isAbsolute ? given : mountPoint.pushing(given)
        guard let resolved = realPath(absolute) else {
            throw try missing(absolute, Errno(rawValue: errno))
        }
        try checkFileSystem(resolved)
        let stat: Stat
        do {
            stat = try Stat(resolved)
        } catch {
            throw HostError(error, whatPath, on: resolved.string)
        }
        guard stat.type == .directory else {
            throw HostError(
                .notDirectory, whatPath, on: resolved.string, because: "not a directory",
                advice: "name the directory: \(resolved.removingLastComponent())")
        }
        let id = UInt64(stat.inode.rawValue)
        if let name = nameOfPath(resolved) { return make(name: name, id: id) }
        // Through another mount of the hierarchy.
        if let cgroup = try cgroup(id: id) { return cgroup }
        throw HostError(
            .outsideNamespace, whatPath, on: resolved.string,
            because: "it isn't below the cgroup2 mount \(mountPoint)")
    }

    /// The cgroup of a systemd unit, with or without its `.service`, `.scope` or `.slice`.
    ///
    /// Throws `.noSuchUnit` with the nearest names, `.ambiguousUnit` with all that match.
    package func cgroup(unit name: String) throws(HostError) -> Cgroup {
        let what = "cannot find the unit"
        let suffixes = [".service", ".scope", ".slice"]
        let wanted = Set([name] + suffixes.map { name + $0 })
        let all = try root.descendants()
        let found = all.filter { wanted.contains($0.path.lastComponent?.string ?? "") }
        if let only = found.first, found.count == 1 { return only }
        if found.isEmpty {
            let units = Set(all.compactMap { $0.path.lastComponent?.string }).filter { unit in
                suffixes.contains { unit.hasSuffix($0) }
            }
            throw HostError(
                .noSuchUnit, what, on: name,
                because: "no cgroup of that name below \(mountPoint); the unit may not run",
                advice: suggestion(nearest(to: name, in: units)))
        }
        throw HostError(
            .ambiguousUnit, what, on: name,
            because: "several cgroups match: " + found.map(\.name).joined(separator: ", "),
            advice: "give the full unit name, or --cgroup with one of them")
    }

    private var whatPath: String { "cannot use the cgroup" }

    /// That a path is on cgroup2; the error says what it is on instead.
    private func checkFileSystem(_ path: FilePath) throws(HostError) {
        let magic = try check(
            path.withPlatformString { cshim_filesystem_magic($0) }, whatPath, on: path)
        if magic == FileSystemMagic.cgroup2 { return }
        let mounts = version1.filter { path.starts(with: $0.mountPoint) }
        let isVersion1 = magic == FileSystemMagic.cgroup
        guard isVersion1, let mount = mounts.max(by: { $0.depth < $1.depth }) else {
            throw HostError(
                isVersion1 ? .cgroup1 : .notCgroup2, whatPath, on: path.string,
                because: "it isn't in a cgroup v2 hierarchy",
                advice: "give a path below \(mountPoint), absolute or without a leading slash")
        }
        var rest = path
        _ = rest.removePrefix(mount.mountPoint)
        let twin = mountPoint.pushing(rest)
        let controllers = mount.superOptions.filter { !["rw", "ro"].contains($0) }
        throw HostError(
            .cgroup1, whatPath, on: path.string,
            because:
                "it belongs to the cgroup v1 hierarchy of \(controllers.joined(separator: ","))",
            advice: (try? Stat(twin)) == nil
                ? "v2 is mounted at \(mountPoint), and there is no \(twin)"
                : "the v2 path is \(twin)")
    }

    /// Why a path doesn't resolve: which part of it is missing, and what is there instead.
    private func missing(_ path: FilePath, _ cause: Errno) throws(HostError) -> HostError {
        guard cause == .noSuchFileOrDirectory else {
            let code: HostError.Code = cause == .notDirectory ? .notDirectory : .io
            return HostError(cause, whatPath, on: path.string, code: code)
        }
        var parent = path
        var absent = ""
        while (try? Stat(parent)) == nil, let last = parent.lastComponent {
            absent = last.string
            parent.removeLastComponent()
        }
        let below = mountPoint.pushing(FilePath(root: nil, path.components))
        if path.starts(with: mountPoint) || (try? Stat(below)) == nil {
            // The v1 hierarchies have an answer of their own; elsewhere the path is what is wrong.
            do throws(HostError) {
                try checkFileSystem(parent)
            } catch let error where error.code == .notCgroup2 {
                return HostError(
                    .noSuchCgroup, whatPath, on: path.string,
                    because: "there is no '\(absent)' in \(parent)", advice: error.advice)
            }
            let names = try Files.entries(in: parent, what: whatPath).filter(\.isDirectory)
            return HostError(
                .noSuchCgroup, whatPath, on: path.string,
                because: "there is no '\(absent)' in \(parent)",
                advice: suggestion(nearest(to: absent, in: names.map(\.name))))
        }
        return HostError(
            .noSuchCgroup, whatPath, on: path.string, because: "no such directory",
            advice: "the cgroup is at \(below)")
    }

    private func realPath(_ path: FilePath) -> FilePath? {
        guard let resolved = path.withPlatformString({ realpath($0, nil) }) else { return nil }
        defer { free(resolved) }
        return FilePath(platformString: resolved)
    }

    private func suggestion(_ names: [String]) -> String? {
        names.isEmpty ? nil : "did you mean " + names.joined(separator: ", ") + "?"
    }
}

extension MountInfo.Mount {
    fileprivate var depth: Int { mountPoint.components.count }
}

/// What statfs(2) calls the file systems that matter here (linux/magic.h).
enum FileSystemMagic {
    static let cgroup: Int64 = 0x27e0eb
    static let cgroup2: Int64 = 0x6367_7270
    static let bpf: Int64 = 0xcafe_4a11
}
