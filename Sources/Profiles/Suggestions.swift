/// Names near a mistyped one.
package enum Suggestions {
    /// Longer words aren't compared: the distance is quadratic, and they are no typing errors.
    private static let maximumLength = 64

    /// The known names nearest to `word`, best first; none that differ in more than a third.
    package static func nearest(
        to word: String, in known: some Sequence<String>, limit: Int = 3
    ) -> [String] {
        let letters = Array(word.lowercased().utf8)
        guard !letters.isEmpty, letters.count <= maximumLength else { return [] }
        return known.compactMap { name -> (distance: Int, name: String)? in
            let other = Array(name.lowercased().utf8)
            guard other.count <= maximumLength else { return nil }
            let distance = distance(letters, other)
            let allowed = max(1, max(letters.count, other.count) / 3)
            return distance <= allowed ? (distance, name) : nil
        }
        .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
        .prefix(limit).map(\.name)
    }

    /// "did you mean 'a' or 'b'?", or `nil` when nothing is near.
    package static func question(
        for word: String, in known: some Sequence<String>, limit: Int = 3
    ) -> String? {
        let names = nearest(to: word, in: known, limit: limit).map { "'\($0)'" }
        guard let last = names.last else { return nil }
        let others = names.dropLast().joined(separator: ", ")
        return "did you mean \(others.isEmpty ? last : "\(others) or \(last)")?"
    }

    /// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
    package static func distance(_ left: String, _ right: String) -> Int {
        distance(Array(left.utf8), Array(right.utf8))
    }

    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for i in 1...left.count {
            var current = [i]
            current.reserveCapacity(right.count + 1)
            for j in 1...right.count {
                let cost = left[i - 1] == right[j - 1] ? 0 : 1
                var best = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    best = min(best, beforePrevious[j - 2] + 1)
                }
                current.append(best)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count]
    }
}
