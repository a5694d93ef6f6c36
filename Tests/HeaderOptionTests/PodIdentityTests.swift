import Profiles
import TestSupport
import Testing
import Tuner

extension HeaderOptionSuites {
    /// What peers are told of a workload that is a pod.
    @Suite struct PodIdentityTests {
        @Test func aPodGoesByItsName() throws {
            let rig = try HeaderRig()
            let pod = Target.pod("shop/checkout", cgroup: rig.client.path.string)
            try rig.apply(Profile(name: "near", headerOptions: [.identity]), to: pod)
            try rig.apply(Profile(name: "far", headerOptions: [.identity]), to: rig.serverTarget)
            let connection = try rig.connect(to: rig.listen())
            try connection.exchange()
            let seen = try #require(try rig.connection(connection.server)?.peer)
            #expect(seen.identity.workload == HeaderOption.identity(of: "shop/checkout"))
            let attachment = try #require(try rig.tuner.attachments(of: [rig.clientTarget]).first)
            #expect(attachment.pod == "shop/checkout")
            #expect(attachment.cgroup == rig.client.cgroup.name)
            #expect(try rig.tuner.attachments(of: [rig.serverTarget]).first?.pod == nil)
        }
    }
}
