import FoundationEssentials
import Glibc
import Host
import SystemPackage

/// What a benchmark leaves behind: `manifest.json`, `runs.jsonl`, `series/INDEX.json`, and reports.
///
/// Each file is whole at any time but `runs.jsonl`, whose last line a crash may cut: what a
/// benchmark has finished can be reported however it ended.
package struct ResultDirectory: Sendable {
    package let path: FilePath

    private var manifestPath: FilePath { path.appending("manifest.json") }
    private var runsPath: FilePath { path.appending("runs.jsonl") }
    private var seriesPath: FilePath { path.appending("series") }

    /// An existing one.
    package init(at path: FilePath) {
        self.path = path
    }

    /// A new one below `parent`, named after the time and the scenario, with its manifest.
    package static func create(
        below parent: FilePath, _ manifest: Manifest
    ) throws(BenchError) -> ResultDirectory {
        let stem = "\(timestamp(manifest.started))-\(manifest.scenario)"
        try makeDirectories(parent)
        for number in 1...100 {
            let path = parent.appending(number == 1 ? stem : "\(stem)-\(number)")
            if path.withPlatformString({ mkdir($0, 0o755) }) == 0 {
                let directory = ResultDirectory(at: path)
                do throws(BenchError) {
                    try directory.write(manifest)
                    try makeDirectories(directory.seriesPath)
                } catch {
                    directory.discard()
                    throw error
                }
                return directory
            }
            guard errno == EEXIST else { throw failed("make the directory", path, errno) }
        }
        throw BenchError(.failed, "\(parent.appending(stem)) is there, and 99 more of it")
    }

    /// Removes one that holds nothing but, perhaps, its manifest.
    private func discard() {
        manifestPath.withPlatformString { _ = unlink($0) }
        path.withPlatformString { _ = rmdir($0) }
    }

    package func write(_ manifest: Manifest) throws(BenchError) {
        try write(try Self.encode(manifest, isPretty: true), to: manifestPath)
    }

    package func append(_ record: RunRecord, _ series: RunSeries) throws(BenchError) {
        try write(
            try Self.encode(series), to: seriesPath.appending("\(record.index).json"))
        let line = try Self.encode(record) + [UInt8(ascii: "\n")]
        do {
            let file = OwnedDescriptor(
                try FileDescriptor.open(
                    runsPath, .writeOnly, options: [.create, .append, .closeOnExec],
                    permissions: [.ownerReadWrite, .groupRead, .otherRead]))
            try file.raw.writeAll(line)
        } catch {
            throw BenchError(.failed, "cannot write \(runsPath): \(error)")
        }
    }

    package func write(_ text: String, named name: String) throws(BenchError) {
        try write(Array(text.utf8), to: path.appending(name))
    }

    package func write(_ text: String, to file: FilePath) throws(BenchError) {
        try write(Array(text.utf8), to: file)
    }

    package func manifest() throws(BenchError) -> Manifest {
        let manifest: Manifest = try decode(manifestPath)
        guard manifest.format == Manifest.format else {
            throw BenchError(
                .invalid, "\(manifestPath) has format \(manifest.format)",
                advice: "this build reads format \(Manifest.format)")
        }
        return manifest
    }

    /// All runs, without a last line that a crash cut.
    package func records() throws(BenchError) -> [RunRecord] {
        guard access(runsPath.string, F_OK) == 0 else { return [] }
        let lines = try read(runsPath).split(separator: UInt8(ascii: "\n"))
        var records: [RunRecord] = []
        for (number, line) in lines.enumerated() {
            do {
                records.append(try Self.decode(line))
            } catch {
                if number == lines.count - 1 { break }
                throw BenchError(.invalid, "\(runsPath):\(number + 1): is no run: \(error)")
            }
        }
        return records
    }

    /// By ``RunRecord/index``.
    package func series(of records: [RunRecord]) throws(BenchError) -> [Int: RunSeries] {
        var result: [Int: RunSeries] = [:]
        for record in records {
            let file = seriesPath.appending("\(record.index).json")
            guard access(file.string, F_OK) == 0 else { continue }
            result[record.index] = try decode(file) as RunSeries
        }
        return result
    }

    private static func encode(
        _ value: some Encodable, isPretty: Bool = false
    ) throws(BenchError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            isPretty
            ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
            : [.sortedKeys, .withoutEscapingSlashes]
        do {
            return [UInt8](try encoder.encode(value))
        } catch {
            throw BenchError(.failed, "a result can't be written as JSON: \(error)")
        }
    }

    /// Of JSON; throws for numbers that can't be, too.
    static func decode<Value: Decodable & Plausible>(_ json: some Sequence<UInt8>) throws -> Value {
        let value = try JSONDecoder().decode(Value.self, from: Data(json))
        guard value.isPlausible else {
            throw BenchError(.invalid, "it has numbers that nobody can have measured")
        }
        return value
    }

    private func decode<Value: Decodable & Plausible>(
        _ file: FilePath
    ) throws(BenchError) -> Value {
        let bytes = try read(file)
        do {
            return try Self.decode(bytes)
        } catch {
            throw BenchError(.invalid, "\(file) is no result of a benchmark: \(error)")
        }
    }

    private func read(_ file: FilePath) throws(BenchError) -> [UInt8] {
        do {
            let source = OwnedDescriptor(
                try FileDescriptor.open(file, .readOnly, options: .closeOnExec))
            var bytes: [UInt8] = []
            while true {
                let chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { space, count in
                    count = try source.raw.read(into: UnsafeMutableRawBufferPointer(space))
                }
                if chunk.isEmpty { return bytes }
                bytes += chunk
            }
        } catch {
            throw BenchError(
                .invalid, "cannot read \(file): \(error)",
                advice: "give the directory that 'tcptune bench run' made")
        }
    }

    private func write(_ bytes: [UInt8], to file: FilePath) throws(BenchError) {
        do {
            try AtomicFile.write(bytes, to: file)
        } catch {
            throw BenchError(error)
        }
    }

    private static func makeDirectories(_ path: FilePath) throws(BenchError) {
        var made = FilePath(root: path.root, [])
        for component in path.components {
            made.append(component)
            if made.withPlatformString({ mkdir($0, 0o755) }) != 0 && errno != EEXIST {
                throw failed("make the directory", made, errno)
            }
        }
    }

    private static func failed(_ what: String, _ path: FilePath, _ error: CInt) -> BenchError {
        BenchError(.failed, "cannot \(what) \(path): \(Errno(rawValue: error))")
    }

    /// UTC, such as `2026-11-25T165501`.
    private static func timestamp(_ time: Double) -> String {
        var seconds = time_t(time)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let length = strftime(&text, text.count, "%Y-%m-%dT%H%M%S", &parts)
        return String(decoding: text[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
