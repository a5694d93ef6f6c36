#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where profiles are found: files by path, names in directories, then what is built in.
public struct ProfileCatalog: Sendable {
    /// One profile that can be named.
    public struct Entry: Sendable {
        /// What to call it by.
        public let name: String
        /// The file, or `nil` for a built-in one.
        public let path: String?
        /// The profile, or why its file is none.
        public let profile: Result<Profile, ProfileError>
    }

    /// Where an administrator's own profiles are.
    public static let defaultDirectories = ["/etc/tcptune/profiles"]

    private static let suffixes = [".yaml", ".yml"]

    private let directories: [String]
    private let builtIn: [String: String]

    /// A catalog of the profiles in some directories, first come first served, and the built-in
    /// ones; directories that don't exist count as empty.
    public init(directories: [String] = ProfileCatalog.defaultDirectories) {
        self.init(directories: directories, builtIn: EmbeddedProfiles.texts)
    }

    /// - Parameter builtIn: text by name.
    package init(directories: [String], builtIn: [String: String]) {
        self.directories = directories
        self.builtIn = builtIn
    }

    /// The profile in a file, or of a name.
    ///
    /// - Parameter nameOrPath: a path if it holds a "/" or ends in .yaml or .yml, else a name.
    /// - Throws: ``ProfileError``; for an unknown name it holds the nearest ones.
    public func find(_ nameOrPath: String) throws(ProfileError) -> Profile {
        if Self.isPath(nameOrPath) {
            return try ProfileParser.load(nameOrPath)
        }
        return try find(named: nameOrPath)
    }

    /// Whether this is a file rather than a name.
    package static func isPath(_ nameOrPath: String) -> Bool {
        nameOrPath.contains("/") || suffixes.contains(where: nameOrPath.hasSuffix)
    }

    /// The profile of a name; what looks like a path is one of an unknown name.
    ///
    /// - Throws: ``ProfileError``; for an unknown name it holds the nearest ones.
    package func find(named name: String) throws(ProfileError) -> Profile {
        let sources = try sources()
        guard let source = sources[name] else {
            throw unknown(name, known: sources.keys.sorted())
        }
        return try source.load(name: name)
    }

    /// Every profile that has a name, by name; one in a directory hides those of the same name
    /// after it. A file that is no profile is listed with the reason.
    ///
    /// - Throws: ``ProfileError`` when a directory is there but can't be read.
    public func list() throws(ProfileError) -> [Entry] {
        try sources().sorted { $0.key < $1.key }.map { name, source in
            Entry(
                name: name, path: source.path,
                profile: Result { () throws(ProfileError) in try source.load(name: name) })
        }
    }

    /// The names alone, sorted: no file is read.
    ///
    /// - Throws: ``ProfileError`` when a directory is there but can't be read.
    package func names() throws(ProfileError) -> [String] {
        try sources().keys.sorted()
    }

    private func sources() throws(ProfileError) -> [String: Source] {
        var sources = builtIn.mapValues(Source.builtIn)
        for directory in directories.reversed() {
            for (name, path) in try Self.files(in: directory) { sources[name] = .file(path) }
        }
        return sources
    }

    private func unknown(_ name: String, known: [String]) -> ProfileError {
        ProfileError(
            .unknown, file: name, problem: "no profile of that name",
            expected: Suggestions.question(for: name, in: known)
                ?? "`tcptune profile list` shows those there are")
    }

    private static func files(
        in directory: String
    ) throws(ProfileError) -> [(name: String, path: String)] {
        guard let stream = opendir(directory) else {
            if errno == ENOENT { return [] }
            throw .unreadable(directory, errno)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names.sorted().compactMap { file in
            guard let suffix = suffixes.first(where: file.hasSuffix) else { return nil }
            let name = String(file.dropLast(suffix.count))
            guard Shape.TextRule.profileName.matches(name) else { return nil }
            return (name, "\(directory)/\(file)")
        }
    }
}

/// Where a named profile's text is.
private enum Source {
    case file(String)
    case builtIn(String)

    var path: String? { if case .file(let path) = self { path } else { nil } }

    func load(name: String) throws(ProfileError) -> Profile {
        switch self {
        case .builtIn(let text):
            var profile = try ProfileParser.parse(text, file: "built-in \(name)")
            profile.source = nil
            return profile
        case .file(let path):
            let profile = try ProfileParser.load(path)
            // It is what `status` and the metrics show: it had better be what was asked for.
            guard profile.name == name else {
                throw ProfileError(
                    .invalid, file: path, problem: "metadata.name is '\(profile.name)'",
                    expected: "expected the file's name, '\(name)'")
            }
            return profile
        }
    }
}
