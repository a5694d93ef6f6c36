import SystemPackage

/// Where plug-ins of a kind are safe, and who makes them: for advice.
package struct PluginHome: Sendable {
    let directory: FilePath
    /// What makes and builds them, such as `tcptune cc`.
    let command: String

    package init(_ directory: FilePath, command: String) {
        self.directory = directory
        self.command = command
    }

    /// Makes one.
    var maker: String { "\(command) new NAME" }
}
