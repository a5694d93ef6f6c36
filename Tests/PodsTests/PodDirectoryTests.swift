import Pods
import Testing

@Suite struct PodDirectoryTests {
    static let uid = "0a1b2c3d-1111-2222-3333-444455556666"
    static let slice = "pod0a1b2c3d_1111_2222_3333_444455556666.slice"
    static let fixed = "d2c6fd5a0a1b4d0e8f1a2b3c4d5e6f70"

    struct Known: CustomTestStringConvertible {
        let path: String
        let uid: String
        let qos: PodQoS
        let driver: PodDirectory.Driver
        var testDescription: String { path }
    }

    static let known: [Known] = [
        Known(path: "kubepods/pod\(uid)", uid: uid, qos: .guaranteed, driver: .cgroupfs),
        Known(path: "/kubepods/burstable/pod\(uid)", uid: uid, qos: .burstable, driver: .cgroupfs),
        Known(path: "kubepods/besteffort/pod\(uid)", uid: uid, qos: .bestEffort, driver: .cgroupfs),
        // A static pod, with the hash of its manifest.
        Known(
            path: "kubepods/burstable/pod\(fixed)", uid: fixed, qos: .burstable, driver: .cgroupfs),
        // kind: a node in a container, with a cgroup root of its own.
        Known(
            path: "docker/6bd0/kubelet/kubepods/besteffort/pod\(uid)", uid: uid, qos: .bestEffort,
            driver: .cgroupfs),
        Known(
            path: "kubepods.slice/kubepods-\(slice)", uid: uid, qos: .guaranteed, driver: .systemd),
        Known(
            path: "kubepods.slice/kubepods-burstable.slice/kubepods-burstable-\(slice)", uid: uid,
            qos: .burstable, driver: .systemd),
        Known(
            path: "kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-\(slice)", uid: uid,
            qos: .bestEffort, driver: .systemd),
        Known(
            path: "kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/"
                + "kubelet-kubepods-burstable-\(slice)", uid: uid, qos: .burstable, driver: .systemd
        ),
        Known(
            path: "system.slice/docker-6bd0.scope/kubelet.slice/kubelet-kubepods.slice/"
                + "kubelet-kubepods-pod\(fixed).slice", uid: fixed, qos: .guaranteed,
            driver: .systemd),
        // Made up by hand over CRI.
        Known(
            path: "kubepods/podHDISHD83djaidwnduwk28bcsb", uid: "HDISHD83djaidwnduwk28bcsb",
            qos: .guaranteed, driver: .cgroupfs),
    ]

    @Test(arguments: known) func isKnown(_ known: Known) throws {
        let directory = try #require(PodDirectory(path: known.path))
        #expect(directory.uid == known.uid)
        #expect(directory.qos == known.qos)
        #expect(directory.driver == known.driver)
        // A container's, and what it may have below.
        let below = try #require(PodDirectory.innermost(in: known.path + "/abc/init.scope"))
        #expect(below.pod == directory)
        #expect("/" + below.path == (known.path.first == "/" ? "" : "/") + known.path)
    }

    @Test(arguments: [
        "", "/", "kubepods", "kubepods/burstable", "kubepods.slice/kubepods-burstable.slice",
        "pod\(uid)", "burstable/pod\(uid)", "system/pod\(uid)", "kubepods/pod", "kubepods/podman.d",
        "kubepods/pod0a1b_2c", "kubepods/idle/pod\(uid)", "kubepods/guaranteed/pod\(uid)",
        "kubepods/x/burstable/pod\(uid)", "kubepods/pod\(uid)/container",
        // In another slice than its name says.
        "kubepods.slice/kubepods-burstable-\(slice)", "kubepods-\(slice)",
        "kubepods.slice/kubepods-besteffort.slice/kubepods-burstable-\(slice)",
        "kubepods.slice/kubepods-idle.slice/kubepods-idle-\(slice)", "a.slice/a-\(slice)",
        "kubepods.slice/kubepods-pod.slice", "kubepods.slice/kubepods-pod0a-1b.slice", ".slice",
        "/.slice/-pod.slice", "kubepods/pod\u{e9}", "-.slice/--poda.slice",
    ]) func isNone(path: String) {
        #expect(PodDirectory(path: path) == nil)
    }

    /// A node in a pod of a node.
    @Test func innermostCounts() throws {
        let outer = "kubepods/burstable/poda"
        let inner = outer + "/c1/kubelet/kubepods/podb"
        #expect(PodDirectory.innermost(in: inner + "/c2")?.path == inner)
        #expect(PodDirectory.innermost(in: outer + "/c1/kubelet/kubepods")?.path == outer)
        #expect(PodDirectory.innermost(in: "/user.slice/user-0.slice") == nil)
    }

    @Test func containers() {
        let id = String(repeating: "0123456789abcdef", count: 4)
        for name in [
            id, "crio-" + id, "cri-containerd-\(id).scope", "crio-\(id).scope",
            "docker-\(id).scope",
        ] {
            #expect(ContainerDirectory.id(of: name) == id)
        }
        for name in ["", "init.scope", "crio-conmon-\(id).scope", id + "0", "x" + id.dropFirst()] {
            #expect(ContainerDirectory.id(of: name) == nil)
        }
    }

    @Test func logDirectories() {
        let log = PodLogDirectory("shop_checkout-7d9f_\(Self.uid)")
        #expect(log?.namespace == "shop")
        #expect(log?.name == "checkout-7d9f")
        #expect(log?.uid == Self.uid)
        for name in ["", "shop", "shop_checkout", "a_b_c_d", "_b_c", "a__c", "a_b_"] {
            #expect(PodLogDirectory(name) == nil)
        }
    }
}
