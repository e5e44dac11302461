import Diagnostics

/// What libyaml reports while it reads, in Swift's types.
///
/// Places are indices of Unicode scalars in the input.
struct Event {
    enum Kind {
        case documentStart
        case documentEnd
        case alias(name: String)
        case scalar(text: String, style: Node.Scalar.Style, Properties)
        case listStart(Properties)
        case listEnd
        case mappingStart(Properties)
        case mappingEnd
    }

    /// What stands before a node: `&anchor` and `!tag`.
    struct Properties {
        var anchor: String?
        var hasTag = false
    }

    let kind: Kind
    let start: Int
    let end: Int
    /// A mapping or list in braces or brackets, whose end is where it says.
    let isFlow: Bool

    init(kind: Kind, start: Int, end: Int, isFlow: Bool) {
        self.kind = kind
        self.start = start
        self.end = end
        self.isFlow = isFlow
    }
}

/// What libyaml complains about, in its own words.
struct Complaint {
    let problem: String
    let place: Int
    /// What libyaml was reading when it found the problem.
    let context: String?
    let contextPlace: Int?
}
