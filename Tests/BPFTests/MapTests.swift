import SystemPackage
import TestSupport
import Testing

@testable import BPF

extension KernelTests {
    @Suite struct MapTests {
        init() throws { try KernelTest.require() }

        private func hash(
            _ type: MapType = .hash, value: Int = 8, entries: Int = 10_000, flags: MapFlags = []
        ) throws -> Map {
            try Map(
                .init(
                    type: type, keySize: 4, valueSize: value, maxEntries: entries, flags: flags,
                    name: "tt_test"))
        }

        @Test func saysWhatItIs() throws {
            let map = try hash()
            #expect(map.info.type == .hash)
            #expect(map.name == "tt_test")
            #expect(map.info.keySize == 4)
            #expect(map.info.valueSize == 8)
            #expect(map.info.maxEntries == 10_000)
            #expect(try Map.ids().contains(map.info.id))
            #expect(try Map(id: map.info.id).info == map.info)
            let gone = #expect(throws: BPFError.self) { _ = try Map(id: .max) }
            #expect(gone?.code == .notFound)
        }

        @Test func storesAndRemovesValues() throws {
            let map = try hash()
            #expect(try map.value(for: UInt32(1), as: UInt64.self) == nil)
            try map.update(UInt32(1), to: UInt64(10), mode: .insert)
            #expect(try map.value(for: UInt32(1), as: UInt64.self) == 10)
            let second = #expect(throws: BPFError.self) {
                try map.update(UInt32(1), to: UInt64(11), mode: .insert)
            }
            #expect(second?.code == .exists)
            let absent = #expect(throws: BPFError.self) {
                try map.update(UInt32(2), to: UInt64(11), mode: .replace)
            }
            #expect(absent?.code == .notFound)
            #expect(try map.remove(UInt32(1)))
            #expect(try !map.remove(UInt32(1)))
        }

        @Test func refusesOtherSizes() throws {
            let map = try hash()
            let errors = [
                #expect(throws: BPFError.self) { try map.update(UInt64(1), to: UInt64(1)) },
                #expect(throws: BPFError.self) { try map.update(UInt32(1), to: UInt32(1)) },
                #expect(throws: BPFError.self) { _ = try map.value(for: 1 as UInt32) as UInt8? },
                #expect(throws: BPFError.self) {
                    _ = try map.perCPUValues(for: 1 as UInt32) as [UInt64]?
                },
                #expect(throws: BPFError.self) {
                    try map.forEach(UInt32.self, UInt8.self) { _, _ in }
                },
                #expect(throws: BPFError.self) { _ = try map.keys(of: UInt64.self) },
            ]
            #expect(errors.allSatisfy { $0?.code == .invalidArgument })
        }

        @Test func aFullMapIsSaid() throws {
            let map = try hash(entries: 2)
            let error = #expect(throws: BPFError.self) {
                for key in 0..<UInt32(100) { try map.update(key, to: UInt64(0)) }
            }
            #expect(error?.code == .noSpace)
        }

        /// Batches: a hash's by bucket, an array's and a trie's by key.
        @Test(arguments: [MapType.hash, .lruHash, .array])
        func iteratesOverEverything(type: MapType) throws {
            let map = try hash(type, entries: 5000)
            for key in 0..<UInt32(5000) { try map.update(key, to: UInt64(key) * 3) }
            var seen: [UInt32: UInt64] = [:]
            try map.forEach(UInt32.self, UInt64.self) { seen[$0] = $1 }
            if type == .lruHash {
                // It may have dropped some.
                #expect(seen.count > 4000)
            } else {
                #expect(seen.count == 5000)
            }
            #expect(seen.allSatisfy { $1 == UInt64($0) * 3 })
            #expect(try map.keys(of: UInt32.self).count == seen.count)
        }

        @Test func iteratesWhenOneEntryFillsABatch() throws {
            let map = try hash(value: 200_000, entries: 16, flags: .noPreallocation)
            let value = [UInt8](repeating: 7, count: 200_000)
            for key in 0..<UInt32(16) {
                try withUnsafeBytes(of: key) { key in
                    try value.withUnsafeBytes { try map.update(key: key, value: $0) }
                }
            }
            var count = 0
            try map.forEachRaw { _, value in
                #expect(value.count == 200_000)
                count += 1
            }
            #expect(count == 16)
        }

        @Test func iteratesOverATrieAndAnEmptyMap() throws {
            let trie = try Map(
                .init(
                    type: .lpmTrie, keySize: 8, valueSize: 8, maxEntries: 1000,
                    flags: .noPreallocation, name: "tt_trie"))
            try trie.forEachRaw { _, _ in Issue.record("it's empty") }
            for address in 0..<UInt32(700) {
                try trie.update(UInt64(address.bigEndian) << 32 | 32, to: UInt64(address))
            }
            #expect(try Set(trie.keys(of: UInt64.self)).count == 700)
        }

        @Test func aThrowingBodyEndsTheIteration() throws {
            let map = try hash()
            for key in 0..<UInt32(10) { try map.update(key, to: UInt64(0)) }
            var calls = 0
            #expect(throws: BPFError.self) {
                try map.forEach(UInt32.self, UInt64.self) { (_, _) throws(BPFError) in
                    calls += 1
                    throw BPFError(.busy, what: "stop", subject: "here")
                }
            }
            #expect(calls == 1)
        }

        @Test(arguments: [MapType.perCPUHash, .perCPUArray])
        func hasAValuePerCPU(type: MapType) throws {
            // 12 bytes, which the kernel copies 16 apart.
            struct Triple: BitwiseCopyable, Equatable { var a, b, c: UInt32 }
            let map = try hash(type, value: 12, entries: 4)
            let values = (0..<UInt32(possibleCPUCount())).map { Triple(a: $0, b: 2, c: 3) }
            try map.updatePerCPU(UInt32(1), to: values)
            #expect(try map.perCPUValues(for: UInt32(1)) == values)
            #expect(map.info.valueStride == 16)
            let sum = try map.withPerCPUValues(for: UInt32(1)) { bytes in
                stride(from: 0, to: bytes.count, by: map.info.valueStride).reduce(0) {
                    $0 + bytes.load(fromByteOffset: $1, as: Triple.self).b
                }
            }
            #expect(sum == 2 * UInt32(possibleCPUCount()))
            var found: [Triple] = []
            try map.forEachPerCPU(UInt32.self, Triple.self) { if $0 == 1 { found = $1 } }
            #expect(found == values)
            #expect(throws: BPFError.self) { try map.updatePerCPU(UInt32(1), to: values + values) }
            #expect(throws: BPFError.self) { try map.update(UInt32(1), to: values[0]) }
        }

        @Test func aFrozenMapStaysAsItIs() throws {
            let map = try hash(.array, entries: 1)
            try map.update(UInt32(0), to: UInt64(5))
            try map.freeze()
            let error = #expect(throws: BPFError.self) { try map.update(UInt32(0), to: UInt64(6)) }
            #expect(error?.code == .permission)
            #expect(try map.value(for: UInt32(0), as: UInt64.self) == 5)
        }

        /// Cgroup storage has no batches; its key is the cgroup's id and the attach type.
        @Test func cgroupStorageIsReadKeyByKey() throws {
            struct Key: BitwiseCopyable {
                var cgroup: UInt64
                var attachType: UInt32
                var padding: UInt32
            }
            let counted = try CountedCgroup()
            _ = try counted.connect()
            let storage = try counted.object.map(named: "identity")
            var entries: [(Key, UInt64)] = []
            try storage.forEach(Key.self, UInt64.self) { entries.append(($0, $1)) }
            #expect(entries.count == 1)
            #expect(entries.first?.0.cgroup == counted.cgroup.cgroup.id)
            #expect(entries.first?.0.attachType == CgroupAttachType.sockOps.rawValue)
            #expect(try #require(entries.first?.1) >= 1)
        }
    }
}
