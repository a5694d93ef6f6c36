import BPF

/// What a BPF controller shows of the state that it keeps of each connection.
///
/// It declares that in its source, with `TCPTUNE_FIELD` and `TCPTUNE_STATE`; the object's type
/// information has it.
package struct StateDescription: Equatable, Sendable {
    /// A member of the state that has a description.
    package struct Field: Equatable, Sendable {
        /// The member's name; it carries the unit.
        package let name: String
        /// One sentence.
        package let documentation: String
        package let kind: Kind
        /// From the lowest bit of the structure's first byte.
        package let bits: Range<Int>

        /// What it is, for people: `integer`, `decimal`, `flag`, an enumeration's names.
        package var kindName: String { kind.name }

        /// The fields inside a group, or inside each of a list of groups; nil: it is neither.
        package var group: StateDescription? { kind.group }
    }

    package indirect enum Kind: Equatable, Sendable {
        case bool
        case signed(fractionBits: Int)
        case unsigned(fractionBits: Int)
        case enumeration(isSigned: Bool, names: [Int64: String])
        case structure(StateDescription)
        /// Elements that are `bits` apart.
        case array(Kind, count: Int, bits: Int)
    }

    /// In the order of the source.
    package let fields: [Field]

    /// Of an opened object file; nil: its controller shows nothing.
    package init?(exportedBy object: borrowing Object) {
        self.init(object.structure(pointedToBy: Self.variable))
    }

    /// Of a controller in the kernel, by one of its programs; nil: it shows nothing.
    ///
    /// It needn't be registered any more, or be of a file that is still there.
    package init?(program: borrowing Program) throws(BPFError) {
        self.init(try program.structure(pointedToBy: Self.variable))
    }

    /// Of `TCPTUNE_STATE`, never written or read.
    private static let variable = "tcptune_exported_state"

    private init?(_ structure: TaggedStructure?) {
        guard let structure else { return nil }
        self.init(structure)
    }

    private init(_ structure: TaggedStructure) {
        fields = structure.members.compactMap(Field.init)
    }
}

extension StateDescription.Field {
    private static let tag = "state:doc="

    fileprivate init?(_ member: TaggedStructure.Member) {
        guard let tag = member.tags.first(where: { $0.hasPrefix(Self.tag) }) else { return nil }
        let (name, fractionBits) = Self.split(member.name)
        self.name = name
        documentation = String(tag.dropFirst(Self.tag.count))
        kind = StateDescription.Kind(member.kind, fractionBits: fractionBits)
        bits = member.bits
    }

    /// `alpha_q20` is `alpha` with 20 fractional bits.
    private static func split(_ name: String) -> (name: String, fractionBits: Int) {
        let parts = name.split(separator: "_")
        guard parts.count > 1, let last = parts.last, last.first == "q",
            let bits = Int(last.dropFirst()), (1..<64).contains(bits)
        else { return (name, 0) }
        return (String(name.dropLast(last.count + 1)), bits)
    }
}

extension StateDescription.Kind {
    fileprivate init(_ kind: TaggedStructure.Kind, fractionBits: Int) {
        self =
            switch kind {
            case .bool: .bool
            case .signed: .signed(fractionBits: fractionBits)
            case .unsigned: .unsigned(fractionBits: fractionBits)
            case .enumeration(let isSigned, let cases):
                .enumeration(
                    isSigned: isSigned,
                    // Of two names for a value the first in the alphabet, at every run.
                    names: Dictionary(cases.map { ($0.value, $0.key) }, uniquingKeysWith: min))
            case .structure(let structure): .structure(StateDescription(structure))
            case .array(let element, let count, let bits):
                .array(
                    StateDescription.Kind(element, fractionBits: fractionBits), count: count,
                    bits: bits)
            }
    }

    /// The word for people.
    var name: String {
        switch self {
        case .bool: "flag"
        case .signed(fractionBits: 0), .unsigned(fractionBits: 0): "integer"
        case .signed, .unsigned: "decimal"
        case .enumeration(_, let names):
            names.sorted { $0.key < $1.key }.map(\.value).joined(separator: "|")
        case .structure: "group"
        case .array(let element, let count, _): "\(count) x \(element.name)"
        }
    }

    var group: StateDescription? {
        switch self {
        case .structure(let description): description
        case .array(let element, _, _): element.group
        default: nil
        }
    }
}

extension Controller {
    /// What it shows of a connection's state; nil: nothing.
    package func state() throws(CongestionControlError) -> StateDescription? {
        guard let object else { return nil }
        return try object.perform { () throws(BPFError) in
            StateDescription(exportedBy: try object.open())
        }
    }
}
