import BPF

/// How often the framework had to put right what a BPF controller's callbacks left behind.
package struct ClampCount: Equatable, Sendable {
    /// The controller's name in its source.
    package let controller: String
    package let count: UInt64

    /// Of the controllers in the kernel, registered or still run by a socket, that were made with
    /// the framework; every version and every set of parameters counts for itself.
    package static func all() throws(BPFError) -> [ClampCount] {
        var found: [ClampCount] = []
        var seen: Set<UInt32> = []
        for id in try Program.ids() {
            do throws(BPFError) {
                let program = try Program(id: id)
                let info = try program.info()
                guard info.type == .structOps else { continue }
                for map in info.mapIDs where seen.insert(map).inserted {
                    guard let bytes = try Map(id: map).bytes(ofVariable: "tcptune_clamps"),
                        let controller = try program.structOps().first
                    else { continue }
                    let count = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                    found.append(ClampCount(controller: controller, count: count))
                }
            } catch  where error.code == .notFound {
                continue  // it has gone meanwhile
            }
        }
        return found
    }
}
