import Testing

@testable import Profiles

@Suite struct IPPrefixTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.0.0.0/8"), ("192.0.2.1", "192.0.2.1/32"), ("0.0.0.0/0", "0.0.0.0/0"),
        ("fd00::/8", "fd00::/8"), ("::/0", "::/0"), ("::1", "::1/128"),
        ("2001:DB8::1", "2001:db8::1/128"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1/128"),
        ("2001:0db8:0000:0001:0000:0001:0000:0001", "2001:db8:0:1:0:1:0:1/128"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0/128"), ("1::", "1::/128"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"), ("::ffff:0:0/96", "0.0.0.0/0"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221/128"), ("0:0:0:0:0:0:0:0", "::/128"),
    ])
    func reads(text: String, canonical: String) throws {
        let prefix = try IPPrefix(text)
        #expect(prefix.description == canonical)
        #expect(try IPPrefix(canonical) == prefix)
    }

    @Test(arguments: [
        "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/+8", "10.0.0.0/8/8",
        "10.0.0", "10.0.0.0.0", "10.0.0.256", "10.0.0.01", "10.0.0.-1", " 10.0.0.1", "10.0.0.1 ",
        "::/129", ":::", "1::2::3", ":1::2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "g::", "12345::", "fe80::1%eth0", ":",
        "10.0.0.1::", "::10.0.0.1:1", "1:", "localhost", "::ffff:10.0.0", "１０.0.0.1",
    ])
    func refuses(text: String) {
        #expect(throws: IPPrefix.ParseError.self) { try IPPrefix(text) }
    }

    @Test(arguments: [
        ("10.1.0.0/8", "10.0.0.0/8"), ("fd00::1/8", "fd00::/8"), ("1.2.3.4/0", "0.0.0.0/0"),
        ("192.0.2.255/31", "192.0.2.254/31"), ("ffff::/1", "8000::/1"),
    ])
    func namesTheRightPrefix(text: String, right: String) {
        let error = #expect(throws: IPPrefix.ParseError.self) { try IPPrefix(text) }
        #expect(error?.expected == right)
    }

    @Test func bytesAreNetworkOrderAndMapped() throws {
        let prefix = try IPPrefix("10.1.2.0/24")
        #expect(prefix.bytes == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 0])
        #expect(prefix.length == 120)
        #expect(try IPPrefix("fd00::/8").bytes == [0xfd] + [UInt8](repeating: 0, count: 15))
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.1.2.3", true), ("10.0.0.0/8", "11.0.0.0", false),
        ("10.0.0.0/8", "10.0.0.0/8", true), ("10.0.0.0/9", "10.0.0.0/8", false),
        ("0.0.0.0/0", "::1", false), ("::/0", "10.0.0.1", true), ("fd00::/8", "fdff::1", true),
    ])
    func contains(outer: String, inner: String, expected: Bool) throws {
        #expect(try IPPrefix(outer).contains(IPPrefix(inner)) == expected)
    }

    @Test func sorts() throws {
        let texts = ["::/0", "10.0.0.0/8", "10.0.0.0/9", "10.128.0.0/9", "fd00::/8"]
        let prefixes = try texts.map { try IPPrefix($0) }
        #expect(prefixes.shuffled().sorted() == prefixes)
    }
}
