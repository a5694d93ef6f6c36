import CShim
import Glibc
import SystemPackage

/// The reading side of a BPF ring buffer (`BPF_MAP_TYPE_RINGBUF`). Kernel 5.8.
///
/// There is one reader per map: two would skip each other's records.
package struct RingBuffer: ~Copyable {
    private let handle: OwnedDescriptor
    private let name: String
    /// How far this side has read: a page the kernel lets us write.
    private let consumer: UnsafeMutableRawPointer
    /// How far the programs have written: a page, then the data twice, so that no record is split.
    private let producer: UnsafeMutableRawPointer
    private let dataSize: Int
    private let pageSize: Int

    package init(_ map: borrowing Map) throws(BPFError) {
        guard map.info.type == .ringBuffer else {
            throw BPFError(
                .invalidArgument, what: "read records from the map", subject: map.name,
                hint: "it isn't a ring buffer")
        }
        let handle = try map.handle.duplicate(of: map.name)
        let pageSize = Int(sysconf(CInt(_SC_PAGESIZE)))
        let dataSize = map.info.maxEntries
        guard
            let consumer = mmap(nil, pageSize, PROT_READ | PROT_WRITE, MAP_SHARED, handle.raw, 0),
            consumer != MAP_FAILED
        else { throw Self.mappingFailed(map.name) }
        guard
            let producer = mmap(
                nil, pageSize + 2 * dataSize, PROT_READ, MAP_SHARED, handle.raw, pageSize),
            producer != MAP_FAILED
        else {
            let failure = Self.mappingFailed(map.name)
            munmap(consumer, pageSize)
            throw failure
        }
        name = map.name
        self.handle = handle
        self.pageSize = pageSize
        self.dataSize = dataSize
        self.consumer = consumer
        self.producer = producer
    }

    deinit {
        munmap(producer, pageSize + 2 * dataSize)
        munmap(consumer, pageSize)
    }

    private static func mappingFailed(_ name: String) -> BPFError {
        BPFError(errno: errno, otherwise: .io, what: "map the ring buffer", subject: name)
    }

    /// Readable, for poll and epoll, while there are records. Borrowed: valid while this lives.
    package var descriptor: FileDescriptor { FileDescriptor(rawValue: handle.raw) }

    /// Waits until there are records, at most `milliseconds` (-1: without end); false: none came.
    package func wait(milliseconds: Int) throws(BPFError) -> Bool {
        var descriptor = pollfd(fd: handle.raw, events: Int16(POLLIN), revents: 0)
        let ready = poll(&descriptor, 1, CInt(clamping: milliseconds))
        if ready < 0, errno == EINTR { return false }
        guard ready >= 0 else {
            throw BPFError(
                errno: errno, otherwise: .io, what: "wait for the ring buffer", subject: name)
        }
        return ready > 0
    }

    /// Calls `body` with every record that is complete, in order, and frees its place; returns
    /// their number, at most `limit`. A record's memory is valid inside `body`.
    @discardableResult
    package mutating func consume(
        atMost limit: Int = .max, _ body: (UnsafeRawBufferPointer) -> Void
    ) -> Int {
        var position = cshim_load_acquire_u64(consumer)
        var count = 0
        while count < limit, position < cshim_load_acquire_u64(producer) {
            let record = producer + pageSize + Int(position) & (dataSize - 1)
            let header = cshim_load_acquire_u32(record)
            // A program has reserved it and not yet submitted; those behind it wait.
            if header & Self.busy != 0 { break }
            let length = Int(header & ~Self.discarded)
            // Somebody else has moved the position, and this is the middle of a record.
            guard length <= dataSize - Self.headerSize else { break }
            if header & Self.discarded == 0 {
                body(UnsafeRawBufferPointer(start: record + Self.headerSize, count: length))
                count += 1
            }
            position += UInt64((length + Self.headerSize + 7) & ~7)
            cshim_store_release_u64(consumer, position)
        }
        return count
    }

    /// The same, with each record's beginning as a value; one that is shorter, as another program's
    /// may be, is left out.
    @discardableResult
    package mutating func consume<Record: BitwiseCopyable>(
        atMost limit: Int = .max, as _: Record.Type, _ body: (Record) -> Void
    ) -> Int {
        consume(atMost: limit) {
            if $0.count >= MemoryLayout<Record>.size { body($0.loadUnaligned(as: Record.self)) }
        }
    }

    /// `BPF_RINGBUF_BUSY_BIT`.
    private static var busy: UInt32 { 1 << 31 }
    /// `BPF_RINGBUF_DISCARD_BIT`.
    private static var discarded: UInt32 { 1 << 30 }
    /// `BPF_RINGBUF_HDR_SZ`, bytes.
    private static var headerSize: Int { 8 }
}
