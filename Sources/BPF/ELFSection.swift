/// What the head of an ELF file says of it.
package struct ELFHeader: Equatable, Sendable {
    /// `e_machine`.
    package let machine: Int

    /// `EM_BPF`.
    package static let bpf = 247

    /// nil: the file isn't 64-bit little-endian ELF.
    package init?(_ file: [UInt8]) {
        guard file.starts(with: elfMagic), let machine = file.integer(at: 0x12, bytes: 2) else {
            return nil
        }
        self.machine = machine
    }
}

/// ELF, of 64 bits, little-endian.
private let elfMagic: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1]

/// Where a section of a 64-bit little-endian ELF file is; nil when the file has none by this name
/// or isn't such a file.
package func elfSection(named name: String, in file: [UInt8]) -> Range<Int>? {
    // The file header: where the section headers are, and which one has the names.
    guard file.starts(with: elfMagic),
        let table = file.integer(at: 0x28, bytes: 8),
        let entrySize = file.integer(at: 0x3a, bytes: 2),
        let count = file.integer(at: 0x3c, bytes: 2),
        let namesIndex = file.integer(at: 0x3e, bytes: 2),
        table < file.count
    else { return nil }

    func contents(ofHeaderAt header: Int) -> Range<Int>? {
        guard let offset = file.integer(at: header + 0x18, bytes: 8),
            let size = file.integer(at: header + 0x20, bytes: 8),
            offset <= file.count, size <= file.count - offset
        else { return nil }
        return offset..<offset + size
    }

    guard let names = contents(ofHeaderAt: table + namesIndex * entrySize) else { return nil }
    for header in (0..<count).map({ table + $0 * entrySize }) {
        guard let offset = file.integer(at: header, bytes: 4), offset < names.count else {
            continue
        }
        // No further than this name: a file may have thousands of sections with long ones.
        let found = file[names].dropFirst(offset).prefix(name.utf8.count + 1)
        if found.elementsEqual(Array(name.utf8) + [0]) {
            return contents(ofHeaderAt: header)
        }
    }
    return nil
}

extension [UInt8] {
    /// A little-endian unsigned integer; nil when it isn't all there, or too large for any size.
    fileprivate func integer(at offset: Int, bytes: Int) -> Int? {
        guard offset <= count - bytes else { return nil }
        let value = self[offset..<offset + bytes].reversed().reduce(UInt64(0)) {
            $0 << 8 | UInt64($1)
        }
        return Int(exactly: value)
    }
}
