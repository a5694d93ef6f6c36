import SystemPackage

/// Whose plug-ins are looked at, for what is said of them.
package struct PluginKind: Sendable {
    /// The command that makes and builds them, such as `tcptune cc`.
    let command: String
    /// Where one is safe.
    let home: FilePath

    package init(command: String, home: FilePath) {
        self.command = command
        self.home = home
    }

    /// Makes one.
    var maker: String { "\(command) new NAME" }
}
