import Glibc
import Host
import SystemPackage

/// A directory of its own, removed with all in it.
package struct TemporaryDirectory: ~Copyable {
    package let path: FilePath

    package init(below parent: FilePath = "/tmp") throws {
        path = parent.appending(FixtureName.next("tcptune-test"))
        try call("mkdir \(path)", path.withPlatformString { mkdir($0, 0o700) })
    }

    deinit {
        // cgroupfs has directories that can be removed and files that can't.
        if path.withPlatformString({ rmdir($0) }) != 0 {
            _ = try? Command.run(["rm", "-rf", path.string])
        }
    }

    /// Writes a file, with the directories above it, and returns its path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> FilePath {
        let file = path.appending(name)
        var directory = path
        for component in FilePath(name).removingLastComponent().components {
            directory.append(component)
            directory.withPlatformString { _ = mkdir($0, 0o755) }
        }
        try AtomicFile.write(Array(text.utf8), to: file)
        return file
    }
}

/// Roots with files that a test makes up.
package struct FakeRoots: ~Copyable {
    private let directory: TemporaryDirectory
    package var roots: HostRoots {
        HostRoots(
            proc: directory.path.appending("proc"), sys: directory.path.appending("sys"))
    }

    package init(proc: [String: String] = [:], sys: [String: String] = [:]) throws {
        let directory = try TemporaryDirectory()
        for (name, text) in proc { try directory.write(text, to: "proc/" + name) }
        for (name, text) in sys { try directory.write(text, to: "sys/" + name) }
        self.directory = directory
    }
}
