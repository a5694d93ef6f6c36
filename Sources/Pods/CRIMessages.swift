import GRPC

/// The parts of CRI v1's messages that tell which pod is where (package `runtime.v1`).
enum CRI {
    static let service = "runtime.v1.RuntimeService"

    struct Version {
        var runtime = ""
        var version = ""

        init(_ bytes: [UInt8]) throws(ProtobufError) {
            var reader = ProtobufReader(bytes[...])
            while let (number, value) = try reader.next() {
                switch number {
                case 2: runtime = value.text ?? ""
                case 3: version = value.text ?? ""
                default: break
                }
            }
        }
    }

    /// `PodSandbox`, of `ListPodSandboxResponse`.
    struct Sandbox {
        var id = ""
        var name = ""
        var uid = ""
        var namespace = ""
        /// How often the pod's sandbox was made anew.
        var attempt: UInt64 = 0
        /// The default is not sent: `SANDBOX_READY`.
        var isReady = true
        var createdAt: UInt64 = 0
        var labels: [String: String] = [:]
        var annotations: [String: String] = [:]

        init(_ message: ProtobufReader) throws(ProtobufError) {
            var message = message
            while let (number, value) = try message.next() {
                switch number {
                case 1: id = value.text ?? ""
                case 2: if let metadata = value.message { try read(metadata: metadata) }
                case 3: isReady = value.number == 0
                case 4: createdAt = value.number ?? 0
                case 5: try labels.add(entry: value)
                case 6: try annotations.add(entry: value)
                default: break
                }
            }
        }

        private mutating func read(metadata: ProtobufReader) throws(ProtobufError) {
            var metadata = metadata
            while let (number, value) = try metadata.next() {
                switch number {
                case 1: name = value.text ?? ""
                case 2: uid = value.text ?? ""
                case 3: namespace = value.text ?? ""
                case 4: attempt = value.number ?? 0
                default: break
                }
            }
        }
    }

    /// `Container`, of `ListContainersResponse`.
    struct Container {
        var id = ""
        var sandbox = ""
        var name = ""
        var state: UInt64 = 0

        /// `CONTAINER_RUNNING`.
        var isRunning: Bool { state == 1 }

        init(_ message: ProtobufReader) throws(ProtobufError) {
            var message = message
            while let (number, value) = try message.next() {
                switch number {
                case 1: id = value.text ?? ""
                case 2: sandbox = value.text ?? ""
                case 3:
                    guard var metadata = value.message else { break }
                    while let (number, value) = try metadata.next() {
                        if number == 1 { name = value.text ?? "" }
                    }
                case 6: state = value.number ?? 0
                default: break
                }
            }
        }
    }

    /// The messages that a list answer holds in its field 1.
    static func items(_ bytes: [UInt8]) throws(ProtobufError) -> [ProtobufReader] {
        var reader = ProtobufReader(bytes[...])
        var items: [ProtobufReader] = []
        while let (number, value) = try reader.next() {
            if number == 1, let message = value.message { items.append(message) }
        }
        return items
    }

    /// The `info` of `PodSandboxStatusResponse`.
    static func info(_ bytes: [UInt8]) throws(ProtobufError) -> [String: String] {
        var reader = ProtobufReader(bytes[...])
        var info: [String: String] = [:]
        while let (number, value) = try reader.next() {
            if number == 2 { try info.add(entry: value) }
        }
        return info
    }
}

extension [String: String] {
    /// An entry of a map field; what it lacks is empty.
    fileprivate mutating func add(entry: ProtobufReader.Value) throws(ProtobufError) {
        guard var entry = entry.message else { return }
        var key = ""
        var text = ""
        while let (number, value) = try entry.next() {
            switch number {
            case 1: key = value.text ?? ""
            case 2: text = value.text ?? ""
            default: break
            }
        }
        self[key] = text
    }
}
