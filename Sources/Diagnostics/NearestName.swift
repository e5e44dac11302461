/// The candidate that the person most likely meant, for "did you mean".
///
/// At most a third of the name may be mistyped, and never more than three scalars; case counts for nothing. Ties go
/// to the first candidate.
package func nearestName(to name: String, in candidates: [String]) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars)
    let limit = min(3, max(1, wanted.count / 3))
    var best: (name: String, distance: Int)?
    for candidate in candidates {
        let scalars = Array(candidate.lowercased().unicodeScalars)
        guard abs(scalars.count - wanted.count) <= limit else { continue }
        let distance = editDistance(wanted, scalars)
        if distance <= limit, distance < (best?.distance ?? .max) { best = (candidate, distance) }
    }
    return best?.name
}

/// Insertions, deletions, replacements and swaps of neighbours.
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (row, scalar) in left.enumerated() {
        var line = [row + 1]
        for (column, other) in right.enumerated() {
            let replaced = last[column] + (scalar == other ? 0 : 1)
            var cost = min(replaced, last[column + 1] + 1, line[column] + 1)
            if row > 0, column > 0, scalar == right[column - 1], left[row - 1] == other {
                cost = min(cost, beforeLast[column - 1] + 1)
            }
            line.append(cost)
        }
        (beforeLast, last) = (last, line)
    }
    return last[right.count]
}
