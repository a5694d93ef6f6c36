import Glibc
import Host

/// Where a benchmark ran, for people who compare results.
enum BenchEnvironment {
    private static let sysctls = [
        "net.ipv4.tcp_congestion_control", "net.ipv4.tcp_ecn", "net.ipv4.tcp_sack",
        "net.ipv4.tcp_timestamps", "net.ipv4.tcp_slow_start_after_idle",
        "net.core.default_qdisc", "net.core.rmem_max", "net.core.wmem_max",
    ]

    static func describe(version: String, path: BenchPath) -> [String: String] {
        var facts = [
            "tcptune": version, "cpus": String(sysconf(CInt(_SC_NPROCESSORS_ONLN))),
        ]
        var name = utsname()
        if uname(&name) == 0 {
            facts["kernel"] = withUnsafeBytes(of: name.release, text)
            facts["machine"] = withUnsafeBytes(of: name.machine, text)
        }
        if let model = cpuModel() { facts["cpu"] = model }
        for sysctl in sysctls {
            if let value = try? Sysctl().read(sysctl) { facts[sysctl] = value }
        }
        if case .emulated(_, _, let backend) = path {
            facts["backend"] = backend.rawValue
            if backend == .emulator {
                facts["offloads"] =
                    "TSO and checksums on the emulated hosts, cut by the emulator"
            }
            for (sysctl, value) in HostTuning.sysctls {
                facts["\(sysctl) on the emulated hosts"] = value
            }
        }
        return facts
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func cpuModel() -> String? {
        guard let file = fopen("/proc/cpuinfo", "re") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 512)
        while fgets(&line, CInt(line.count), file) != nil {
            let text = line.withUnsafeBytes(text)
            if text.hasPrefix("model name"), let colon = text.firstIndex(of: ":") {
                return String(text[text.index(after: colon)...].drop { $0 == " " }.dropLast())
            }
        }
        return nil
    }
}
