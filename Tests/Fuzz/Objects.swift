import BPFPrograms

@testable import BPF
@testable import CongestionControl
@testable import Telemetry

extension Parser {
    /// Compiled programs.
    static let objects = [
        // Sections and type information: what is looked at before libbpf may see the file.
        Parser("elf", 65536) { bytes in
            _ = ELFHeader(bytes)
            for name in [".BTF", ".struct_ops", "license", ""] {
                if let range = elfSection(named: name, in: bytes) { _ = bytes[range].first }
            }
            _ = isBTFSound(ofObjectFile: bytes)
        },
        // Type information in a file that is otherwise right.
        Parser("btf", 16384) { bytes in read(object: carrier.with(btf: bytes)) },
        Parser("object", 32768) { bytes in read(object: bytes) },
    ]

    /// As plug-ins are read, up to the kernel.
    private static func read(object elf: [UInt8]) {
        guard isBTFSound(ofObjectFile: elf), let object = try? Object(elf: elf, name: "o") else {
            return
        }
        _ = (object.programs, object.maps, object.pinnedMaps, object.structOps)
        for knob in object.knobs {
            _ = (knob.defaultValue, knob.integerRange, Parameter(knob))
            for value in [.bool(true), .signed(-1), .unsigned(.max), .string("x")] as [KnobValue] {
                if let bytes = try? knob.encode(value) {
                    expect(bytes.count == knob.size, knob.name)
                }
            }
        }
        guard let state = StateDescription(exportedBy: object) else { return }
        for field in state.fields { _ = (field.kindName, field.group?.fields.count) }
        let bytes = [UInt8](repeating: 0xa5, count: 104)
        _ = bytes.withUnsafeBytes { state.decode($0) }
    }

    private static let carrier = Carrier(BPFPrograms.tt_cubic.bytes)
}

/// An object file whose type information can be exchanged.
struct Carrier: Sendable {
    private let elf: [UInt8]
    /// Of the section's header in the file.
    private let header: Int

    init(_ elf: [UInt8]) {
        self.elf = elf
        guard let section = elfSection(named: ".BTF", in: elf) else { fatalError("no .BTF") }
        let table = Self.integer(elf, at: 0x28)
        let headers = stride(from: table, to: elf.count - 63, by: 64)
        header = headers.first { Self.integer(elf, at: $0 + 0x18) == section.lowerBound }!
    }

    func with(btf: [UInt8]) -> [UInt8] {
        var result = elf + btf
        for (index, value) in [elf.count, btf.count].enumerated() {
            for byte in 0..<8 {
                result[header + 0x18 + 8 * index + byte] = UInt8(
                    truncatingIfNeeded: value >> (8 * byte))
            }
        }
        return result
    }

    /// The type information that it has.
    var btf: [UInt8] { Array(elf[elfSection(named: ".BTF", in: elf)!]) }

    private static func integer(_ bytes: [UInt8], at offset: Int) -> Int {
        bytes[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
