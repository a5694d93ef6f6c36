import Profiles
import SystemPackage

extension ControllerPlugin {
    /// What is read from a plug-in's directory.
    struct Files {
        let directory: FilePath
        let manifest: ControllerManifest
        let object: [UInt8]

        init(_ path: FilePath) throws(CongestionControlError) {
            do throws(TrustedDirectory.Refusal) {
                let directory = try TrustedDirectory(path)
                self.directory = directory.path
                manifest = try Self.manifest(in: directory)
                object = try Self.read(
                    manifest.object, in: directory, limit: ControllerPlugin.maximumObjectSize,
                    .object, orElse: "'tcptune cc build \(directory.path)' makes it")
            } catch {
                var refused = CongestionControlError(
                    .invalidPlugin, path.lastComponent?.string ?? path.string, error.reason,
                    advice: error.advice)
                refused.check = error.check
                throw refused
            }
        }

        private static func manifest(
            in directory: borrowing TrustedDirectory
        ) throws(TrustedDirectory.Refusal) -> ControllerManifest {
            let path = directory.path.appending(ControllerManifest.file)
            let bytes = try read(
                ControllerManifest.file, in: directory, limit: DocumentFormat.maximumSize,
                .metadata, orElse: "'tcptune cc new NAME' makes a plug-in")
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw TrustedDirectory.Refusal(
                    reason: "\(path) is not text in UTF-8", check: .metadata)
            }
            do throws(ProfileError) {
                return try ControllerManifest(text, file: path.string)
            } catch {
                throw TrustedDirectory.Refusal(reason: "\(error)", check: .metadata)
            }
        }

        private static func read(
            _ name: String, in directory: borrowing TrustedDirectory, limit: Int, _ check: Check,
            orElse advice: String
        ) throws(TrustedDirectory.Refusal) -> [UInt8] {
            if let bytes = try directory.read(name, limit: limit) { return bytes }
            throw TrustedDirectory.Refusal(
                reason: "\(directory.path.appending(name)) isn't there", advice: advice,
                check: check)
        }
    }
}
