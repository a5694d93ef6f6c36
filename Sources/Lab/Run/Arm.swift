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
    /// name; one that can't be carried out here is refused.
    package static func find(_ text: String, _ tuner: Tuner) throws -> Arm {
        let unknown: ProfileError
        do {
            let arm = Arm(name: text, profile: try ProfileCatalog().find(text))
            _ = try tuner.plan(arm.profile, for: [])
            return arm
        } catch let error as ProfileError where error.code == .unknown {
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
                "arm '\(text)' is neither a profile nor a controller:\n  \(unknown)\n  \(error)")
        }
        return Arm(name: text, profile: controller)
    }
}
