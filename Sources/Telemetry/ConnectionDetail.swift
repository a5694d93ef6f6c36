import CongestionControl
import Tuner

/// A connection with what has to be asked for.
public struct ConnectionDetail: Sendable {
    public let connection: Connection
    public let attachment: Attachment
    /// What its congestion controller shows of its state; nil: nothing, as the kernel's own.
    public let controllerState: ControllerState?
    /// What plug-ins' header options of the other end said last, in the profile's order.
    public let optionValues: [HeaderOptionValue]
}

extension ConnectionDetail {
    /// One without these.
    package init(connection: Connection, attachment: Attachment) {
        self.init(
            connection: connection, attachment: attachment, controllerState: nil, optionValues: [])
    }
}
