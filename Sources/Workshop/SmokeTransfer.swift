import CShim
import Glibc
import Host
import SystemPackage

/// Data from one host of an emulated network to the other, with a congestion controller at both ends,
/// from the handshake to an orderly end.
///
/// When the value goes both sockets are reset: closed otherwise, they would run the controller until
/// the kernel gave up on a network that isn't there any more.
struct SmokeTransfer: ~Copyable {
    /// How far it came.
    struct Progress {
        var received = 0
        var retransmits = 0
        /// Segments.
        var cwnd = 0
        /// Smoothed, in seconds.
        var rtt = 0.0
        /// The receiver has seen the end of the data.
        var isComplete = false
        /// The sender's controller at the end: the kernel can fall back to another one.
        var controller = ""
    }

    private let sender: OwnedDescriptor
    private let listener: OwnedDescriptor
    private var receiver: OwnedDescriptor?
    private var toSend: Int
    private var hasShutDown = false
    private var buffer = [UInt8](repeating: 0x5a, count: 1 << 18)
    private(set) var progress = Progress()

    private static let port: UInt16 = 7001
    private static let what = "cannot make a connection"

    init(
        _ bytes: Int, from left: (NetworkNamespace, address: String),
        to right: (NetworkNamespace, address: String), controller: String
    ) throws(WorkshopError) {
        let listener = try Self.socket(in: right.0, controller)
        let sender = try Self.socket(in: left.0, controller)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = Self.port.bigEndian
        inet_pton(AF_INET, right.address, &address.sin_addr)
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (listening, sending) = (listener.raw.rawValue, sender.raw.rawValue)
        try withUnsafePointer(to: address) { (address) throws(WorkshopError) in
            try address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                (address) throws(WorkshopError) in
                try Self.check(bind(listening, address, length))
                try Self.check(listen(listening, 1))
                try Self.check(connect(sending, address, length), allowing: EINPROGRESS)
            }
        }
        toSend = bytes
        self.listener = listener
        self.sender = sender
    }

    private static func socket(
        in namespace: NetworkNamespace, _ controller: String
    ) throws(WorkshopError) -> OwnedDescriptor {
        let number: CInt
        do throws(HostError) {
            number = try namespace.perform { () throws(HostError) in
                let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
                return Glibc.socket(AF_INET, CInt(kind), 0)
            }.get()
        } catch {
            throw WorkshopError(error)
        }
        try check(number)
        let socket = OwnedDescriptor(FileDescriptor(rawValue: number))
        _ = cshim_abort_on_close(number)
        try check(
            setsockopt(
                number, CInt(IPPROTO_TCP), TCP_CONGESTION, controller,
                socklen_t(controller.utf8.count)))
        return socket
    }

    private static func check(
        _ result: CInt, allowing expected: CInt = 0
    ) throws(WorkshopError) {
        guard result < 0, errno != expected else { return }
        throw WorkshopError(Errno(rawValue: errno), what, on: "a socket")
    }

    /// Goes on as far as it can, waiting at most for a time.
    mutating func advance(within milliseconds: CInt) throws(WorkshopError) {
        var waits = [
            pollfd(
                fd: receiver?.raw.rawValue ?? listener.raw.rawValue, events: Int16(POLLIN),
                revents: 0),
            pollfd(
                fd: sender.raw.rawValue, events: Int16(hasShutDown ? POLLIN : POLLOUT), revents: 0),
        ]
        _ = poll(&waits, 2, milliseconds)
        if waits[0].revents != 0 { try receive() }
        if waits[1].revents != 0 { try send() }
        sample()
    }

    private mutating func receive() throws(WorkshopError) {
        guard let number = receiver?.raw.rawValue else {
            let number = cshim_accept(listener.raw.rawValue, nil, nil)
            guard number >= 0 else { return }
            _ = cshim_abort_on_close(number)
            receiver = OwnedDescriptor(FileDescriptor(rawValue: number))
            return
        }
        while !progress.isComplete {
            let count = recv(number, &buffer, buffer.count, 0)
            guard count >= 0 else { return try Self.check(-1, allowing: EAGAIN) }
            progress.received += count
            progress.isComplete = count == 0
        }
        // The other half of the orderly end.
        _ = shutdown(number, CInt(SHUT_WR))
    }

    private mutating func send() throws(WorkshopError) {
        while toSend > 0 {
            let count = Glibc.send(
                sender.raw.rawValue, buffer, min(toSend, buffer.count), CInt(MSG_NOSIGNAL))
            guard count >= 0 else { return try Self.check(-1, allowing: EAGAIN) }
            toSend -= count
        }
        guard !hasShutDown else { return }
        try Self.check(shutdown(sender.raw.rawValue, CInt(SHUT_WR)))
        hasShutDown = true
    }

    private mutating func sample() {
        var sample = cshim_tcp_sample()
        guard cshim_tcp_sample(sender.raw.rawValue, &sample) == 0 else { return }
        progress.retransmits = Int(sample.total_retrans)
        progress.cwnd = Int(sample.cwnd)
        progress.rtt = Double(sample.rtt_us) / 1e6
        var name = [UInt8](repeating: 0, count: 16)
        var length = socklen_t(name.count)
        if getsockopt(sender.raw.rawValue, CInt(IPPROTO_TCP), TCP_CONGESTION, &name, &length) == 0 {
            progress.controller = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
