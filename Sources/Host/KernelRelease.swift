/// A kernel's version; to be shown, and compared only where a feature can't be tried.
package struct KernelRelease: Comparable, Hashable, Sendable, CustomStringConvertible {
    package let major: Int
    package let minor: Int
    package let patch: Int
    /// As the kernel gives it, such as `6.1.0-28-amd64`.
    package let text: String

    /// Reads `6.18.44-fc`, `6.1`, or `6.12.0+`.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 2).map { part in
            Int(part.prefix { $0.isASCII && $0.isNumber })
        }
        guard parts.count >= 2, let major = parts[0], let minor = parts[1] else { return nil }
        self.major = major
        self.minor = minor
        patch = parts.count > 2 ? parts[2] ?? 0 : 0
        self.text = text
    }

    package var description: String { text }

    package static func < (a: KernelRelease, b: KernelRelease) -> Bool {
        (a.major, a.minor, a.patch) < (b.major, b.minor, b.patch)
    }

    package static func == (a: KernelRelease, b: KernelRelease) -> Bool {
        (a.major, a.minor, a.patch) == (b.major, b.minor, b.patch)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(major)
        hasher.combine(minor)
        hasher.combine(patch)
    }
}
