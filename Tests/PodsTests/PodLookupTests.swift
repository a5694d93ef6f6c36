import Testing

@testable import Pods

/// What is said of pods that can't be used.
@Suite struct PodLookupTests {
    private func pod(_ name: String, uid: String, isReady: Bool = true) -> Pod {
        Pod(
            namespace: "shop", name: name, uid: uid, qos: nil, cgroup: nil, containers: [],
            isReady: isReady, labels: ["app": name])
    }

    private func refusal(_ name: String, of pods: [Pod]) throws -> PodError {
        let list = NodePods.List(pods: pods, runtime: "test", reason: nil)
        return try #require(throws: PodError.self) { try list.pod(named: name) }
    }

    @Test func aPodWithoutCgroup() throws {
        let pods = [pod("web", uid: "1"), pod("db", uid: "2", isReady: false)]
        #expect(try refusal("shop/web", of: pods).code == .noCgroup)
        #expect(try refusal("shop/db", of: pods).reason == "it isn't running")
        let list = NodePods.List(pods: pods, runtime: "test", reason: nil)
        #expect(throws: PodError.self) { try list.pods(matching: PodSelector("app=web")) }
        #expect(try list.pods(matching: PodSelector("app=db")).isEmpty)
    }

    /// One is ending while its successor runs.
    @Test func twoOfTheSameName() throws {
        let error = try refusal("web", of: [pod("web", uid: "1"), pod("web", uid: "2")])
        #expect(error.code == .ambiguous)
        #expect(error.reason.hasSuffix("1, 2"))
    }

    @Test(arguments: ["", "/", "a/", "/b", "a/b/c"]) func noNames(text: String) throws {
        #expect(try refusal(text, of: []).code == .malformedName)
    }

    @Test func nothingNear() throws {
        let error = try refusal("unrelated", of: [pod("web", uid: "1")])
        #expect(error.advice == "'tcptune pods' lists them")
    }

    @Test func sandboxInfo() throws {
        func info(_ text: String) -> SandboxInfo? { SandboxInfo(["info": text]) }
        let containerd = try #require(
            info(#"{"pid": 7, "config": {"linux": {"cgroup_parent": "/kubepods/burstable/poda"}}}"#)
        )
        #expect(containerd.pid == 7)
        #expect(containerd.podDirectory == "poda")
        let crio = try #require(
            info(#"{"runtimeSpec": {"linux": {"cgroupsPath": "kubepods-podb.slice:crio:12"}}}"#))
        #expect(crio.pid == nil)
        #expect(crio.podDirectory == "kubepods-podb.slice")
        #expect(
            info(#"{"runtimeSpec": {"linux": {"cgroupsPath": "/a/podc/12"}}}"#)?.podDirectory
                == "podc")
        #expect(info("{}")?.podDirectory == nil)
        for text in ["", "[]", "{\"pid\": \"x\"}", "{\"pid\": 99999999999}"] {
            #expect(info(text) == nil)
        }
        #expect(SandboxInfo([:]) == nil)
    }
}
