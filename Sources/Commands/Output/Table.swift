import PlainText

/// Rows of text in aligned columns, for people; numbers to the right.
struct Table {
    enum Alignment { case left, right }

    private let header: [String]
    private let alignments: [Alignment]
    private var rows: [[String]] = []

    /// - Parameter alignments: of the columns; those not given are left.
    init(_ header: [String], _ alignments: [Alignment] = []) {
        self.header = header
        self.alignments =
            alignments + Array(repeating: .left, count: max(0, header.count - alignments.count))
    }

    mutating func add(_ row: [String]) {
        rows.append(row.map(Printable.line))
    }

    /// With a newline after each row.
    var text: String {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += alignments[column] == .left ? cell + padding : padding + cell
                line += "  "
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
