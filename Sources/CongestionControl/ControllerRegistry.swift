import BPF
import BPFPrograms
import SystemPackage

/// The BPF controllers that tcptune has registered on this host.
///
/// Each has a directory of pins. The pinned link (before Linux 6.4 the map) is the registration:
/// it outlives the process, and a process that dies before pinning leaves nothing registered.
package struct ControllerRegistry {
    private let files: PinDirectory
    private let directory: FilePath

    /// - Parameter directory: inside a bpffs; made when the first controller is registered.
    package init(_ files: PinDirectory, at directory: FilePath) {
        self.files = files
        self.directory = directory
    }

    /// The registered names.
    package func names() throws(BPFError) -> [String] {
        try files.list(directory)
    }

    /// Registers a controller unless it is already.
    ///
    /// - Returns: whether it was registered now.
    @discardableResult
    package func register(_ instance: ControllerInstance) throws(CongestionControlError) -> Bool {
        guard instance.isBPF, let embedded = BPFPrograms.all[instance.algorithm] else {
            return false
        }
        do throws(BPFError) {
            if try open(instance.registeredName) != nil { return false }
            var object = try Object(
                embedded, renaming: [instance.algorithm: instance.registeredName])
            for (name, value) in instance.parameters {
                try object.set(knob: name, to: .signed(value))
            }
            try object.load()
            let name = instance.registeredName
            try remove(name)  // what an interrupted registration left
            try files.makeDirectory(path(name))
            _ = try object.register(
                structOps: instance.algorithm, pinnedMap: path(name, "map"),
                pinnedLink: path(name, "link"))
            return true
        } catch {
            throw CongestionControlError(instance.algorithm, error)
        }
    }

    /// Unregisters a controller unless a socket still runs it.
    ///
    /// - Returns: how many sockets do; 0: it is unregistered.
    package func unregister(_ name: String) throws(BPFError) -> Int {
        guard let registered = try open(name) else {
            try remove(name)
            return 0
        }
        let sockets = try registered.socketsInUse()
        guard sockets == 0 else {
            return sockets
        }
        try registered.unregister()
        try remove(name)
        return 0
    }

    /// How many sockets run a registered controller; nil: it isn't registered.
    package func socketsInUse(_ name: String) throws(BPFError) -> Int? {
        guard let registered = try open(name) else { return nil }
        return try registered.socketsInUse()
    }

    private func open(_ name: String) throws(BPFError) -> StructOps? {
        try StructOps.open(pinnedMap: path(name, "map"), pinnedLink: path(name, "link"))
    }

    private func remove(_ name: String) throws(BPFError) {
        _ = try files.unlink(path(name, "link"))
        _ = try files.unlink(path(name, "map"))
        _ = try files.removeDirectory(path(name))
    }

    private func path(_ components: String...) -> FilePath {
        components.reduce(directory) { $0.appending($1) }
    }
}
