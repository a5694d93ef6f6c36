/// The tables that HPACK's indices point into (RFC 7541, 2.3).
struct HeaderTable {
    struct Field: Equatable {
        let name: String
        let value: String

        /// As the tables' bound counts it (4.1).
        var size: Int { name.utf8.count + value.utf8.count + 32 }
    }

    /// What SETTINGS_HEADER_TABLE_SIZE is where nobody says otherwise.
    static let defaultSize = 4096

    /// The newest first.
    private var dynamic: [Field] = []
    private var size = 0
    private var limit = Self.defaultSize

    /// Index 1 is the first of the static table, the dynamic one follows.
    func field(at index: Int) throws(WireError) -> Field {
        switch index - 1 {
        case Self.fixed.indices: return Self.fixed[index - 1]
        case let place
        where place - Self.fixed.count >= 0
            && place - Self.fixed.count < dynamic.count:
            return dynamic[place - Self.fixed.count]
        default: throw WireError("no header field has index \(index)")
        }
    }

    /// A field larger than the table empties it (4.4).
    mutating func add(_ field: Field) {
        dynamic.insert(field, at: 0)
        size += field.size
        evict()
    }

    mutating func resize(to limit: Int) throws(WireError) {
        guard limit <= Self.defaultSize else {
            throw WireError("a header table of \(limit) bytes, more than was allowed")
        }
        self.limit = limit
        evict()
    }

    private mutating func evict() {
        while size > limit, let last = dynamic.popLast() { size -= last.size }
    }

    /// Appendix A.
    private static let fixed: [Field] = [
        Field(name: ":authority", value: ""),
        Field(name: ":method", value: "GET"),
        Field(name: ":method", value: "POST"),
        Field(name: ":path", value: "/"),
        Field(name: ":path", value: "/index.html"),
        Field(name: ":scheme", value: "http"),
        Field(name: ":scheme", value: "https"),
        Field(name: ":status", value: "200"),
        Field(name: ":status", value: "204"),
        Field(name: ":status", value: "206"),
        Field(name: ":status", value: "304"),
        Field(name: ":status", value: "400"),
        Field(name: ":status", value: "404"),
        Field(name: ":status", value: "500"),
        Field(name: "accept-charset", value: ""),
        Field(name: "accept-encoding", value: "gzip, deflate"),
        Field(name: "accept-language", value: ""),
        Field(name: "accept-ranges", value: ""),
        Field(name: "accept", value: ""),
        Field(name: "access-control-allow-origin", value: ""),
        Field(name: "age", value: ""),
        Field(name: "allow", value: ""),
        Field(name: "authorization", value: ""),
        Field(name: "cache-control", value: ""),
        Field(name: "content-disposition", value: ""),
        Field(name: "content-encoding", value: ""),
        Field(name: "content-language", value: ""),
        Field(name: "content-length", value: ""),
        Field(name: "content-location", value: ""),
        Field(name: "content-range", value: ""),
        Field(name: "content-type", value: ""),
        Field(name: "cookie", value: ""),
        Field(name: "date", value: ""),
        Field(name: "etag", value: ""),
        Field(name: "expect", value: ""),
        Field(name: "expires", value: ""),
        Field(name: "from", value: ""),
        Field(name: "host", value: ""),
        Field(name: "if-match", value: ""),
        Field(name: "if-modified-since", value: ""),
        Field(name: "if-none-match", value: ""),
        Field(name: "if-range", value: ""),
        Field(name: "if-unmodified-since", value: ""),
        Field(name: "last-modified", value: ""),
        Field(name: "link", value: ""),
        Field(name: "location", value: ""),
        Field(name: "max-forwards", value: ""),
        Field(name: "proxy-authenticate", value: ""),
        Field(name: "proxy-authorization", value: ""),
        Field(name: "range", value: ""),
        Field(name: "referer", value: ""),
        Field(name: "refresh", value: ""),
        Field(name: "retry-after", value: ""),
        Field(name: "server", value: ""),
        Field(name: "set-cookie", value: ""),
        Field(name: "strict-transport-security", value: ""),
        Field(name: "transfer-encoding", value: ""),
        Field(name: "user-agent", value: ""),
        Field(name: "vary", value: ""),
        Field(name: "via", value: ""),
        Field(name: "www-authenticate", value: ""),
    ]
}
