/// HPACK's Huffman code (RFC 7541, 5.2 and appendix B).
///
/// It is canonical: codes of a length follow each other in the symbols' order, the shorter lengths
/// first. So the lengths alone say it all.
struct HuffmanCode: Sendable {
    static let hpack = HuffmanCode()

    private static let shortest = 5
    private static let longest = 30
    private static let endOfString = 256

    /// Of symbols 0 to 256, a letter each: A for 5 bits, B for 6 ...
    private static let lengths = """
        ISXXXXXXXTZXXZXXXXXXXXZXXXXXXXXXBFFHIBDGFFDGDBBBAAABBBBBBBCDKBHFIBCCCCCCCCCCCCCCCCCCCCCC\
        DCDIOIJBKABABABBBACCBBBABCBAABCCCCCKGJIXPRPPRRRSRSSSSSTSTTRSTSSSSQRSRSSTRQPRRSSQSRRTQRSS\
        QQRQSRSSPRRRSRRSVVPORSRUVVVWWVTUOQVWWVWTQQVVXWWWPTPQRQQSRRUUTTVSVWVVWWWWWXWWWWWVZ
        """

    /// By length: the first code, how many there are, and where their symbols are.
    private var first = [Int](repeating: 0, count: longest + 1)
    private var count = [Int](repeating: 0, count: longest + 1)
    private var start = [Int](repeating: 0, count: longest + 1)
    /// By length, then value.
    private var symbols: [Int] = []

    private init() {
        let lengths = Self.lengths.utf8.map { Int($0) - Int(UInt8(ascii: "A")) + Self.shortest }
        var code = 0
        for length in Self.shortest...Self.longest {
            let members = lengths.indices.filter { lengths[$0] == length }
            code <<= 1
            first[length] = code
            count[length] = members.count
            start[length] = symbols.count
            symbols += members
            code += members.count
        }
    }

    func decode(_ bytes: ArraySlice<UInt8>) throws(WireError) -> [UInt8] {
        var decoded: [UInt8] = []
        var code = 0
        var length = 0
        for byte in bytes {
            for bit in (0..<8).reversed() {
                code = code << 1 | Int(byte >> UInt8(bit)) & 1
                length += 1
                guard length <= Self.longest else { throw WireError("no Huffman code") }
                let offset = code - first[length]
                guard offset >= 0, offset < count[length] else { continue }
                let symbol = symbols[start[length] + offset]
                guard symbol != Self.endOfString else {
                    throw WireError("an end of string inside a Huffman code")
                }
                decoded.append(UInt8(symbol))
                code = 0
                length = 0
            }
        }
        // The last byte is filled up with the beginning of the end of string: ones.
        guard length < 8, code == (1 << length) - 1 else {
            throw WireError("an unfinished Huffman code")
        }
        return decoded
    }
}
