import Diagnostics

/// Makes trees of events, with aliases and merge keys resolved and everything bounded.
struct Composer {
    /// A mapping or list that is not closed yet.
    ///
    /// What it gathers is changed where it lies: taken out of it for that, it would be copied for every child.
    private struct Frame {
        /// Of a list.
        var items: [Node] = []
        /// Nil for a list.
        var mapping: MappingBuilder?
        let start: Int
        let isFlow: Bool
        let anchor: String?
        /// Nodes below it, itself included, after expansion.
        var size = 1
        /// Levels of mappings and lists below it.
        var height = 0
    }

    /// What an anchor stands for.
    private enum Anchored {
        case open
        case complete(Node, size: Int, height: Int)
    }

    let source: Source
    var documents: [Node] = []
    var diagnostics: [Diagnostic] = []
    private var frames: [Frame] = []
    private var anchors: [String: Anchored] = [:]
    /// Values that stand in the text so far.
    private var written = 0
    /// Values that stand elsewhere in the text and were brought here by aliases.
    private var brought = 0
    private var unknownAliases = 0

    init(source: Source) {
        self.source = source
    }

    /// Answers false when reading on makes no sense.
    mutating func take(_ event: Event) -> Bool {
        switch event.kind {
        case .documentStart:
            anchors = [:]
            return true
        case .documentEnd:
            return true
        case .alias(let name):
            return takeAlias(name, event)
        case .scalar(let text, let style, let properties):
            let start = skip(properties, of: event)
            let range = source.range(min(start, event.end), event.end)
            let node = Node.scalar(Node.Scalar(Text(text), style: style, range: range))
            guard isWithinLimits(at: range) else { return false }
            return add(node, size: 1, height: 0, anchor: properties.anchor, at: range)
        case .listStart(let properties):
            return open(nil, properties, event)
        case .mappingStart(let properties):
            return open(MappingBuilder(), properties, event)
        case .listEnd, .mappingEnd:
            return close(event)
        }
    }

    private mutating func takeAlias(_ name: String, _ event: Event) -> Bool {
        let range = source.range(event.start, event.end)
        switch anchors[name] {
        case nil:
            unknownAliases += 1
            let isAdvised = unknownAliases <= Limits.advised
            diagnostics.append(.unknownAnchor(name, known: isAdvised ? anchors.keys.sorted() : [], at: range))
        case .open:
            diagnostics.append(.cycle(name, at: range))
        case .complete(let node, let size, let height):
            brought += size
            guard brought <= Limits.brought else {
                diagnostics.append(.tooManyNodes("aliases bring in more than \(Limits.brought) values", at: range))
                return false
            }
            return add(node, size: size, height: height, anchor: nil, at: range)
        }
        // What stands for nothing is left out: an empty text in its place would only bring more errors about it.
        place(nil)
        return true
    }

    /// - Parameter mapping: nil opens a list.
    private mutating func open(_ mapping: MappingBuilder?, _ properties: Event.Properties, _ event: Event) -> Bool {
        let start = skip(properties, of: event)
        guard frames.count < Limits.nesting else {
            diagnostics.append(.tooDeep(at: source.range(start, start)))
            return false
        }
        guard isWithinLimits(at: source.range(start, start)) else { return false }
        if let anchor = properties.anchor { anchors[anchor] = .open }
        frames.append(Frame(mapping: mapping, start: start, isFlow: event.isFlow, anchor: properties.anchor))
        return true
    }

    /// Counts one more value of the text.
    private mutating func isWithinLimits(at range: SourceRange) -> Bool {
        written += 1
        if written <= Limits.written { return true }
        diagnostics.append(.tooManyNodes("more than \(Limits.written) values in one file", at: range))
        return false
    }

