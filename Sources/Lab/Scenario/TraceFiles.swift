import Glibc
import Host
import SystemPackage

/// Recorded links, found by path or by name in directories.
package struct TraceFiles: Sendable {
    /// Where a trace that is named without a "/" is looked for, after the working directory.
    package static let defaultDirectories = [
        "benchmarks/traces", "/usr/local/share/tcptune/traces", "/usr/share/tcptune/traces",
    ]

    /// Larger than any recorded link.
    private static let maximumSize = 64 << 20

    private let directories: [String]

    package init(directories: [String] = TraceFiles.defaultDirectories) {
        self.directories = directories
    }

    /// The file's content, cut one byte after the largest size.
    package func bytes(_ name: String) throws -> [UInt8] {
        let directories = name.contains("/") ? [] : directories
        let places = [name] + directories.map { "\($0)/\(name)" }
        guard let path = places.first(where: { access($0, R_OK) == 0 }) else {
            throw BenchError(
                .invalid,
                "there is no such file" + (directories.isEmpty ? "" : " here or in ")
                    + directories.joined(separator: ", "))
        }
        let file = OwnedDescriptor(
            try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec))
        var bytes: [UInt8] = []
        while bytes.count <= Self.maximumSize {
            let chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { space, count in
                count = try file.raw.read(into: UnsafeMutableRawBufferPointer(space))
            }
            if chunk.isEmpty { break }
            bytes += chunk
        }
        return bytes
    }
}
