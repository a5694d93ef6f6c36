/// What was run and where: `manifest.json` of a result directory.
package struct Manifest: Codable, Sendable, Equatable {
    package static let format = 1

    /// Of the directory's layout.
    package var format: Int
    /// The scenario's name, or `custom`.
    package var scenario: String
    package var description: String
    /// The link as its specification says it, or `host:port` of a real path.
    package var path: String
    /// As its specification says it.
    package var workload: String
    /// `sequential`, `coexist` or `mix`.
    package var design: String
    package var a: Arm
    package var b: Arm
    /// Blocks asked for.
    package var repeats: Int
    /// Seconds each run lasts, warm-up included, and the warm-up.
    package var duration: Double
    package var warmUp: Double
    package var seed: UInt64
    /// Relative differences below it count as none, by metric; `*` for all others.
    package var margins: [String: Double]
    /// Seconds since 1970, UTC.
    package var started: Double
    /// False: interrupted; what was finished is there.
    package var isComplete: Bool
    /// Kernel, CPU, sysctls, versions, offloads: names and values for people.
    package var environment: [String: String]
    /// The command line that repeats it.
    package var command: String

    package struct Arm: Codable, Sendable, Equatable {
        /// The profile's name.
        package var name: String
        /// The profile, canonical.
        package var profile: String
    }
}
