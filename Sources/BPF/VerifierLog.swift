/// The line of a verifier's or libbpf's log that says why, for an error that has one line to say it.
///
/// The verifier prints the state of the program as it goes and stops after the reason, which only
/// its statistics and libbpf's remarks follow; libbpf's remarks begin with `libbpf: `.
func tellingLine(ofLog log: String) -> String? {
    let lines = log.split(whereSeparator: \.isNewline).map(trimmed).filter { !$0.isEmpty }
    let verifier =
        lines.lastIndex { $0.hasSuffix("-- BEGIN PROG LOAD LOG --") }
        .map { lines[($0 + 1)...].prefix { !$0.hasSuffix("-- END PROG LOAD LOG --") } }
    if let reason = verifier?.last(where: { !isBookkeeping($0) }) {
        return String(reason)
    }
    let remark = lines.first { $0.hasPrefix("libbpf: ") } ?? lines.last
    return remark.map { String($0.hasPrefix("libbpf: ") ? $0.dropFirst("libbpf: ".count) : $0) }
}

/// Where in the source the verifier was when it gave up, `reno.bpf.c:12`; nil before Linux 6.10.
func place(inLog log: String) -> String? {
    // "; while (1) @ reno.bpf.c:12"
    let lines = log.split(whereSeparator: \.isNewline)
    guard let line = lines.last(where: { $0.hasPrefix(";") }),
        let separator = line.ranges(of: " @ ").last
    else { return nil }
    return String(line[separator.upperBound...])
}

/// What the verifier prints besides reasons: instructions with their register states, source lines,
/// branches, statistics.
private func isBookkeeping(_ line: Substring) -> Bool {
    if line.first?.isNumber == true, line.drop(while: \.isNumber).first == ":" { return true }
    let prefixes = [
        ";", "processed ", "verification time ", "stack depth ", "from ", "max_states_per_insn",
        "arg#", "Func#", "func#", "Validating ", "last_idx ", "first_idx ", "regs=", "parent ",
        "mark_precise: ", "cur state: ", "old state: ", "R0", "R1", "R2", "R3", "R4", "R5", "R6",
        "R7", "R8", "R9", "libbpf: ",
        "reg type unsupported for arg#",
    ]
    guard let prefix = prefixes.first(where: { line.hasPrefix($0) }) else { return false }
    // "R1 type=ctx expected=fp" is a reason, "R1=ctx() R10=fp0" is a state.
    return prefix.first != "R" || line.dropFirst(2).first == "="
        || line.dropFirst(2).hasPrefix("_w=")
}

private func trimmed(_ line: Substring) -> Substring {
    var line = line.drop(while: \.isWhitespace)
    while line.last?.isWhitespace == true { line.removeLast() }
    return line
}
