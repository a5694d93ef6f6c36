import CongestionControl
import Tuner

/// A registered controller and who uses it.
struct RegistrationUse {
    let controller: RegisteredController
    /// The profiles on cgroups that use it.
    let profiles: [String]

    /// All of this host; none where the state can't be read.
    static func all(_ plugins: PluginOptions) -> [RegistrationUse] {
        guard let tuner = try? plugins.tuner(), let registered = try? tuner.registeredControllers()
        else { return [] }
        let attachments = (try? tuner.attachments()) ?? []
        return registered.map { controller in
            let users = attachments.filter { attachment in
                attachment.controllers.contains { $0?.registeredName == controller.name }
            }
            return RegistrationUse(
                controller: controller, profiles: Set(users.map(\.profile)).sorted())
        }
    }

    /// For a table: `tt_cubic_5f3a91 (beta_permille=800, profile wan-bulk, 3 sockets)`.
    ///
    /// - Parameter version: the one that would be registered now.
    func words(current version: String?) -> String {
        var facts = controller.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        if !profiles.isEmpty { facts.append("profile \(profiles.joined(separator: ", "))") }
        if controller.isLoaded { facts.append("loaded") }
        facts.append("\(controller.sockets) sockets")
        if controller.oldSockets > 0 {
            facts.append("\(controller.oldSockets) on older versions")
        }
        if let version, version != controller.version {
            facts.append("version \(controller.version)")
        }
        return "\(controller.name) (\(facts.joined(separator: ", ")))"
    }

    var json: JSON {
        .object([
            "name": .string(controller.name), "version": .string(controller.version),
            "parameters": controller.parameters.json,
            "sockets": .integer(controller.sockets),
            "oldSockets": .integer(controller.oldSockets),
            "loaded": .bool(controller.isLoaded),
            "profiles": .array(profiles.map { .string($0) }),
        ])
    }
}
