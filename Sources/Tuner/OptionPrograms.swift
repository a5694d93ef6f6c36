import BPF
import CTcptuneABI
import HeaderOptions
import Profiles
import SystemPackage

/// The programs of plug-ins' header options, in the array from which a policy's program calls them.
///
/// The kernel empties such an array once no process has it open and no pin names it: each attachment
/// with such a profile pins it, under the id of the program that uses it.
enum OptionPrograms {
    static let map = "option_programs"

    /// Loads a policy's, and enters them.
    static func fill(
        _ object: borrowing Object, _ headers: CompiledHeaders, _ maps: borrowing SharedMaps
    ) throws(TunerError) {
        guard !headers.plugins.isEmpty else { return }
        let array = try kernel { () throws(BPFError) in try object.map(named: map) }
        let last = UInt32(headers.plugins.count - 1)
        for (slot, entry) in headers.plugins.enumerated() {
            let slot = UInt32(slot)
            do throws(OptionError) {
                try entry.plugin.perform { () throws(BPFError) in
                    var object = try entry.plugin.prepare(
                        index: entry.index, on: entry.on,
                        next: slot < last ? slot + 1 : UInt32(HeaderOption.maximumRaw))
                    try object.reuse(maps.identity, asMap: "identity")
                    try object.reuse(maps.connections, asMap: "connections")
                    try object.reuse(maps.optionValues, asMap: "option_values")
                    try object.reuse(array, asMap: map)
                    try object.load()
                    let program = try object.program(named: OptionPlugin.program)
                    try array.update(slot, to: UInt32(program.descriptor.rawValue))
                }
            } catch {
                throw TunerError(error)
            }
        }
    }

    /// Has an attachment keep those of a program that is about to be put on it.
    static func pin(
        of program: borrowing Program, at directory: FilePath
    ) throws(BPFError) {
        let info = try program.info()
        let path = directory.appending(name(info.id))
        guard try StateReader.policy(info.id)?.optionPlugins.isEmpty == false,
            try Map.open(pinned: path) == nil
        else { return }
        for id in info.mapIDs {
            let map = try Map(id: id)
            if map.name == String(Self.map.prefix(15)) { return try map.pin(at: path) }
        }
    }

    /// Removes those of other programs than the one in force; nil: all.
    static func removeStale(
        in directory: FilePath, except program: UInt32?, _ files: PinDirectory
    ) throws(BPFError) {
        for file in try files.list(directory)
        where file.hasPrefix(prefix) && file != program.map(name) {
            _ = try files.unlink(directory.appending(file))
        }
    }

    private static let prefix = "options-"

    private static func name(_ program: UInt32) -> String { "\(prefix)\(program)" }
}
