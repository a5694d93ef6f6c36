import BPF
import Profiles

/// The compiled form of a BPF controller, a shipped one's or a user's: both take the same path from
/// here on.
package struct ControllerObject: Sendable {
    /// The controller's name in profiles, and that of its variable in the source.
    package let name: String
    /// The file.
    package let elf: [UInt8]
    /// Which version it is: 16 hexadecimal digits, the 64-bit FNV-1a of the file.
    package let digest: String
    /// Whether the verifier's verdict is about what a user wrote.
    private let isPlugin: Bool

    init(name: String, elf: [UInt8], isPlugin: Bool) {
        self.name = name
        self.elf = elf
        self.isPlugin = isPlugin
        digest = FNV1a.digits(elf)
    }

    /// Opened, to be set up and loaded.
    func open(as registeredName: String? = nil) throws(BPFError) -> Object {
        try Object(elf: elf, name: name, renaming: registeredName.map { [name: $0] } ?? [:])
    }

    /// Runs what fails in the kernel's words, and says it in this module's.
    func perform<R: ~Copyable>(
        _ body: () throws(BPFError) -> R
    ) throws(CongestionControlError) -> R {
        do throws(BPFError) {
            return try body()
        } catch {
            throw isPlugin
                ? CongestionControlError(plugin: name, error) : CongestionControlError(name, error)
        }
    }
}
