/// Whether a stream is painted, and how.
struct TextStyle {
    enum Color: Int {
        case red = 31
        case green = 32
        case yellow = 33
        case cyan = 36
    }

    let isColored: Bool

    func paint(_ text: String, _ color: Color) -> String {
        isColored ? "\u{1b}[\(color.rawValue)m\(text)\u{1b}[0m" : text
    }
}
