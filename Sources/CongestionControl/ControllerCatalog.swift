import BPF
import BPFPrograms
import Host
import Profiles
import SystemPackage

/// The congestion controllers of this host and of this binary, by name.
package struct ControllerCatalog: Sendable {
    /// Linux's own controllers; a kernel has some of them.
    package static let linux: Set<String> = [
        "reno", "cubic", "bbr", "dctcp", "vegas", "westwood", "htcp", "hybla", "illinois", "veno",
        "yeah", "lp", "nv", "scalable", "bic", "cdg", "highspeed",
    ]
    private static let builtInPrefix = "tt_"

    private let kernel: Kernel
    /// Each holds plug-ins' directories; of two with the same name the first counts.
    package let pluginDirectories: [FilePath]

    package init(
        _ kernel: Kernel = Kernel(),
        pluginDirectories: [FilePath] = ControllerPlugin.defaultDirectories
    ) {
        self.kernel = kernel
        self.pluginDirectories = pluginDirectories
    }

    /// The controllers that this binary carries.
    package static var builtIn: [Controller] {
        BPFPrograms.all.filter { $0.key.hasPrefix(builtInPrefix) }
            .map { Controller(name: $0.key, origin: .builtIn($0.value)) }
            .sorted { $0.name < $1.name }
    }

    /// Everything a profile can name here: the kernel's, the built-in ones, then the plug-ins.
    ///
    /// - Parameter registered: names that tcptune has registered, which the kernel doesn't tell
    ///   from its own.
    package func all(registered: Set<String> = []) throws(HostError) -> [Controller] {
        let others = Self.builtIn + plugins().compactMap { try? $0.controller.get() }
        let ours = registered.union(others.map(\.name))
        let native = try kernel.availableCongestionControls()
            .filter { !ours.contains($0) && !$0.hasPrefix(Self.builtInPrefix) }
        return native.map { Controller(name: $0, origin: .native) } + others
    }

    /// A controller by name, or, with a "/" in it, the plug-in in a directory.
    package func find(_ nameOrPath: String) throws(CongestionControlError) -> Controller {
        if nameOrPath.contains("/") {
            return Controller(try ControllerPlugin(at: FilePath(nameOrPath)))
        }
        let name = nameOrPath
        if let object = BPFPrograms.all[name], name.hasPrefix(Self.builtInPrefix) {
            return Controller(name: name, origin: .builtIn(object))
        }
        if !Self.linux.contains(name), let directory = pluginDirectory(named: name) {
            return Controller(try ControllerPlugin(at: directory))
        }
        guard try isNative(name) else { throw missing(name) }
        return Controller(name: name, origin: .native)
    }

    /// The first of a choice's controllers that this host can run.
    package func choose(
        _ choice: CongestionControlChoice
    ) throws(CongestionControlError) -> ChosenController {
        var passedOver: [CongestionControlError] = []
        for name in [choice.algorithm] + choice.fallback {
            let parameters = name == choice.algorithm ? choice.parameters : [:]
            do throws(CongestionControlError) {
                let controller = try find(name)
                return ChosenController(
                    controller: controller, instance: try controller.instance(parameters),
                    passedOver: passedOver.map { $0.description })
            } catch  where error.code == .unknown || error.code == .unsupported {
                passedOver.append(error)
            }
        }
        throw passedOver[0]
    }

    private func isNative(_ name: String) throws(CongestionControlError) -> Bool {
        do throws(HostError) {
            return try kernel.probeCongestionControl(name)
        } catch {
            throw CongestionControlError(.failed, name, "\(error)")
        }
    }

    private func missing(_ name: String) -> CongestionControlError {
        if Self.linux.contains(name) {
            return CongestionControlError(
                .unsupported, name, "this kernel doesn't have it",
                advice: "load its module (modprobe tcp_\(name)), or name a 'fallback'")
        }
        let here = FilePath(name).appending(ControllerManifest.file)
        if ControllerPlugin.isName(name), (try? Stat(here)) != nil {
            return CongestionControlError(
                .unknown, name, "no such controller",
                advice: "'--plugin-dir .' finds the plug-in of this name that is here")
        }
        let known = ((try? all()) ?? []).map(\.name)
        let advice =
            Suggestions.question(for: name, in: known)
            ?? "there are \(known.sorted().joined(separator: ", "))"
        return CongestionControlError(.unknown, name, "no such controller", advice: advice)
    }
}

/// What a choice came to on this host.
package struct ChosenController {
    package let controller: Controller
    package let instance: ControllerInstance
    /// Why each that was preferred isn't the one.
    package let passedOver: [String]
}
