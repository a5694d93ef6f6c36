/// The names that somebody who typed `name` may have meant, at most three, the nearest first.
package func nearest(to name: String, in names: some Collection<String>) -> [String] {
    let close = names.compactMap { other -> (distance: Int, name: String)? in
        let distance = editDistance(Array(name.utf8), Array(other.utf8))
        let isPart = name.utf8.count > 2 && other.contains(name)
        return isPart || distance <= max(2, name.utf8.count / 3) ? (distance, other) : nil
    }
    return close.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
}

/// Levenshtein's: insertions, deletions and replacements of a byte.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, byte) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in b.enumerated() {
            let replaced = diagonal + (byte == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
        }
    }
    return row[b.count]
}
