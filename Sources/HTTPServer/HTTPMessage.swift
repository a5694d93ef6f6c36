/// What a client asks for; only GET and HEAD get this far.
package struct HTTPRequest: Sendable, Hashable {
    /// Without the query.
    package let path: String
    /// By lower-case names; of several with the same name the last.
    package let headers: [String: String]

    let isHead: Bool
    let keepsAlive: Bool

    package var accept: String? { headers["accept"] }

    enum Parsed {
        case request(HTTPRequest)
        /// The status to answer with; the connection is of no more use.
        case refused(HTTPResponse)
    }

    /// From the bytes before the empty line (RFC 9112, 3 and 5).
    static func parse(_ head: ArraySlice<UInt8>) -> Parsed {
        let lines = String(decoding: head, as: UTF8.self)
            .split(omittingEmptySubsequences: false) { $0 == "\r\n" || $0 == "\n" }
        let words = lines[0].split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, !words[0].isEmpty, words[1].hasPrefix("/"),
            words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0"
        else { return .refused(.badRequest) }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":"), colon != line.startIndex,
                !line[..<colon].contains(where: \.isWhitespace)
            else { return .refused(.badRequest) }
            headers[line[..<colon].lowercased()] = trimmed(line[line.index(after: colon)...])
        }
        guard words[0] == "GET" || words[0] == "HEAD" else { return .refused(.notAllowed) }
        // What a body would be is never read.
        guard headers["transfer-encoding"] == nil, headers["content-length"] ?? "0" == "0" else {
            return .refused(.badRequest)
        }
        let connection = headers["connection"]?.lowercased()
        return .request(
            HTTPRequest(
                path: String(words[1].prefix { $0 != "?" }), headers: headers,
                isHead: words[0] == "HEAD",
                keepsAlive: words[2] == "HTTP/1.1" && connection != "close"))
    }

    private static func trimmed(_ text: Substring) -> String {
        var rest = text.drop { $0 == " " || $0 == "\t" }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return String(rest)
    }
}

/// What a client gets.
package struct HTTPResponse: Sendable {
    package let status: Int
    package let contentType: String
    package let body: [UInt8]

    package init(status: Int = 200, contentType: String = "text/plain", body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    package static let notFound = HTTPResponse(status: 404, body: Array("not found\n".utf8))
    static let badRequest = HTTPResponse(status: 400, body: Array("bad request\n".utf8))
    static let notAllowed = HTTPResponse(status: 405, body: Array("GET and HEAD only\n".utf8))
    static let timedOut = HTTPResponse(status: 408, body: Array("too slow\n".utf8))
    static let tooLarge = HTTPResponse(status: 431, body: Array("request too large\n".utf8))

    func bytes(isHead: Bool, keepsAlive: Bool) -> [UInt8] {
        let head = [
            "HTTP/1.1 \(status) \(reason)", "Content-Type: \(contentType)",
            "Content-Length: \(body.count)", "Connection: \(keepsAlive ? "keep-alive" : "close")",
            status == 405 ? "Allow: GET, HEAD" : nil, "", "",
        ].compactMap { $0 }.joined(separator: "\r\n")
        return head.utf8 + (isHead ? [] : body)
    }

    private var reason: String {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 431: "Request Header Fields Too Large"
        case 503: "Service Unavailable"
        default: "Status"
        }
    }
}
