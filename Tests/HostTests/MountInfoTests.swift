import Testing

@testable import Host

@Suite struct MountInfoTests {
    @Test func readsEveryField() throws {
        let info = try MountInfo(
            parsing: """
                41 31 0:38 / /sys/fs/cgroup/unified rw,nosuid shared:9 master:2 - cgroup2 none rw,nsdelegate
                90 27 0:4 net:[4026532221] /run/netns/a rw - nsfs nsfs rw

                """)
        #expect(info.mounts.count == 2)
        let mount = info.mounts[0]
        #expect(mount.id == 41 && mount.parent == 31 && mount.device == "0:38")
        #expect(mount.root == "/" && mount.mountPoint == "/sys/fs/cgroup/unified")
        #expect(mount.options == ["rw", "nosuid"] && mount.superOptions == ["rw", "nsdelegate"])
        #expect(mount.type == "cgroup2" && mount.source == "none")
        #expect(info.mounts[1].root == "net:[4026532221]")
    }

    @Test func decodesOctalEscapes() throws {
        let info = try MountInfo(
            parsing: #"1 1 8:1 /a\040b /mnt/tab\011new\012back\134slash rw - ext4 /dev/x\0401 rw"#)
        #expect(info.mounts[0].root == "/a b")
        #expect(info.mounts[0].mountPoint == "/mnt/tab\tnew\nback\\slash")
        #expect(info.mounts[0].source == "/dev/x 1")
    }

    @Test(arguments: [#"1 1 8:1 / /mnt\04 rw - ext4 x rw"#, #"1 1 8:1 / /mnt\999 rw - ext4 x rw"#])
    func keepsWhatIsNoEscape(line: String) throws {
        #expect(try MountInfo(parsing: line).mounts[0].mountPoint.string.contains(#"\"#))
    }

    @Test(arguments: ["nonsense", "1 1 8:1 / /mnt rw ext4 x rw", "x 1 8:1 / /mnt rw - ext4 x rw"])
    func refusesOtherLines(line: String) {
        #expect(throws: HostError.self) { try MountInfo(parsing: line) }
    }

    @Test func readsThisMachines() throws {
        #expect(try MountInfo.read().mounts.contains { $0.mountPoint == "/" })
    }
}
