import CTcptuneABI
import Profiles

/// An option of the profile format and its place in the kernel's settings.
package struct KernelOption {
    package let option: tt_option
    /// As in a profile.
    package let name: String

    package static let all: [KernelOption] = [
        KernelOption(option: TT_OPT_CONGESTION_CONTROL, name: "congestionControl"),
        KernelOption(option: TT_OPT_INITIAL_CWND, name: "initialCongestionWindow"),
        KernelOption(option: TT_OPT_CWND_CLAMP, name: "congestionWindowClamp"),
        KernelOption(option: TT_OPT_INITIAL_RWND, name: "initialReceiveWindow"),
        KernelOption(option: TT_OPT_MIN_RTO, name: "minimumRTO"),
        KernelOption(option: TT_OPT_MAX_DELACK, name: "maximumDelayedACK"),
        KernelOption(option: TT_OPT_MAX_PACING_RATE, name: "maximumPacingRate"),
        KernelOption(option: TT_OPT_SEND_BUFFER, name: "sendBuffer"),
        KernelOption(option: TT_OPT_RECEIVE_BUFFER, name: "receiveBuffer"),
        KernelOption(option: TT_OPT_NOTSENT_LOWAT, name: "notSentLowWatermark"),
        KernelOption(option: TT_OPT_USER_TIMEOUT, name: "userTimeout"),
        KernelOption(option: TT_OPT_KEEPALIVE_IDLE, name: "keepalive.idle"),
        KernelOption(option: TT_OPT_KEEPALIVE_INTERVAL, name: "keepalive.interval"),
        KernelOption(option: TT_OPT_KEEPALIVE_COUNT, name: "keepalive.count"),
        KernelOption(option: TT_OPT_WINDOW_CLAMP, name: "windowClamp"),
        KernelOption(option: TT_OPT_NODELAY, name: "noDelay"),
        KernelOption(option: TT_OPT_DSCP, name: "dscp"),
        KernelOption(option: TT_OPT_ECN, name: "ecn"),
        KernelOption(option: TT_OPT_SYN_RETRIES, name: "synRetries"),
    ]

    /// The value of a socket option that a profile sets.
    func value(in socket: SocketSettings) -> UInt32? {
        guard let option = SocketOption.all.first(where: { $0.path.joined(separator: ".") == name })
        else { return nil }
        switch option.value {
        case .number(_, let field): return socket[keyPath: field]
        case .flag(let field): return socket[keyPath: field].map { $0 ? 1 : 0 }
        }
    }
}

extension tt_settings {
    init(_ socket: SocketSettings, controller: String?) {
        self.init()
        for option in KernelOption.all {
            if let value = option.value(in: socket) { set(option.option, to: value) }
        }
        guard let controller else { return }
        present |= 1 << TT_OPT_CONGESTION_CONTROL.rawValue
        withUnsafeMutableBytes(of: &congestion_control) { $0.copyBytes(from: controller.utf8) }
    }

    private mutating func set(_ option: tt_option, to new: UInt32) {
        present |= 1 << option.rawValue
        withUnsafeMutableBytes(of: &value) { bytes in
            bytes.storeBytes(
                of: new, toByteOffset: Int(option.rawValue) * MemoryLayout<UInt32>.stride,
                as: UInt32.self)
        }
    }
}
