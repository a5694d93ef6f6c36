import CongestionControl
import HeaderOptions
import Profiles

/// A profile's header options with the plug-ins that some of them are.
struct ResolvedOptions {
    /// A plug-in stands as a raw option as long as its longest value.
    let options: [HeaderOption]
    /// By their place among ``options``.
    let plugins: [Int: OptionPlugin]

    init(_ profile: Profile, _ catalog: OptionCatalog) throws(TunerError) {
        var plugins: [Int: OptionPlugin] = [:]
        var options: [HeaderOption] = []
        for (index, option) in profile.headerOptions.enumerated() {
            guard case .plugin(let name, let segments, let every) = option.kind else {
                options.append(option)
                continue
            }
            do throws(OptionError) {
                let plugin = try catalog.find(name)
                plugins[index] = plugin
                let value = [UInt8](repeating: 0, count: plugin.manifest.length)
                options.append(
                    HeaderOption(
                        .raw(
                            id: .exid(plugin.manifest.exid), value: value, on: segments,
                            every: every), peers: option.peers))
            } catch {
                throw TunerError(error)
            }
        }
        self.options = options
        self.plugins = plugins
        if !plugins.isEmpty {
            try checkIdentifiers()
            try checkRoom()
        }
    }

    private func checkIdentifiers() throws(TunerError) {
        var owners: [HeaderOption.RawIdentifier: Int] = [:]
        for (index, option) in options.enumerated() {
            guard case .raw(let id, _, _, _) = option.kind else { continue }
            if let other = owners.updateValue(index, forKey: id) {
                throw TunerError(
                    .invalidProfile,
                    "spec.headerOptions: \(name(other)) and \(name(index)) both have \(id)",
                    advice: "give one of them another ExID")
            }
        }
    }

    private func checkRoom() throws(TunerError) {
        for segment in HeaderOption.Segment.allCases {
            let room = HeaderOptionRoom(of: options, on: segment)
            guard room.firstTooMany != nil else { continue }
            let parts = room.parts.map { "\(plugins[$0.index]?.name ?? $0.name) \($0.bytes)" }
            throw TunerError(
                .invalidProfile,
                "spec.headerOptions: those of a \(segment.label) take \(room.total) bytes, "
                    + "\(room.total - HeaderOptionRoom.limit) too many: the kernel's "
                    + "\(room.kernel), " + parts.joined(separator: ", "),
                advice: "leave one out, or shorten one")
        }
    }

    private func name(_ index: Int) -> String {
        plugins[index].map { "plug-in \($0.name)" } ?? options[index].label
    }
}

extension TunerError {
    package init(_ error: OptionError) {
        let code: Code =
            switch error.code {
            case .unknown, .invalid: .invalidProfile
            case .permission: .permission
            default: .failed
            }
        self.init(code, "\(error)", log: error.log)
    }
}