    private mutating func close(_ event: Event) -> Bool {
        guard let frame = frames.popLast() else { return true }
        let node: Node
        if let mapping = frame.mapping {
            let last = mapping.entries.last?.value.range
            let (entries, problems) = mapping.finish()
            diagnostics += problems
            node = .mapping(Node.Mapping(entries, range: range(of: frame, lastChild: last, event)))
        } else {
            let last = frame.items.last?.range
            node = .list(Node.List(frame.items, range: range(of: frame, lastChild: last, event)))
        }
        return add(node, size: frame.size, height: frame.height + 1, anchor: frame.anchor, at: node.range)
    }

    /// The end of a mapping or list in block style is where the next token begins, which says nothing.
    private func range(of frame: Frame, lastChild: SourceRange?, _ event: Event) -> SourceRange {
        let whole = source.range(frame.start, event.end)
        guard !frame.isFlow, let lastChild else { return whole }
        return SourceRange(file: source.file, start: whole.start, end: lastChild.end)
    }

    private mutating func add(_ node: Node, size: Int, height: Int, anchor: String?, at range: SourceRange) -> Bool {
        guard frames.count + height <= Limits.nesting else {
            diagnostics.append(.tooDeep(at: range))
            return false
        }
        if let anchor { anchors[anchor] = .complete(node, size: size, height: height) }
        if let last = frames.indices.last {
            frames[last].size += size
            frames[last].height = max(frames[last].height, height)
        }
        place(node)
        return true
    }

    /// Puts a node where it belongs; nil for one that is left out.
    private mutating func place(_ node: Node?) {
        guard let last = frames.indices.last else {
            if case .scalar(let scalar) = node, scalar.isEmpty { return }
            if let node { documents.append(node) }
            return
        }
        if let problems = frames[last].mapping?.add(node) {
            diagnostics += problems
        } else if let node {
            frames[last].items.append(node)
        }
    }

    /// Where the node itself begins, behind its anchor; a tag is refused.
    private mutating func skip(_ properties: Event.Properties, of event: Event) -> Int {
        guard properties.anchor != nil || properties.hasTag else { return event.start }
        var place = source.place(of: event.start)
        while let first = source.byte(at: place), first == UInt8(ascii: "&") || first == UInt8(ascii: "!") {
            let start = place
            // Not beyond the event: `&a,` is nothing with an anchor.
            source.move(&place, to: event.end) { !Composer.endsProperty($0) }
            if first == UInt8(ascii: "!") {
                diagnostics.append(.tag(source.text(start, place), at: source.range(start.scalar, place.scalar)))
            }
            source.move(&place, to: event.end) { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard place.scalar > start.scalar else { break }
        }
        guard let next = source.byte(at: place), !"#\r\n".utf8.contains(next) else { return event.start }
        return place.scalar
    }

    private static func endsProperty(_ byte: UInt8) -> Bool { " \t\r\n".utf8.contains(byte) }
}

extension Diagnostic {
    fileprivate static func unknownAnchor(_ name: String, known: [String], at range: SourceRange) -> Diagnostic {
        let nearest = NearestName.of(name, in: known)
        return Diagnostic(
            .error,
            .yamlSyntax,
            "no anchor `&\(name)` stands before the alias `*\(name)`",
            at: Annotation(range, "not an anchor of this document"),
            details: nearest.map { [.help("did you mean `*\($0)`?")] } ?? []
        )
    }

    fileprivate static func cycle(_ name: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            .yamlSyntax,
            "the alias `*\(name)` stands inside of what it stands for",
            at: Annotation(range, "inside of `&\(name)`")
        )
    }

    fileprivate static func tooDeep(at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            .yamlLimit,
            "more than \(Limits.nesting) mappings and lists within each other",
            at: Annotation(range, "level \(Limits.nesting + 1) begins here")
        )
    }

    fileprivate static func tooManyNodes(_ message: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            .yamlLimit,
            message,
            at: Annotation(range, "too many with this one")
        )
    }

    fileprivate static func tag(_ tag: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            .unsupportedTag,
            "tags such as `\(Text(tag).excerpt)` are not supported",
            at: Annotation(range, "a tag"),
            details: [.help("remove it: the field decides what a value is, not its type in YAML")]
        )
    }
}
