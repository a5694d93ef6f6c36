import BPF
import SystemPackage

/// The BPF controllers that tcptune has registered on this host.
///
/// Each has a directory of pins. The pinned link (before Linux 6.4 the map) is the registration:
/// it outlives the process, and a process that dies before pinning leaves nothing registered.
///
///     NAME/link          which version new sockets get
///     NAME/DIGEST-ID     a version's map: the one in force, and those that sockets still run
///     NAME/loaded/       it stays although no profile uses it
///     NAME/parameters/   a directory for each that isn't the default: beta_permille=800
package struct ControllerRegistry: Sendable {
    let files: PinDirectory
    private let directory: FilePath

    private static let link = "link"
    private static let loaded = "loaded"
    private static let parameters = "parameters"
    private static let directories = [loaded, parameters]

    /// - Parameter directory: inside a bpffs; made when the first controller is registered.
    package init(_ files: PinDirectory, at directory: FilePath) {
        self.files = files
        self.directory = directory
    }

    /// The names that have a directory: registered ones, and what interrupted changes left.
    package func names() throws(BPFError) -> [String] {
        try files.list(directory)
    }

    /// What is registered under a name; nil: nothing.
    package func find(_ name: String) throws(BPFError) -> RegisteredController? {
        var found: RegisteredController?
        var replaced = 0
        try forEachVersion(of: name) { (version, registered) throws(BPFError) in
            let sockets = try registered.socketsInUse()
            guard try registered.isRegistered() else {
                replaced += sockets
                return
            }
            found = RegisteredController(
                name: name, algorithm: registered.map.name, version: Self.digest(of: version),
                sockets: sockets, isReplaceable: registered.hasLink)
        }
        found?.oldSockets = replaced
        found?.isLoaded = try isLoaded(name)
        found?.parameters = try parameters(of: name)
        return found
    }

    /// Loads a controller, for ``commit(_:)`` to register; nil: this version is registered already.
    ///
    /// Changes nothing: all of several can be tried before the first is registered.
    package func prepare(
        _ instance: ControllerInstance, _ object: ControllerObject
    ) throws(CongestionControlError) -> PreparedController? {
        let current = try object.perform { () throws(BPFError) in
            try find(instance.registeredName)
        }
        if let current {
            try check(current, mayBecome: instance, object)
            if current.version == object.digest { return nil }
        }
        return try PreparedController(instance, object)
    }

    /// Registers a prepared controller, or has it replace the version that is registered, in one
    /// step: new sockets get it, open ones keep what they have.
    package func commit(_ prepared: PreparedController) throws(CongestionControlError) {
        let name = prepared.name
        try prepared.object.perform { () throws(BPFError) in
            try files.makeDirectory(path(name))
            let map = path(name, try prepared.pinName())
            var isReplaced = false
            if let current = try open(name) {
                isReplaced = try prepared.replace(current, pinnedMap: map)
            }
            if !isReplaced {
                _ = try files.unlink(path(name, Self.link))  // one that is detached
                try record(prepared.parameters, of: name)
                try prepared.register(pinnedMap: map, pinnedLink: path(name, Self.link))
            }
            try removeUnusedVersions(of: name)
        }
    }

    /// Has a controller stay registered until ``unmark(_:)``.
    package func mark(_ name: String) throws(BPFError) {
        try files.makeDirectory(path(name, Self.loaded))
    }

    package func unmark(_ name: String) throws(BPFError) {
        _ = try files.removeDirectory(path(name, Self.loaded))
    }

    /// Unregisters a controller unless a socket still runs it.
    ///
    /// - Returns: how many sockets do; 0: it is unregistered, and nothing is left of it.
    package func unregister(_ name: String) throws(BPFError) -> Int {
        var sockets = 0
        try forEachVersion(of: name) { (_, registered) throws(BPFError) in
            sockets += try registered.socketsInUse()
        }
        guard sockets == 0 else { return sockets }
        if let registered = try open(name) { try registered.unregister() }
        for pin in try files.list(path(name)) where !Self.directories.contains(pin) {
            _ = try files.unlink(path(name, pin))
        }
        try record([:], of: name)
        _ = try files.removeDirectory(path(name, Self.parameters))
        try unmark(name)
        _ = try files.removeDirectory(path(name))
        return 0
    }

    /// Lets go of replaced versions that no socket runs any more.
    package func removeUnusedVersions(of name: String) throws(BPFError) {
        for version in try versions(of: name) {
            var isNeeded = false
            if let registered = try open(name, version) {
                isNeeded = try registered.isRegistered()
                if !isNeeded { isNeeded = try registered.socketsInUse() > 0 }
            }
            if !isNeeded { _ = try files.unlink(path(name, version)) }
        }
    }

    /// Nothing may be registered under a name made from another controller's or from other
    /// parameters, and before links (Linux 6.4) a version in use can't be replaced.
    private func check(
        _ current: RegisteredController, mayBecome instance: ControllerInstance,
        _ object: ControllerObject
    ) throws(CongestionControlError) {
        guard current.algorithm == object.name else {
            throw CongestionControlError(
                .nameTaken, object.name,
                "\(current.name) is registered for the controller \(current.algorithm)")
        }
        try ControllerInstance.checkNames([current.instance, instance])
        guard current.version == object.digest || current.sockets == 0 || current.isReplaceable
        else {
            throw CongestionControlError(
                .inUse, object.name,
                "\(current.sockets) sockets use the version that is registered, and this kernel "
                    + "can't replace it meanwhile",
                advice: "Linux 6.4 can; before, close them first")
        }
    }

    /// Only while nothing is registered under the name: half of a record is none that counts.
    private func record(_ parameters: [String: Int64], of name: String) throws(BPFError) {
        for entry in try files.list(path(name, Self.parameters)) {
            _ = try files.removeDirectory(path(name, Self.parameters, entry))
        }
        for (parameter, value) in parameters {
            try files.makeDirectory(path(name, Self.parameters, "\(parameter)=\(value)"))
        }
    }

    private func parameters(of name: String) throws(BPFError) -> [String: Int64] {
        var parameters: [String: Int64] = [:]
        for entry in try files.list(path(name, Self.parameters)) {
            let parts = entry.split(separator: "=")
            if parts.count == 2 { parameters[String(parts[0])] = Int64(parts[1]) }
        }
        return parameters
    }

    private func isLoaded(_ name: String) throws(BPFError) -> Bool {
        try files.list(path(name)).contains(Self.loaded)
    }

    func forEachVersion(
        of name: String, _ body: (String, borrowing StructOps) throws(BPFError) -> Void
    ) throws(BPFError) {
        for version in try versions(of: name) {
            switch try open(name, version) {
            case .some(let registered): try body(version, registered)
            case .none: break
            }
        }
    }

    /// The version that is registered.
    private func open(_ name: String) throws(BPFError) -> StructOps? {
        for version in try versions(of: name) {
            if let registered = try open(name, version), try registered.isRegistered() {
                return registered
            }
        }
        return nil
    }

    private func open(_ name: String, _ version: String) throws(BPFError) -> StructOps? {
        try StructOps.open(pinnedMap: path(name, version), pinnedLink: path(name, Self.link))
    }

    /// The pins of maps.
    private func versions(of name: String) throws(BPFError) -> [String] {
        try files.list(path(name)).filter { $0 != Self.link && !Self.directories.contains($0) }
    }

    private static func digest(of version: String) -> String {
        String(version.prefix { $0 != "-" })
    }

    private func path(_ components: String...) -> FilePath {
        components.reduce(directory) { $0.appending($1) }
    }
}
