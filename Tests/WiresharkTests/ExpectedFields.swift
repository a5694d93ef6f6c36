import Profiles

/// What the dissector has to print of a segment's options.
struct ExpectedFields {
    static let names = [
        "tcptune.hello.ack_delay", "tcptune.hello.workload", "tcptune.hello.profile",
        "tcptune.telemetry.cwnd", "tcptune.telemetry.srtt", "tcptune.telemetry.min_rtt",
        "tcptune.telemetry.rate", "tcptune.telemetry.retransmits", "tcptune.telemetry.clock",
        "tcptune.telemetry.delay", "tcptune.user_timeout", "tcptune.raw.exid",
        "tcptune.raw.value", "tcptune.unknown", "tcptune.type",
    ]

    private var values: [String: [String]] = [:]

    init(_ bytes: [UInt8]) {
        for option in HeaderOptionWire.parse(bytes).options { add(option) }
    }

    /// As tshark prints it, without colons.
    var row: [String] { Self.names.map { (values[$0] ?? []).joined(separator: ",") } }

    private mutating func add(_ option: HeaderOptionWire) {
        switch option {
        case .hello(let hello):
            set("type", "1")
            if let delay = hello.maximumACKDelay {
                set("hello.ack_delay", "\(delay / 10)" + (delay % 10 == 0 ? "" : ".\(delay % 10)"))
            }
            if let identity = hello.identity {
                set("hello.workload", "0x" + hexadecimal(identity.workload))
                set("hello.profile", "0x" + hexadecimal(identity.profile))
            }
        case .telemetry(let telemetry):
            set("type", "2")
            set("telemetry.cwnd", "\(telemetry.congestionWindow)")
            set("telemetry.srtt", float: telemetry.smoothedRTT, unless: HeaderOptionFloat.unknown)
            set("telemetry.min_rtt", float: telemetry.leastRTT, unless: HeaderOptionFloat.unknown)
            set("telemetry.rate", float: telemetry.deliveryRate, unless: 0)
            set("telemetry.retransmits", "\(telemetry.retransmits)")
            set("telemetry.clock", "\(telemetry.clock)")
            set(
                "telemetry.delay", float: telemetry.queueingDelay, unless: HeaderOptionFloat.unknown
            )
        case .userTimeout(let timeout): set("user_timeout", "\(timeout.seconds)")
        // Fast Open's, which Wireshark decodes itself.
        case .experiment(0xf989, _): break
        case .experiment(let exid, let value):
            set("raw.exid", "0x" + hexadecimal(exid))
            if !value.isEmpty { set("raw.value", value.map { hexadecimal($0) }.joined()) }
        case .unknown(let bytes): set("unknown", bytes.map { hexadecimal($0) }.joined())
        case .other: break
        }
    }

    private mutating func set(_ name: String, _ value: String) {
        values["tcptune." + name, default: []].append(value)
    }

    private mutating func set(_ name: String, float: UInt16, unless unknown: UInt16) {
        if float != unknown { set(name, "\(HeaderOptionFloat.decode(float))") }
    }

    private func hexadecimal<Value: FixedWidthInteger>(_ value: Value) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: Value.bitWidth / 4 - digits.count) + digits
    }
}
