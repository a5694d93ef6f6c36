import Foundation
import TestSupport

/// The product, beside the tests' own bundle.
package enum TestBinary {
    package static func path() throws -> String {
        let here = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let path = here.appendingPathComponent("tcptune").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw TestSupportError("\(path) isn't there")
        }
        return path
    }
}
