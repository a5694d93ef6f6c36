// `fuzz PARSER [libFuzzer's options and directories]`; `fuzz list` names the parsers.
import Glibc

/// libFuzzer's loop (compiler-rt, FuzzerInterface.h); it doesn't come back before it is done.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// What the library's own `main` would call; this program's is another.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    chosen.take(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

let name = CommandLine.argc > 1 ? CommandLine.arguments[1] : ""
guard let parser = Parser.all.first(where: { $0.name == name }) else {
    for parser in Parser.all { print(parser.name, parser.maximumLength) }
    exit(name == "list" ? 0 : 64)
}
let chosen = Trial(parser, length: Int(getenv("FUZZ_LENGTH")))

// Without the parser's name.
var count = CommandLine.argc - 1
var arguments = CommandLine.unsafeArgv + 1
arguments[0] = CommandLine.unsafeArgv[0]
exit(runFuzzer(&count, &arguments, testOneInput))

extension Int {
    fileprivate init?(_ text: UnsafeMutablePointer<CChar>?) {
        guard let text, let value = Int(String(cString: text)) else { return nil }
        self = value
    }
}
