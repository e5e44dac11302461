import CLibYAML
import Diagnostics

/// Hands libyaml's events to `handle` until it answers false, the input ends, or libyaml complains.
///
/// Events and never `yaml_parser_load`: that resolves an alias to the node that it stands in, which makes a cycle of
/// `a: &x [*x]`, and it neither bounds the depth nor what aliases expand to.
func readEvents(of bytes: [UInt8], _ handle: (Event) -> Bool) -> Complaint? {
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { parser.deallocate() }
    guard yaml_parser_initialize(parser) == 1 else { return .outOfMemory }
    defer { yaml_parser_delete(parser) }

    return bytes.withUnsafeBufferPointer { buffer -> Complaint? in
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
        while true {
            var raw = yaml_event_t()
            guard yaml_parser_parse(parser, &raw) == 1 else { return Complaint(of: parser.pointee) }
            defer { yaml_event_delete(&raw) }
            if raw.type == YAML_STREAM_END_EVENT || raw.type == YAML_NO_EVENT { return nil }
            if let event = Event(raw), !handle(event) { return nil }
        }
    }
}

extension Event {
    /// Nil for events that say nothing about the content.
    fileprivate init?(_ raw: yaml_event_t) {
        let kind: Kind
        var isFlow = false
        switch raw.type {
        case YAML_DOCUMENT_START_EVENT: kind = .documentStart
        case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
        case YAML_ALIAS_EVENT: kind = .alias(name: String(from: raw.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = raw.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            kind = .scalar(text: text, style: Node.Scalar.Style(scalar.style), Properties(scalar.anchor, scalar.tag))
        case YAML_SEQUENCE_START_EVENT:
            let start = raw.data.sequence_start
            isFlow = start.style == YAML_FLOW_SEQUENCE_STYLE
            kind = .listStart(Properties(start.anchor, start.tag))
        case YAML_SEQUENCE_END_EVENT: kind = .listEnd
        case YAML_MAPPING_START_EVENT:
            let start = raw.data.mapping_start
            isFlow = start.style == YAML_FLOW_MAPPING_STYLE
            kind = .mappingStart(Properties(start.anchor, start.tag))
        case YAML_MAPPING_END_EVENT: kind = .mappingEnd
        default: return nil
        }
        self.init(kind: kind, start: raw.start_mark.index, end: raw.end_mark.index, isFlow: isFlow)
    }
}

extension Event.Properties {
    fileprivate init(_ anchor: UnsafeMutablePointer<yaml_char_t>?, _ tag: UnsafeMutablePointer<yaml_char_t>?) {
        self.init(anchor: String(from: anchor), hasTag: tag != nil)
    }
}

extension Node.Scalar.Style {
    fileprivate init(_ style: yaml_scalar_style_t) {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE: self = .quoted
        case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: self = .block
        default: self = .plain
        }
    }
}

extension Complaint {
    fileprivate static let outOfMemory = Complaint(
        problem: "out of memory",
        place: 0,
        context: nil,
        contextPlace: nil
    )

    fileprivate init(of parser: yaml_parser_t) {
        let hasContext = parser.context != nil
        self.init(
            problem: parser.problem.map { String(cString: $0) } ?? "out of memory",
            place: parser.problem_mark.index,
            context: parser.context.map { String(cString: $0) },
            contextPlace: hasContext ? parser.context_mark.index : nil
        )
    }
}

extension String {
    fileprivate init?(from bytes: UnsafeMutablePointer<yaml_char_t>?) {
        guard let bytes else { return nil }
        self = String(cString: bytes)
    }
}
