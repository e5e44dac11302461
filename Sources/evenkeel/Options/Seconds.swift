/// Seconds of a duration on the command line, in digits and one of `s`, `m`, `h`, as in manifests; nil for anything else.
func seconds(_ text: String) -> Int? {
    let factors: [Character: Int] = ["s": 1, "m": 60, "h": 3600]
    guard let unit = text.last, let factor = factors[unit], let count = Int(text.dropLast()), count >= 0 else {
        return nil
    }
    let (product, overflow) = count.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
}
