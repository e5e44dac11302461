/// Numbers in a form that is short enough for a column.
enum ShortForm {
    /// How long something has been so, in its two largest units: `12s`, `5m3s`, `3h10m`, `3d4h`.
    ///
    /// Seconds are left out from ten minutes on.
    static func age(_ seconds: Int) -> String {
        func joined(_ large: Int, _ unit: String, _ small: Int, _ smallUnit: String) -> String {
            small > 0 ? "\(large)\(unit)\(small)\(smallUnit)" : "\(large)\(unit)"
        }
        switch seconds {
        case ..<60: return "\(max(0, seconds))s"
        case ..<600: return joined(seconds / 60, "m", seconds % 60, "s")
        case ..<3600: return "\(seconds / 60)m"
        case ..<86400: return joined(seconds / 3600, "h", seconds % 3600 / 60, "m")
        default: return joined(seconds / 86400, "d", seconds % 86400 / 3600, "h")
        }
    }

    /// From the shortest to the longest: `5m3s`, or `12s-3h10m`.
    static func ages(_ seconds: [Int]) -> String? {
        guard let least = seconds.min(), let most = seconds.max() else { return nil }
        let (one, other) = (age(least), age(most))
        return one == other ? one : "\(one)-\(other)"
    }

    /// Binary units as the cf CLI writes them, with one decimal below ten where it says something: `70M`, `1.5G`.
    static func bytes(_ count: Int) -> String {
        let units = ["B", "K", "M", "G", "T"]
        var unit = 0
        var size = 1
        while unit < units.count - 1, count / size >= 1024 {
            size *= 1024
            unit += 1
        }
        // Quotients before products: a count of bytes can be as large as the type.
        let (whole, rest) = count.quotientAndRemainder(dividingBy: size)
        let tenths = Int((Double(rest) / Double(size) * 10).rounded(.down))
        return whole < 10 && tenths > 0 ? "\(whole).\(tenths)\(units[unit])" : "\(whole)\(units[unit])"
    }

    /// Numbers with neighbours drawn together: `0-3, 7`.
    static func ranges(_ numbers: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for number in numbers.sorted() {
            if let last = ranges.last, number <= last.upperBound + 1 {
                ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, number)
            } else {
                ranges.append(number...number)
            }
        }
        return ranges.map { range in
            range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
        }
        .joined(separator: ", ")
    }
}
