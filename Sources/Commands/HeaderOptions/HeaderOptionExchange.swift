import ArgumentParser
import Workshop

/// The connection of a check: what it starts in a cgroup of its own.
struct HeaderOptionExchange: ParsableCommand {
    static let name = "exchange"
    static let rounds = 20
    static let configuration = CommandConfiguration(commandName: name, shouldDisplay: false)

    func run() throws {
        let exchange = try LoopbackExchange()
        try exchange.run(rounds: Self.rounds)
        Console.write("done\n")
        // Both ends stay open until they have been looked at.
        _ = readLine()
    }
}
