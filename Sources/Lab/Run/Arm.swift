import Profiles
import Tuner

/// What is compared: a profile, or a controller alone.
package struct Arm: Sendable {
    /// As it was asked for.
    package let name: String
    package let profile: Profile

    package init(name: String, profile: Profile) {
        self.name = name
        self.profile = profile
    }

    /// The profile of a name or in a file, or else a profile with nothing but the controller of that
    /// name.
    package static func find(_ text: String, _ tuner: Tuner) throws -> Arm {
        let unknown: ProfileError
        do throws(ProfileError) {
            return Arm(name: text, profile: try ProfileCatalog().find(text))
        } catch {
            guard error.code == .unknown else { throw error }
            unknown = error
        }
        let controller = Profile(
            name: text, congestionControl: CongestionControlChoice(algorithm: text))
        do throws(TunerError) {
            _ = try tuner.plan(controller, for: [])
        } catch {
            guard error.code == .invalidProfile else { throw error }
            throw BenchError(
                .invalid,
                "arm '\(text)' is neither a profile nor a controller: \(unknown), \(error)")
        }
        return Arm(name: text, profile: controller)
    }
}
