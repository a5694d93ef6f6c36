import BPF
import Profiles
import SystemPackage

/// A BPF controller that is registered on this host.
package struct RegisteredController: Sendable {
    /// The kernel's name for it.
    package let name: String
    /// The controller's name in profiles.
    package let algorithm: String
    /// The digest of the object that it was made from.
    package let version: String
    /// How many sockets run this version.
    package let sockets: Int
    /// How many sockets run versions that it has replaced.
    package internal(set) var oldSockets = 0
    /// Whether it stays although no profile uses it.
    package internal(set) var isLoaded = false
    /// Those that aren't the default.
    package internal(set) var parameters: [String: Int64] = [:]
    /// Whether another version can replace it while sockets use it.
    let isReplaceable: Bool

    init(name: String, algorithm: String, version: String, sockets: Int, isReplaceable: Bool) {
        self.name = name
        self.algorithm = algorithm
        self.version = version
        self.sockets = sockets
        self.isReplaceable = isReplaceable
    }

    /// What was registered.
    package var instance: ControllerInstance {
        ControllerInstance(bpf: algorithm, parameters: parameters)
    }
}

/// A controller that the kernel has verified, with its parameters, not registered yet.
package final class PreparedController {
    /// The kernel's name for it.
    package let name: String
    let parameters: [String: Int64]
    let object: ControllerObject
    private let loaded: Object

    init(
        _ instance: ControllerInstance, _ object: ControllerObject
    ) throws(CongestionControlError) {
        name = instance.registeredName
        parameters = instance.parameters
        self.object = object
        var opened = try object.perform { () throws(BPFError) in
            try object.open(as: instance.registeredName)
        }
        for (name, value) in instance.parameters.sorted(by: { $0.key < $1.key }) {
            try Self.set(name, to: value, in: opened, object)
        }
        try object.perform { () throws(BPFError) in try opened.load() }
        loaded = opened
    }

    /// Of a version that was loaded earlier it isn't known whether this one takes the same.
    private static func set(
        _ name: String, to value: Int64, in opened: borrowing Object, _ object: ControllerObject
    ) throws(CongestionControlError) {
        guard let knob = opened.knobs.first(where: { $0.name == name }),
            let parameter = Parameter(knob)
        else {
            throw CongestionControlError(
                .invalidParameter, object.name, "there is no parameter '\(name)' any more")
        }
        _ = try parameter.check(.integer(Int(value)), of: object.name)
        try object.perform { () throws(BPFError) in
            try opened.set(knob: name, to: parameter.knobValue(value))
        }
    }

    /// The version, and what tells it from the same one loaded earlier.
    func pinName() throws(BPFError) -> String {
        "\(object.digest)-\(try loaded.map(named: object.name).info.id)"
    }

    func register(pinnedMap: FilePath, pinnedLink: FilePath) throws(BPFError) {
        _ = try loaded.register(
            structOps: object.name, pinnedMap: pinnedMap, pinnedLink: pinnedLink)
    }

    /// Takes the place of the registered one; false: this kernel can't, and nothing is registered.
    func replace(_ current: consuming StructOps, pinnedMap: FilePath) throws(BPFError) -> Bool {
        switch current.link {
        case .some(let link):
            try loaded.replace(link, structOps: object.name, pinnedMap: pinnedMap)
            return true
        case .none:
            break
        }
        try current.unregister()
        return false
    }
}
