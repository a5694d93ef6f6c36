// Puts two profiles on two cgroups, waits for Enter, and says what each one's connections got.
//
//     compare CGROUP PROFILE CGROUP PROFILE

import Profiles
import Telemetry
import Tuner

let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count == 4 else {
    fatalError("usage: compare CGROUP PROFILE CGROUP PROFILE")
}

do {
    let tuner = try Tuner()
    let targets = [Target.cgroup(arguments[0]), Target.cgroup(arguments[2])]
    for (target, name) in zip(targets, [arguments[1], arguments[3]]) {
        let report = try tuner.apply(try ProfileCatalog().find(name), to: [target])
        for warning in report.plan.warnings { print("warning: \(warning)") }
    }
    print("applied; press Enter to look")
    _ = readLine()

    let attachments = try tuner.attachments(of: targets)
    let telemetry = Telemetry(tuner)
    try telemetry.forEachConnectionAndState(of: attachments) { connection, state, attachment in
        let fields = state.map { " with \($0.fields.count) fields of state" } ?? ""
        print(
            "\(attachment.profile): \(connection.remoteAddress) runs",
            "\(connection.congestionControl)\(fields)")
    }
    for (attachment, counted) in zip(attachments, try telemetry.statistics(of: attachments)) {
        let rtt = counted.rtt.quantile(0.5).map { "\(Int($0)) us" } ?? "no sample"
        print("\(attachment.profile): RTT p50 \(rtt), \(counted.bytesAcked) bytes acknowledged")
    }
    _ = try tuner.detach(targets)
} catch {
    fatalError("\(error)")
}
