import Testing

@testable import GRPC

/// The examples of RFC 7541, appendix C, and what Go's gRPC sends.
@Suite struct HeaderDecoderTests {
    private func decode(_ hex: String, _ decoder: inout HeaderDecoder) throws -> [String] {
        try decoder.decode(bytes(hex)).map { "\($0.name): \($0.value)" }
    }

    private func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }

    @Test func integers() throws {
        for (hex, bits, value) in [("0a", 5, 10), ("1f9a0a", 5, 1337), ("2a", 8, 42)] {
            var rest = bytes(hex)[...]
            #expect(try HeaderDecoder.integer(&rest, bits: bits) == value)
            #expect(rest.isEmpty)
        }
    }

    /// C.4: requests with Huffman codes that go on using the table.
    @Test func huffmanRequests() throws {
        var decoder = HeaderDecoder()
        let first = [
            ":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com",
        ]
        #expect(try decode("828684418cf1e3c2e5f23a6ba0ab90f4ff", &decoder) == first)
        #expect(
            try decode("828684be5886a8eb10649cbf", &decoder) == first + ["cache-control: no-cache"])
        #expect(
            try decode("828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf", &decoder) == [
                ":method: GET", ":scheme: https", ":path: /index.html",
                ":authority: www.example.com", "custom-key: custom-value",
            ])
    }

    /// C.3: the same in plain text.
    @Test func plainRequest() throws {
        var decoder = HeaderDecoder()
        let fields = try decode("828684410f7777772e6578616d706c652e636f6d", &decoder)
        #expect(fields.last == ":authority: www.example.com")
    }

    @Test func gRPCTrailers() throws {
        var decoder = HeaderDecoder()
        #expect(
            try decode("885f8b1d75d0620d263d4c4d6564", &decoder)
                == [":status: 200", "content-type: application/grpc"])
        let status = ["grpc-status: 12", "grpc-message: unknown service runtime.v1.RuntimeService"]
        #expect(
            try decode(
                "40889acac8b21234da8f8208bf40899acac8b5254207317f9eb6aeb51fc54a20b677310aa596d4935255f"
                    + "b857db6d493525dc5b3b9885f", &decoder) == status)
        // From the table.
        #expect(try decode("bfbe", &decoder) == status)
    }

    @Test func everySymbol() throws {
        // "0" to "9" have 5 and 6 bits; the longest codes are 30 bits: CR, LF and octet 22.
        #expect(
            try HuffmanCode.hpack.decode(bytes("fffffff3ffffffdfffffffbf")[...]) == [10, 13, 22])
    }

    @Test(arguments: [
        "80", "be", "ff80", "ffffffffffff7f", "40", "4005", "400561", "4085ffffffffff", "00817f",
        "3fe21f",
        "00", "0f", "418cf1e3", "4081003f",
    ]) func refuses(hex: String) {
        var decoder = HeaderDecoder()
        #expect(throws: WireError.self) { try decode(hex, &decoder) }
    }

    /// Any bytes end in fields or in an error, and the table stays in bounds.
    @Test func survivesNoise() {
        var state: UInt64 = 1
        for _ in 0..<20_000 {
            let block = (0..<24).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 33)
            }
            var decoder = HeaderDecoder()
            _ = try? decoder.decode(block)
            _ = try? decoder.decode(block)
        }
    }

    @Test func ownHeadersAreRead() throws {
        let fields = [
            (":path", "/runtime.v1.RuntimeService/Version"),
            ("long", String(repeating: "x", count: 300)),
        ]
        var decoder = HeaderDecoder()
        let decoded = try decoder.decode(HeaderEncoder.encode(fields))
        #expect(decoded.map(\.name) == fields.map(\.0))
        #expect(decoded.map(\.value) == fields.map(\.1))
    }

    @Test func messagesAreUnescaped() {
        #expect(Answer.unescape("50%25 of%20 %zz %4") == "50% of  %zz %4")
    }
}
