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

/// Where a section of a 64-bit little-endian ELF file is; nil when the file has none by this name,
/// or several, or isn't such a file.
package func elfSection(named name: String, in file: [UInt8]) -> Range<Int>? {
    guard let found = ELFSections(file)?.all(named: name), found.count == 1 else { return nil }
    return found[0]
}

/// The sections of a 64-bit little-endian ELF file, as many as its header has room to number.
struct ELFSections {
    private struct Header {
        let name, type, link: Int
        let contents: Range<Int>
    }

    private let file: [UInt8]
    private let headers: [Header]
    private let names: Range<Int>

    /// nil: it isn't such a file, or a section isn't in it.
    init?(_ file: [UInt8]) {
        // Where the headers are, how long one is, and which one has the names.
        guard file.starts(with: elfMagic), let table = file.integer(at: 0x28, bytes: 8),
            file.integer(at: 0x3a, bytes: 2) == 64, let count = file.integer(at: 0x3c, bytes: 2),
            let names = file.integer(at: 0x3e, bytes: 2), names < count,
            table <= file.count - 64 * count
        else { return nil }
        var headers: [Header] = []
        for start in stride(from: table, to: table + 64 * count, by: 64) {
            guard let name = file.integer(at: start, bytes: 4),
                let type = file.integer(at: start + 4, bytes: 4),
                let offset = file.integer(at: start + 0x18, bytes: 8),
                let size = file.integer(at: start + 0x20, bytes: 8),
                let link = file.integer(at: start + 0x28, bytes: 4)
            else { return nil }
            // Neither the first nor memory that begins as zeros has bytes in the file.
            let length = headers.isEmpty || type == Self.noBits ? 0 : size
            guard length == 0 || offset <= file.count - length else { return nil }
            headers.append(
                Header(
                    name: name, type: type, link: link,
                    contents: length == 0 ? 0..<0 : offset..<offset + length))
        }
        self.file = file
        self.headers = headers
        self.names = headers[names].contents
    }

    /// `SHT_SYMTAB`, `SHT_NOBITS`.
    private static let symbols = 2
    private static let noBits = 8

    func all(named name: String) -> [Range<Int>] {
        let name = Array(name.utf8)
        return headers.filter { isText(name, at: $0.name, of: names) }.map(\.contents)
    }

    /// Where symbols of this name are in their sections.
    func values(ofSymbol name: [UInt8]) -> [Int] {
        headers.filter { $0.type == Self.symbols && $0.link < headers.count }.flatMap { table in
            stride(from: table.contents.lowerBound, to: table.contents.upperBound - 23, by: 24)
                .compactMap { start -> Int? in
                    let texts = headers[table.link].contents
                    guard let offset = file.integer(at: start, bytes: 4),
                        isText(name, at: offset, of: texts)
                    else { return nil }
                    return file.integer(at: start + 8, bytes: 8) ?? .max
                }
        }
    }

    /// No further than this text: a file may have thousands of long ones.
    private func isText(_ text: [UInt8], at offset: Int, of table: Range<Int>) -> Bool {
        guard offset < table.count else { return false }
        return file[table].dropFirst(offset).prefix(text.count + 1).elementsEqual(text + [0])
    }
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
