import ArgumentParser
import Lab

struct BenchList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the ready scenarios.")

    @OptionGroup var output: OutputOptions

    func run() throws {
        let scenarios = ScenarioCatalog().list()
        output.print(
            json: .array(
                scenarios.map { name, scenario in
                    switch scenario {
                    case .failure(let error):
                        .object(["name": .string(name), "error": .string(error.description)])
                    case .success(let scenario):
                        .object([
                            "name": .string(name), "description": .string(scenario.description),
                            "source": .string(scenario.source),
                            "expectation": .string(scenario.expectation),
                            "link": .string(scenario.link),
                            "workload": .string("\(scenario.workload)"),
                            "design": .string(scenario.design.rawValue),
                            "a": .string(scenario.a), "b": .string(scenario.b),
                            "repeats": .integer(scenario.repeats),
                        ])
                    }
                })
        ) {
            var table = Table(["NAME", "DESIGN", "A", "B", "DESCRIPTION"])
            for (name, scenario) in scenarios {
                switch scenario {
                case .failure(let error): table.add([name, "", "", "", error.description])
                case .success(let scenario):
                    table.add([
                        name, scenario.design.rawValue, scenario.a, scenario.b,
                        scenario.description,
                    ])
                }
            }
            return table.text
        }
    }
}
