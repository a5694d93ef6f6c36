import ArgumentParser

/// How data is printed; the one place that switches on it.
struct OutputOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    @Option(name: .shortAndLong, help: "How to print: table or json.")
    var output: Format = .table

    func print(json: @autoclosure () throws -> JSON, table: () throws -> String) rethrows {
        switch output {
        case .table: Console.write(try table())
        case .json: Console.write(try json().text() + "\n")
        }
    }
}
