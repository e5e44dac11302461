/// Finds the name that was probably meant.
package enum NearestName {
    /// The candidate with the fewest changed, missing, extra or swapped characters, if they are few for its length.
    ///
    /// Of equally near ones the first.
    package static func of(_ name: String, in candidates: some Swift.Sequence<String>) -> String? {
        let wanted = Array(name.lowercased().unicodeScalars)
        // Names that long are not typed.
        guard !wanted.isEmpty, wanted.count <= 100 else { return nil }
        let limit = max(1, min(4, (wanted.count + 1) / 3))
        var nearest: (name: String, distance: Int)?
        for candidate in candidates {
            let scalars = Array(candidate.lowercased().unicodeScalars)
            guard abs(scalars.count - wanted.count) <= limit else { continue }
            let distance = distance(wanted, scalars)
            if distance <= limit, distance < nearest?.distance ?? .max { nearest = (candidate, distance) }
        }
        return nearest?.name
    }

    /// Insertions, deletions, substitutions and swaps of neighbours that make one of the other.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for (row, scalar) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var least = min(previous[column + 1], current[column]) + 1
                least = min(least, previous[column] + (scalar == other ? 0 : 1))
                if row > 0, column > 0, scalar == right[column - 1], left[row - 1] == other {
                    least = min(least, beforePrevious[column - 1] + 1)
                }
                current.append(least)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
