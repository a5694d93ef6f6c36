import BPF
import PluginFiles
import Profiles

extension ControllerPlugin {
    /// What is checked of a plug-in, in this order; each rests on those before it.
    package enum Check: String, CaseIterable, Sendable {
        /// Nobody but root can have written it.
        case ownership
        /// What `cc.yaml` says.
        case metadata
        /// A BPF object file.
        case object
        case license
        /// One `tcp_congestion_ops`, and nothing that would run elsewhere.
        case controller
        /// The same everywhere, and nobody else's.
        case name
        case parameters
        /// What this kernel can do.
        case kernel
        /// Loaded on trial.
        case verifier

        init(_ part: PluginPart) {
            self =
                switch part {
                case .ownership: .ownership
                case .manifest: .metadata
                case .object: .object
                }
        }

        /// Has what is thrown say that this check failed.
        func perform<R: ~Copyable>(
            _ body: () throws(CongestionControlError) -> R
        ) throws(CongestionControlError) -> R {
            do throws(CongestionControlError) {
                return try body()
            } catch {
                var error = error
                error.check = self
                throw error
            }
        }
    }

    /// As the kernel has it, `license_is_gpl_compatible`.
    private static let licenses = [
        "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL",
        "Dual MPL/GPL",
    ]

    static func open(_ object: ControllerObject) throws(CongestionControlError) -> Object {
        guard let header = ELFHeader(object.elf) else {
            throw invalid(object, "the object isn't a 64-bit little-endian ELF file", build)
        }
        guard header.machine == ELFHeader.bpf else {
            throw invalid(object, "the object is for ELF machine \(header.machine), not BPF", build)
        }
        guard isBTFSound(ofObjectFile: object.elf) else {
            throw invalid(object, "the object's type information is damaged", build)
        }
        return try object.perform { () throws(BPFError) in try object.open() }
    }

    private static let build = "'tcptune cc build' compiles it for BPF"

    static func license(of object: ControllerObject) throws(CongestionControlError) -> String {
        let advice = "TCPTUNE_CONTROLLER declares it: char _license[] SEC(\"license\") = \"GPL\""
        guard let section = elfSection(named: "license", in: object.elf), !section.isEmpty else {
            throw invalid(object, "it has no license, and the kernel asks for one", advice)
        }
        let text = String(decoding: object.elf[section].prefix { $0 != 0 }, as: UTF8.self)
        guard licenses.contains(text) else {
            throw invalid(object, "its license '\(text)' isn't one the kernel takes", advice)
        }
        return text
    }

    static func onlyController(
        of opened: borrowing Object, _ object: ControllerObject
    ) throws(CongestionControlError) -> StructOpsDeclaration {
        let declared = opened.structOps
        guard let first = declared.first else {
            throw invalid(
                object, "it declares no controller",
                "TCPTUNE_CONTROLLER(\(object.name), ...) declares one in section .struct_ops")
        }
        guard declared.count == 1 else {
            let names = declared.map(\.map).joined(separator: ", ")
            throw invalid(
                object, "it declares \(declared.count) controllers: \(names)",
                "make a plug-in of each")
        }
        guard first.structure == "tcp_congestion_ops" else {
            throw invalid(object, "\(first.map) is a \(first.structure), not a tcp_congestion_ops")
        }
        if let other = opened.programs.first(where: { $0.type != .structOps }) {
            throw invalid(
                object, "its program \(other.name) (\(other.section)) is no controller's callback")
        }
        if let map = opened.pinnedMaps.first {
            throw invalid(object, "its map \(map) would be pinned", "remove its 'pinning'")
        }
        return first
    }

    static func checkNames(
        _ declaration: StructOpsDeclaration, _ name: String
    ) throws(CongestionControlError) {
        let longest = CongestionControlChoice.maximumNameLength
        for (what, other) in [
            ("the variable in the source is", declaration.map),
            ("it registers as", declaration.name ?? ""),
        ] where other != name {
            let count = other.utf8.count
            throw CongestionControlError(
                .invalidPlugin, name,
                count > longest
                    ? "\(what) '\(other)', of \(count) characters; the kernel allows \(longest)"
                    : "\(what) '\(other)', and cc.yaml has '\(name)'",
                advice: "all names of a plug-in are the same")
        }
        guard isName(name) else {
            throw CongestionControlError(
                .invalidPlugin, name, "a name is a C identifier of 1 to \(longest) characters")
        }
        let isBuiltIn = ControllerCatalog.builtIn.contains { $0.name == name }
        guard !isBuiltIn, !ControllerCatalog.linux.contains(name) else {
            throw CongestionControlError(
                .nameTaken, name,
                "\(isBuiltIn ? "tcptune's own controller" : "a controller of Linux") has this name",
                advice: "give it another one")
        }
    }

    /// Whether a plug-in may have this name; no other gets into a path.
    static func isName(_ name: String) -> Bool {
        let letters = name.utf8
        guard let first = letters.first,
            letters.count <= CongestionControlChoice.maximumNameLength
        else { return false }
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return !digits.contains(first)
            && letters.allSatisfy {
                digits.contains($0) || $0 == UInt8(ascii: "_")
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
            }
    }

    static func parameters(
        of opened: borrowing Object, _ object: ControllerObject
    ) throws(CongestionControlError) -> [Parameter] {
        var parameters: [Parameter] = []
        for knob in opened.knobs where knob.tags.contains(where: { $0.hasPrefix("param:") }) {
            guard let parameter = Parameter(knob) else {
                throw invalid(
                    object, "parameter '\(knob.name)' has no range, no text or isn't a number",
                    "declare it with TCPTUNE_PARAMETER")
            }
            guard parameter.range.contains(parameter.defaultValue) else {
                throw invalid(
                    object,
                    "the default of '\(knob.name)', \(parameter.defaultValue), isn't from "
                        + "\(parameter.range.lowerBound) to \(parameter.range.upperBound)")
            }
            guard let type = knob.integerRange, type.contains(parameter.range.lowerBound),
                type.contains(parameter.range.upperBound)
            else {
                throw invalid(
                    object, "the range of '\(knob.name)' is larger than what its type can hold")
            }
            parameters.append(parameter)
        }
        return parameters
    }

    private static func invalid(
        _ object: ControllerObject, _ reason: String, _ advice: String? = nil
    ) -> CongestionControlError {
        CongestionControlError(.invalidPlugin, object.name, reason, advice: advice)
    }
}
