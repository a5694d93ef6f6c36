import ArgumentParser

/// `--verbose` is looked for when an error is reported, too.
struct VerboseOption: ParsableArguments {
    @Flag(name: .long, help: "Say more; show the verifier's whole log when it refuses a program.")
    var verbose = false
}
