import Glibc
import TestSupport
import Testing

@testable import BPF

extension KernelTests {
    @Suite struct LeakTests {
        init() throws { try KernelTest.require() }

        /// The descriptors of BPF objects that this process has, and its mappings of them.
        private func held() -> Int {
            guard let directory = opendir("/proc/self/fd") else { return -1 }
            defer { closedir(directory) }
            var count = 0
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
                }
                var target = [CChar](repeating: 0, count: 256)
                let length = readlink("/proc/self/fd/\(name)", &target, target.count - 1)
                let text = target.prefix(max(0, length)).map { UInt8(bitPattern: $0) }
                if String(decoding: text, as: UTF8.self).contains("bpf") { count += 1 }
            }
            return count
        }

        @Test func everyDescriptorIsClosed() throws {
            let before = held()
            try useEverything()
            #expect(held() == before)
        }

        private func useEverything() throws {
            let counted = try CountedCgroup()
            var ring = try RingBuffer(counted.object.map(named: "records"))
            _ = try counted.connect()
            #expect(ring.consume { _ in } == 2)
            #expect(
                try Map(id: counted.object.map(named: "counts").info.id).duplicate().name
                    == "counts")
            #expect(try Link(id: counted.link.info().id).info() == counted.link.info())
            #expect(held() > 5)

            var controller = try Object(BPFPrograms.controller, renaming: ["fixture": "tt_leak"])
            try controller.load()
            let registered = try controller.register(structOps: "fixture")
            #expect(try registered.socketsInUse() == 0)
            try registered.unregister()

            var rejected = try Object(BPFPrograms.rejected)
            #expect(throws: BPFError.self) { try rejected.load() }

            var iterators = try Object(BPFPrograms.iterators)
            try iterators.load()
            let iterator = try Iterator(iterators.program(named: "tcp_sockets"))
            #expect(try iterator.drain() >= 0)
        }
    }
}
