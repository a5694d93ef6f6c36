import CLibbpf
import Glibc
import SystemPackage

/// A program that the kernel runs for each of its objects of one kind, and that writes records.
///
/// Every run sees the network namespace of the thread that starts it, so one iterator serves
/// several. Kernel 5.8.
package struct Iterator: ~Copyable {
    private let link: OwnedDescriptor
    private let name: String

    /// An iterator over what the program's section names.
    package init(_ program: borrowing Program) throws(BPFError) {
        let name = try program.info().name
        let result = bpf_link_create(program.handle.raw, 0, BPF_TRACE_ITER, nil)
        link = OwnedDescriptor(
            try check(result, otherwise: .attach, "create the iterator", name))
        self.name = name
    }

    /// An iterator over the elements of a map (`iter/bpf_map_elem`), or over the sockets that have
    /// an entry in it (`iter/bpf_sk_storage_map`).
    package init(_ program: borrowing Program, over map: borrowing Map) throws(BPFError) {
        let name = try program.info().name
        var target = bpf_iter_link_info()
        target.map.map_fd = UInt32(map.handle.raw)
        let result = withUnsafeMutablePointer(to: &target) { target in
            var options = bpf_link_create_opts()
            options.sz = MemoryLayout.size(ofValue: options)
            options.iter_info = target
            options.iter_info_len = UInt32(MemoryLayout.size(ofValue: target.pointee))
            return bpf_link_create(program.handle.raw, 0, BPF_TRACE_ITER, &options)
        }
        link = OwnedDescriptor(
            try check(result, otherwise: .attach, "create the iterator", name))
        self.name = name
    }

    /// Runs over the calling thread's network namespace and calls `body` with each record that the
    /// program wrote.
    ///
    /// Throws `.badFormat` when what was written isn't a whole number of records.
    package func forEachRecord<Record: BitwiseCopyable>(
        of _: Record.Type, _ body: (borrowing Record) throws(BPFError) -> Void
    ) throws(BPFError) {
        let size = MemoryLayout<Record>.stride
        let buffer = RawMemory(byteCount: max(Self.bufferSize / size, 1) * size)
        let run = try start()
        var filled = 0
        while true {
            let count = try read(run, into: buffer.mutableBytes, from: filled)
            filled += count
            let whole = filled / size * size
            for offset in Swift.stride(from: 0, to: whole, by: size) {
                try body(buffer.bytes.load(fromByteOffset: offset, as: Record.self))
            }
            // The kernel may stop inside a record.
            buffer.mutableBytes.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: buffer.bytes[whole..<filled]))
            filled -= whole
            if count == 0 { break }
        }
        guard filled == 0 else {
            throw BPFError(
                .badFormat, what: "read records of \(size) bytes from the iterator", subject: name,
                hint: "\(filled) bytes are left over")
        }
    }

    /// Runs over the calling thread's network namespace for what the program does; returns the
    /// bytes that it wrote.
    @discardableResult
    package func drain() throws(BPFError) -> Int {
        let buffer = RawMemory(byteCount: 4096)
        let run = try start()
        var total = 0
        while true {
            let count = try read(run, into: buffer.mutableBytes, from: 0)
            if count == 0 { return total }
            total += count
        }
    }

    /// What the kernel fills at most with one read is 8 pages.
    private static var bufferSize: Int { 32768 }

    private func start() throws(BPFError) -> OwnedDescriptor {
        OwnedDescriptor(try check(bpf_iter_create(link.raw), "run the iterator", name))
    }

    private func read(
        _ run: borrowing OwnedDescriptor, into buffer: UnsafeMutableRawBufferPointer, from: Int
    ) throws(BPFError) -> Int {
        while true {
            let count = Glibc.read(run.raw, buffer.baseAddress! + from, buffer.count - from)
            if count >= 0 { return count }
            // EAGAIN: the kernel gave its processor away after very many objects without a record.
            if errno != EINTR, errno != EAGAIN {
                throw BPFError(
                    errno: errno, otherwise: .io, what: "read from the iterator", subject: name)
            }
        }
    }
}
