/// Two sides of hosts with a link between them, however that is made.
package protocol HostNetwork: AnyObject, Sendable {
    /// Hosts whose packets go down.
    var left: [EmulatedHost] { get }
    var right: [EmulatedHost] { get }

    /// Starts the link: its time begins.
    func start() throws(EmulatorError)
    /// Ends the warm-up: what the report counts and averages begins here.
    func mark() throws(EmulatorError)
    /// Ends the link and says what it did.
    func stop() throws(EmulatorError) -> EmulatorReport
}

extension EmulatedNetwork: HostNetwork {}
