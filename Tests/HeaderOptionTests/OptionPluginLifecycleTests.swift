import HeaderOptions
import Profiles
import TestSupport
import Testing

@testable import BPF
@testable import Tuner

extension HeaderOptionSuites {
    /// Plug-ins' header options that are changed, replaced and taken off.
    @Suite struct OptionPluginLifecycleTests {
        private let folder: OptionPluginFolder
        private let rig: HeaderRig

        init() throws {
            folder = try OptionPluginFolder()
            rig = try HeaderRig()
        }

        @Test func aNewVersionTakesEffectOnOpenConnections() throws {
            try folder.add("mine", saying: [1])
            try folder.apply([.plugin("mine")], to: rig)
            let connection = try rig.connect(to: try rig.listen())
            try connection.exchange(3)
            #expect(try folder.said(to: connection.server) == ["mine": 1])
            let old = try #require(try folder.tuner.attachments().first?.optionPlugins.first)
            // The same again changes nothing.
            let program = try folder.tuner.attachments().map(\.programID)
            try folder.apply([.plugin("mine")], to: rig)
            #expect(try folder.tuner.attachments().map(\.programID) == program)

            try folder.add("mine", saying: [2])
            try folder.apply([.plugin("mine")], to: rig)
            let new = try #require(try folder.tuner.attachments().first?.optionPlugins.first)
            #expect(new.name == old.name && new.digest != old.digest)
            let isNew = try eventually {
                try connection.exchange()
                return try folder.said(to: connection.server) == ["mine": 2]
                    && folder.said(to: connection.client) == ["mine": 2]
            }
            #expect(isNew)
        }

        @Test func anotherProfilesOptionsArentShown() throws {
            try folder.add("mine", saying: [1])
            try folder.add("yours", exid: 0xB002, saying: [2])
            try folder.apply([.plugin("mine")], to: rig)
            let connection = try rig.connect(to: try rig.listen())
            try connection.exchange(3)
            try folder.apply([.plugin("yours")], to: rig)
            try connection.exchange(3)
            #expect(try folder.said(to: connection.server) == [:])
            let next = try rig.connect(to: try rig.listen())
            try next.exchange(3)
            #expect(try folder.said(to: next.server) == ["yours": 2])
        }

        @Test func replacingAndDetachingLeaveNoPin() throws {
            try folder.add("mine", saying: [1])
            try folder.apply([.plugin("mine")], to: rig)
            #expect(try folder.pins().count == 2)
            try folder.add("mine", saying: [2])
            try folder.apply([.plugin("mine")], to: rig)
            #expect(try folder.pins().count == 2)
            try folder.apply([.telemetry], to: rig)
            #expect(try folder.pins().isEmpty)
            try folder.apply([.plugin("mine")], to: rig)
            try folder.tuner.detach([rig.clientTarget])
            #expect(try folder.pins().count == 1)
            try folder.tuner.detachAll()
            #expect(try folder.pins().isEmpty)
            #expect(try eventually { try Self.programs() == 0 })
        }

        /// Of plug-ins' options, in the kernel.
        static func programs() throws -> Int {
            try Program.ids().filter { id in
                guard let program = try? Program(id: id), let info = try? program.info() else {
                    return false
                }
                return info.name == OptionPlugin.program
            }.count
        }
    }
}
