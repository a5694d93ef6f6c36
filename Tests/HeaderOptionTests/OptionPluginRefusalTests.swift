import Glibc
import HeaderOptions
import Profiles
import SystemPackage
import TestSupport
import Testing

@testable import BPF
@testable import Tuner

extension HeaderOptionSuites {
    /// What isn't taken, and that nothing changes then.
    @Suite final class OptionPluginRefusalTests {
        private let folder: OptionPluginFolder
        private let cgroup: TemporaryCgroup

        init() throws {
            try KernelTest.require()
            folder = try OptionPluginFolder()
            cgroup = try TemporaryCgroup()
        }

        private func refusal(
            of options: [HeaderOption], _ sourceLocation: SourceLocation = #_sourceLocation
        ) -> TunerError? {
            let profile = Profile(
                name: "refused",
                congestionControl: CongestionControlChoice(algorithm: "tt_reno"),
                headerOptions: options)
            let error = #expect(throws: TunerError.self, sourceLocation: sourceLocation) {
                try folder.tuner.apply(profile, to: [.cgroup(cgroup.path.string)])
            }
            #expect(error?.code == .invalidProfile, sourceLocation: sourceLocation)
            return error
        }

        @Test func theVerifiersVerdictChangesNothing() throws {
            defer { _ = try? folder.tuner.detachAll() }
            try folder.add("good", saying: [1])
            try folder.add(
                "bad", exid: 0xB002, length: 4,
                write: "while (((volatile u8 *)value)[0] != 1) {}\nreturn 4;")
            // On a cgroup without a profile: nothing is there afterwards.
            let first = try #require(refusal(of: [.plugin("good"), .plugin("bad")]))
            #expect(first.message.hasPrefix("header option 'bad': "), "\(first)")
            #expect(first.log?.isEmpty == false)
            #expect(try folder.tuner.attachments().isEmpty)
            #expect(access("/sys/fs/bpf/tcptune-header-\(getpid())", F_OK) != 0)
            #expect(try eventually { try OptionPluginLifecycleTests.programs() == 0 })

            let target = Target.cgroup(cgroup.path.string)
            try folder.tuner.apply(
                Profile(name: "kept", headerOptions: [.plugin("good")]), to: [target])
            let before = try folder.tuner.attachments()
            let pins = try folder.pins()
            _ = refusal(of: [.plugin("good"), .plugin("bad")])
            let after = try folder.tuner.attachments()
            #expect(after.map(\.programID) == before.map(\.programID))
            #expect(after.map(\.profile) == ["kept"])
            #expect(try folder.pins() == pins)
            #expect(try folder.tuner.registeredControllers().isEmpty)
        }

        @Test func onlyWhatIsRootsAlone() throws {
            try folder.add("mine", saying: [1])
            let plugin = folder.path.appending("mine")
            func expectRefusal(_ words: String, advice: String) {
                let error = refusal(of: [.plugin("mine")])
                #expect(error?.message.contains(words) == true, "\(String(describing: error))")
                #expect(error?.description.contains(advice) == true)
            }
            for file in ["", "option.yaml", "mine.bpf.o"] {
                let path = file.isEmpty ? plugin : plugin.appending(file)
                let mode: mode_t = file.isEmpty ? 0o755 : 0o644
                chmod(path.string, mode | 0o020)
                expectRefusal("\(path) can be written by its group", advice: "chmod go-w \(path)")
                chmod(path.string, mode | 0o002)
                expectRefusal("\(path) can be written by everybody", advice: "chmod go-w \(path)")
                chmod(path.string, mode)
                chown(path.string, 65534, 0)
                expectRefusal("\(path) belongs to user 65534", advice: "chown root:root \(path)")
                chown(path.string, 0, 0)
            }
            let link = folder.path.appending("other")
            symlink(plugin.string, link.string)
            #expect(refusal(of: [.plugin("other")])?.message.contains("symbolic link") == true)
            unlink(plugin.appending("mine.bpf.o").string)
            expectRefusal("mine.bpf.o isn't there", advice: "tcptune option build \(plugin)")
            unlink(plugin.appending("option.yaml").string)
            expectRefusal("option.yaml isn't there", advice: "tcptune option new NAME")
            let unknown = refusal(of: [.plugin("none")])
            #expect(unknown?.message.contains("no plug-in of this name in \(folder.path)") == true)
            #expect(unknown?.message.contains("tcptune option list") == true)
        }

        @Test func whatIsNoOptionsObject() throws {
            try folder.add("mine", saying: [1])
            let plugin = folder.path.appending("mine")
            let object = plugin.appending("mine.bpf.o").string
            _ = try Command.check(["sh", "-c", "echo nothing > \"$0\"", object])
            #expect(refusal(of: [.plugin("mine")])?.message.contains("isn't BPF") == true)
            _ = try Command.check(["cp", "/bin/true", object])
            chmod(object, 0o644)
            #expect(refusal(of: [.plugin("mine")])?.message.contains("isn't BPF") == true)
            _ = try Command.check([
                "sh", "-c", "grep -v TCPTUNE_OPTION \"$0\" >\"$0.new\" && mv \"$0.new\" \"$0\"",
                plugin.appending("mine.bpf.c").string,
            ])
            _ = try Command.check([
                "sed", "-i", "1a char _license[] SEC(\"license\") = \"GPL\";",
                plugin.appending("mine.bpf.c").string,
            ])
            try folder.build("mine")
            let other = refusal(of: [.plugin("mine")])
            #expect(other?.message.contains("the one program is 'tcptune_option'") == true)
            #expect(other?.message.contains("TCPTUNE_OPTION at the end") == true)
        }

        @Test func twoWithOneIdentifier() throws {
            try folder.add("one", saying: [1])
            try folder.add("two", saying: [2])
            let plugins = refusal(of: [.plugin("one"), .plugin("two")])
            #expect(
                plugins?.message.contains("plug-in one and plug-in two both have 0xB001") == true)
            #expect(plugins?.advice == "give one of them another ExID")
            let raw = refusal(of: [.raw(0xB001, [1], on: [.data]), .plugin("two")])
            #expect(raw?.message.contains("both have 0xB001") == true, "\(raw as Any)")
        }

        @Test func tooLongForTheRoom() throws {
            try folder.add("long", length: 24, write: "return 24;")
            try folder.add("short", exid: 0xB002, length: 9, write: "return 9;")
            let beside = refusal(of: [.telemetry, .plugin("short")])
            #expect(beside?.message.contains("telemetry 20, short 13") == true)
            let handshake = refusal(of: [.plugin("long", on: [.syn])])
            #expect(handshake?.message.contains("kernel's 20, long 28") == true)
            #expect(handshake?.message.contains("8 too many") == true)
            // Alone, and on data, it just fits.
            try folder.tuner.apply(
                Profile(name: "fits", headerOptions: [.plugin("long")]),
                to: [.cgroup(cgroup.path.string)])
            try folder.tuner.detachAll()
        }
    }
}
