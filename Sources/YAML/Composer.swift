import Diagnostics

/// Makes trees of events, with aliases and merge keys resolved and everything bounded.
struct Composer {
    /// A mapping or list that is not closed yet.
    private struct Frame {
        var content: Content
        let start: Int
        let isFlow: Bool
        let anchor: String?
        /// Nodes below it, itself included, after expansion.
        var size = 1
        /// Levels of mappings and lists below it.
        var height = 0

        enum Content {
            case mapping(MappingBuilder)
            case list([Node])
        }
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
    private var count = 0

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
            count += 1
            return add(node, size: 1, height: 0, anchor: properties.anchor, at: range)
        case .listStart(let properties):
            return open(.list([]), properties, event)
        case .mappingStart(let properties):
            return open(.mapping(MappingBuilder()), properties, event)
        case .listEnd, .mappingEnd:
            return close(event)
        }
    }

    private mutating func takeAlias(_ name: String, _ event: Event) -> Bool {
        let range = source.range(event.start, event.end)
        switch anchors[name] {
        case nil:
            diagnostics.append(.unknownAnchor(name, known: Array(anchors.keys), at: range))
        case .open:
            diagnostics.append(.cycle(name, at: range))
        case .complete(let node, let size, let height):
            count += size
            return add(node, size: size, height: height, anchor: nil, at: range)
        }
        // What stands for nothing is left out: an empty text in its place would only bring more errors about it.
        place(nil)
        return true
    }

    private mutating func open(_ content: Frame.Content, _ properties: Event.Properties, _ event: Event) -> Bool {
        let start = skip(properties, of: event)
        guard frames.count < Limits.nesting else {
            diagnostics.append(.tooDeep(at: source.range(start, start)))
            return false
        }
        if let anchor = properties.anchor { anchors[anchor] = .open }
        frames.append(Frame(content: content, start: start, isFlow: event.isFlow, anchor: properties.anchor))
        return true
    }

    private mutating func close(_ event: Event) -> Bool {
        guard let frame = frames.popLast() else { return true }
        let node: Node
        switch frame.content {
        case .list(let items):
            node = .list(Node.List(items, range: range(of: frame, lastChild: items.last?.range, event)))
        case .mapping(let builder):
            let last = builder.entries.last?.value.range
            let (entries, problems) = builder.finish()
            diagnostics += problems
            node = .mapping(Node.Mapping(entries, range: range(of: frame, lastChild: last, event)))
        }
        count += 1
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
        guard count <= Limits.nodes else {
            diagnostics.append(.tooManyNodes(at: range))
            return false
        }
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
        // Taken out while it is changed, so that it is not copied.
        let content = frames[last].content
        frames[last].content = .list([])
        switch content {
        case .list(var items):
            if let node { items.append(node) }
            frames[last].content = .list(items)
        case .mapping(var builder):
            diagnostics += builder.add(node)
            frames[last].content = .mapping(builder)
        }
    }

    /// Where the node itself begins, behind its anchor; a tag is refused.
    private mutating func skip(_ properties: Event.Properties, of event: Event) -> Int {
        guard properties.anchor != nil || properties.hasTag else { return event.start }
        let rest = source.rest(from: event.start)
        var index = 0
        while index < rest.count, rest[index] == "&" || rest[index] == "!" {
            let isTag = rest[index] == "!"
            let start = index
            while index < rest.count, !" \t\r\n".unicodeScalars.contains(rest[index]) { index += 1 }
            if isTag {
                let tag = String(String.UnicodeScalarView(rest[start..<index]))
                diagnostics.append(.tag(tag, at: source.range(event.start + start, event.start + index)))
            }
            while index < rest.count, rest[index] == " " || rest[index] == "\t" { index += 1 }
        }
        let isEndOfLine = index == rest.count || "#\r\n".unicodeScalars.contains(rest[index])
        return isEndOfLine ? event.start : event.start + index
    }
}

extension Diagnostic {
    fileprivate static func unknownAnchor(_ name: String, known: [String], at range: SourceRange) -> Diagnostic {
        let nearest = NearestName.of(name, in: known.sorted())
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

    fileprivate static func tooManyNodes(at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            .yamlLimit,
            "more than \(Limits.nodes) values, counted after aliases are expanded",
            at: Annotation(range, "one too many")
        )
    }

    fileprivate static func tag(_ tag: String, at range: SourceRange) -> Diagnostic {
        Diagnostic(
            .error,
            .unsupportedTag,
            "tags such as `\(tag)` are not supported",
            at: Annotation(range, "a tag"),
            details: [.help("remove it: the field decides what a value is, not its type in YAML")]
        )
    }
}
