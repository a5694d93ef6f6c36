import BPF
import CongestionControl
import HeaderOptions
import Host
import Profiles
import SystemPackage

/// Puts profiles on cgroups and takes them off: desired state against kernel state.
///
/// Nothing is kept in memory or on disk: what is applied is what is pinned in the BPF file system,
/// and any later process can take over. Changes take one lock; each is safe against a death at any
/// instruction, and repeating one changes nothing. Needs Linux 6.1 and, for changes, CAP_BPF,
/// CAP_PERFMON and CAP_NET_ADMIN (and CAP_SYS_ADMIN to enter network namespaces).
public struct Tuner: Sendable {
    let layout: PinLayout
    let files: PinDirectory
    let hierarchy: CgroupHierarchy
    let roots: HostRoots
    package let catalog: ControllerCatalog
    package let options: OptionCatalog

    /// - Parameter stateDirectory: where the pins are, inside a bpffs; nil: `tcptune` in the
    ///   mounted one.
    /// - Parameter pluginDirectories: where plug-in controllers are looked for; nil:
    ///   `/etc/tcptune/cc.d`.
    /// - Parameter optionDirectories: where plug-ins' header options are looked for; nil:
    ///   `/etc/tcptune/options.d`.
    /// - Throws: ``TunerError`` when there is no cgroup2 hierarchy or no BPF file system.
    public init(
        stateDirectory: String? = nil, pluginDirectories: [String]? = nil,
        optionDirectories: [String]? = nil
    ) throws(TunerError) {
        try self.init(
            stateDirectory: stateDirectory.map { FilePath($0) }, roots: .system,
            pluginDirectories: pluginDirectories?.map { FilePath($0) },
            optionDirectories: optionDirectories?.map { FilePath($0) })
    }

    package init(
        stateDirectory: FilePath?, roots: HostRoots, pluginDirectories: [FilePath]? = nil,
        optionDirectories: [FilePath]? = nil
    ) throws(TunerError) {
        let mounted = try host { () throws(HostError) in try BPFFilesystem.find(roots) }
        guard let mounted else {
            throw TunerError(
                .unsupported, "no BPF file system is mounted, and tcptune's state lives in one",
                advice: "mount -t bpf bpf /sys/fs/bpf")
        }
        self.roots = roots
        layout = PinLayout(base: stateDirectory ?? mounted.mountPoint.appending("tcptune"))
        files = try kernel { () throws(BPFError) in try PinDirectory(at: mounted.mountPoint) }
        hierarchy = try host { () throws(HostError) in try CgroupHierarchy.discover(roots) }
        catalog = ControllerCatalog(
            Kernel(roots),
            pluginDirectories: pluginDirectories ?? ControllerPlugin.defaultDirectories)
        options = OptionCatalog(optionDirectories ?? [OptionPlugin.defaultDirectory])
    }

    /// What is applied on this host, rebuilt from the pins.
    public func attachments() throws(TunerError) -> [Attachment] {
        try checkVersion()
        return try reader.attachments()
    }

    /// What is applied to some targets; throws ``TunerError/Code/notApplied`` for one without.
    public func attachments(of targets: [Target]) throws(TunerError) -> [Attachment] {
        try checkVersion()
        var result: [Attachment] = []
        for cgroup in try resolve(targets).map(\.cgroup) {
            guard let attachment = try reader.attachment(of: cgroup.id) else {
                throw notApplied(cgroup)
            }
            result.append(attachment)
        }
        return result
    }

    /// What is applied to a cgroup; nil: nothing.
    package func attachment(ofCgroup id: UInt64) throws(TunerError) -> Attachment? {
        try reader.attachment(of: id)
    }

    /// Grows with every change that anyone makes; nil: nothing is applied.
    package func changeCount() throws(TunerError) -> UInt32? {
        try kernel { () throws(BPFError) in try EventMaps.open(layout)?.changes() }
    }

    /// The maps that hold what is counted; nil when nothing is applied.
    package func sharedMaps() throws(TunerError) -> SharedMaps? {
        try kernel { () throws(BPFError) in try SharedMaps.open(layout) }
    }

    /// The controllers that are registered, with the number of sockets that run each.
    package func registeredControllers() throws(TunerError) -> [RegisteredController] {
        try kernel { () throws(BPFError) in
            var result: [RegisteredController] = []
            for name in try registry.names() {
                if let registered = try registry.find(name) { result.append(registered) }
            }
            return result
        }
    }

    var reader: StateReader {
        StateReader(layout: layout, files: files, hierarchy: hierarchy)
    }

    var writer: AttachmentWriter { AttachmentWriter(layout: layout, files: files) }

    var registry: ControllerRegistry { ControllerRegistry(files, at: layout.controllers) }

    var sweeper: Sweeper {
        Sweeper(layout: layout, files: files, reader: reader, writer: writer, registry: registry)
    }

    var loader: PolicyLoader {
        PolicyLoader(layout: layout, files: files, jiffy: KernelClock.jiffyMicroseconds())
    }

    /// The targets' cgroups, each once, in the order given.
    func resolve(_ targets: [Target]) throws(TunerError) -> [ResolvedTarget] {
        var seen: Set<UInt64> = []
        var result: [ResolvedTarget] = []
        for target in targets {
            let resolved = try host { () throws(HostError) in try target.resolve(in: hierarchy) }
            if seen.insert(resolved.cgroup.id).inserted { result.append(resolved) }
        }
        return result
    }

    /// The kernel's ids of the targets' cgroups.
    package func cgroupIDs(of targets: [Target]) throws(TunerError) -> Set<UInt64> {
        Set(try resolve(targets).map(\.cgroup.id))
    }

    func notApplied(_ cgroup: Cgroup) -> TunerError {
        TunerError(
            .notApplied, "no profile is applied to cgroup /\(cgroup.name)",
            advice: "'tcptune status' lists what is applied")
    }

    func compile(_ profile: Profile) throws(TunerError) -> CompiledPolicy {
        try CompiledPolicy(
            profile, catalog: catalog, options: options,
            limits: CompiledPolicy.Limits(jiffy: KernelClock.jiffyMicroseconds()),
            now: KernelClock.realtime() / 1_000_000_000)
    }

    /// Refuses to work beside another version's pins, whose layout isn't known.
    func checkVersion() throws(TunerError) {
        let versions = try kernel { () throws(BPFError) in try files.list(layout.base) }
        guard let other = versions.first(where: { $0 != PinLayout.version }) else { return }
        throw TunerError(
            .incompatiblePins,
            "\(layout.base.appending(other)) holds the state of another version of tcptune",
            advice: "run 'tcptune detach --all' of that version, or, to drop its profiles, "
                + "rm -r \(layout.base.appending(other))")
    }
}
