import CLibbpf
import CShim
import Glibc

/// A BPF object file: opened, set up, loaded into the kernel.
///
/// Programs and maps taken from it own their descriptors and outlive it.
package struct Object: ~Copyable {
    package let name: String
    /// The variables that can be set before loading, in order of offset.
    package let knobs: [Knob]
    /// The struct_ops maps, by what they register as.
    package let structOps: [StructOpsDeclaration]

    let pointer: OpaquePointer
    /// Under the names of the source: libbpf gives a shared map the name of the one it shares.
    let libbpfMaps: [(name: String, pointer: OpaquePointer)]
    var isLoaded = false

    package init(
        _ embedded: EmbeddedObject, renaming: [String: String] = [:]
    ) throws(BPFError) {
        try self.init(elf: embedded.bytes, name: embedded.name, renaming: renaming)
    }

    /// Opens an object file.
    ///
    /// `renaming` gives the controllers of struct_ops maps, by the maps' names, another name
    /// to register under (at most 15 bytes).
    package init(
        elf: [UInt8], name: String, renaming: [String: String] = [:]
    ) throws(BPFError) {
        self.name = name
        var pointer = try Self.open(elf, name: name)
        do {
            var structOps = StructOpsDeclaration.all(in: elf, of: pointer)
            if !renaming.isEmpty {
                // libbpf 1.1 gives no access to a struct_ops map's initial value, but its type
                // information says where in the file the name is.
                var renamed = elf
                try structOps.rename(renaming, in: &renamed)
                let reopened = try Self.open(renamed, name: name)
                bpf_object__close(pointer)
                pointer = reopened
            }
            self.structOps = structOps
        } catch {
            bpf_object__close(pointer)
            throw error
        }
        knobs = Knob.all(of: pointer)
        libbpfMaps = Self.maps(of: pointer)
        self.pointer = pointer
    }

    deinit {
        bpf_object__close(pointer)
    }

    /// Makes loading several objects faster, in a process that ends soon: what the first took in
    /// memory isn't given back.
    package static func keepMemory() {
        cshim_libbpf_keep_memory()
    }

    private static func open(_ elf: [UInt8], name: String) throws(BPFError) -> OpaquePointer {
        var opened: OpaquePointer?
        var failure: CInt = 0
        let log = captureLog {
            name.withCString { name in
                var options = bpf_object_open_opts()
                options.sz = MemoryLayout.size(ofValue: options)
                options.object_name = name
                opened = elf.withUnsafeBytes {
                    bpf_object__open_mem($0.baseAddress, $0.count, &options)
                }
                failure = errno
            }
        }
        guard let opened else {
            throw BPFError(
                .open, what: "open the BPF object", subject: name, errno: .init(rawValue: failure),
                log: log)
        }
        return opened
    }

    /// Loads the programs into the kernel and creates the maps that aren't shared.
    ///
    /// Throws `.verifier` with the log when the verifier rejects a program.
    package mutating func load() throws(BPFError) {
        try requireUnloaded("load it")
        if !structOps.isEmpty, try StructOps.linksSupported() {
            try requestStructOpsLinks()
        }
        var result: CInt = 0
        let log = captureLog { result = bpf_object__load(pointer) }
        guard result == 0 else {
            let isVerdict = log?.contains("-- BEGIN PROG LOAD LOG --") ?? false
            if isVerdict {
                throw BPFError(
                    .verifier, what: "load the BPF object", subject: name,
                    errno: .init(rawValue: -result), log: log)
            }
            throw BPFError(
                errno: -result, otherwise: .load, what: "load the BPF object", subject: name,
                log: log)
        }
        isLoaded = true
    }

    /// A program of the loaded object.
    package func program(named program: String) throws(BPFError) -> Program {
        let found = try find(program: program)
        return Program(
            try OwnedDescriptor.duplicating(
                try loaded(bpf_program__fd(found), program), of: program))
    }

    /// A map of the loaded object.
    package func map(named map: String) throws(BPFError) -> Map {
        let found = try find(map: map)
        return try Map(
            try OwnedDescriptor.duplicating(try loaded(bpf_map__fd(found), map), of: map))
    }

    func find(program: String) throws(BPFError) -> OpaquePointer {
        guard let found = bpf_object__find_program_by_name(pointer, program) else {
            throw notFound("program", program)
        }
        return found
    }

    func find(map: String) throws(BPFError) -> OpaquePointer {
        guard let found = libbpfMaps.first(where: { $0.name == map }) else {
            throw notFound("map", map)
        }
        return found.pointer
    }

    private static func maps(of object: OpaquePointer) -> [(name: String, pointer: OpaquePointer)] {
        sequence(first: bpf_object__next_map(object, nil)) { bpf_object__next_map(object, $0) }
            .prefix { $0 != nil }
            .compactMap { $0.map { (String(cString: bpf_map__name($0)), $0) } }
    }

    func notFound(_ kind: String, _ subject: String) -> BPFError {
        BPFError(.notFound, what: "find the \(kind) in \(name)", subject: subject)
    }

    func requireUnloaded(_ what: String) throws(BPFError) {
        if isLoaded {
            throw BPFError(
                .invalidArgument, what: what, subject: name, hint: "the object is loaded already")
        }
    }

    private func loaded(_ descriptor: CInt, _ subject: String) throws(BPFError) -> CInt {
        guard descriptor >= 0 else {
            throw BPFError(
                .invalidArgument, what: "use a part of \(name) that isn't loaded", subject: subject)
        }
        return descriptor
    }
}

/// What libbpf said while `body` ran; nil when it said nothing.
func captureLog(_ body: () -> Void) -> String? {
    cshim_libbpf_log_start()
    body()
    guard let text = cshim_libbpf_log_finish() else { return nil }
    defer { free(text) }
    return String(cString: text)
}
