package import Diagnostics
import YAML

extension ValueReader {
    /// A scalar with its variables put in; then the rule of the field decides what the text means.
    mutating func read(_ scalar: Node.Scalar, as kind: ValueKind, _ subject: Subject) -> ReadValue? {
        guard let substituted = substitute(in: scalar) else { return nil }
        let text = substituted.text
        if substituted.masked != nil, !subject.isSetting {
            diagnostics.append(.secretInName(subject.name, at: scalar.range))
            return nil
        }
        let shown = (substituted.masked ?? text).excerpt
        let content: ReadValue.Content
        switch checked(text, as: kind, shown: shown) {
        case .success(let value): content = value
        case .failure(let failure):
            let help = substituted.masked == nil ? ValueAdvice.help(for: text, as: kind, subject.key) : nil
            diagnostics.append(.fault(failure.fault.with(help: help), subject, at: scalar.range))
            return nil
        }
        if let usual = subject.usual, let words = usual.warning(for: content) {
            diagnostics.append(.unusualValue(subject, words, at: scalar.range))
        }
        return ReadValue(content, at: scalar.range, masked: substituted.masked)
    }

    /// Nil when a variable has no value, which is reported.
    mutating func substitute(in scalar: Node.Scalar) -> (text: Text, masked: Text?)? {
        let result = variables.substitute(in: scalar.text)
        used.formUnion(result.used)
        guard !result.unresolved.isEmpty else { return (result.text, result.masked) }
        let first = scalar.firstColumn
        for (name, offset) in result.unresolved {
            if let fault = variables.unusable[name] {
                // It is one fault, in the file of variables, however often the variable is used.
                if reported.insert(name).inserted { diagnostics.append(fault) }
                continue
            }
            unresolved += 1
            let range = first.map { scalar.range(column: $0 + offset, count: name.count + 4) } ?? scalar.range
            let known = unresolved <= ValueReader.advised ? variables : Variables()
            diagnostics.append(.unresolved(name, known, at: range))
        }
        return nil
    }

    private struct ScalarFault: Error {
        let fault: TextRule.Fault

        init(_ fault: TextRule.Fault) {
            self.fault = fault
        }

        static func expected(_ what: String, _ shown: String, help: String? = nil) -> ScalarFault {
            ScalarFault(TextRule.Fault("must be \(what), not `\(shown)`", help: help))
        }
    }

    private func number(
        _ text: Text,
        in range: ClosedRange<Int>,
        _ shown: String
    ) -> Result<ReadValue.Content, ScalarFault> {
        guard Numbers.hasDigitsOnly(text) else {
            return .failure(.expected(Numbers.describe(range), shown, help: "write decimal digits and nothing else"))
        }
        let number = Numbers.whole(text)
        if let number, range.contains(number) { return .success(.number(number)) }
        let isNegative = text.string.utf8.first == UInt8(ascii: "-")
        guard range.upperBound >= 1000, !isNegative, number.map({ $0 > range.upperBound }) ?? true else {
            return .failure(.expected(Numbers.describe(range), shown))
        }
        return .failure(.expected("at most \(range.upperBound)", shown))
    }

    private func checked(
        _ text: Text,
        as kind: ValueKind,
        shown: String
    ) -> Result<ReadValue.Content, ScalarFault> {
        switch kind {
        case .text(let rule):
            if let fault = rule.fault(in: text, shown: shown) { return .failure(ScalarFault(fault)) }
            return .success(.text(text))
        case .number(let range):
            return number(text, in: range, shown)
        case .boolean:
            guard text == "true" || text == "false" else { return .failure(.expected("`true` or `false`", shown)) }
            return .success(.boolean(text == "true"))
        case .onlyTrue:
            guard text == "true" else {
                let help = "leave the key out for what it does without it"
                return .failure(.expected("`true` or a mapping", shown, help: help))
            }
            return .success(.boolean(true))
        case .duration:
            guard Numbers.isDuration(text) else {
                let what = "a duration such as `90s`, `15m` or `1h`"
                return .failure(.expected(what, shown, help: "write digits and one of `s`, `m` and `h`"))
            }
            guard let seconds = Numbers.seconds(text) else {
                return .failure(.expected("at most `\(Numbers.mostSeconds / 3600)h`", shown))
            }
            return seconds < 1 ? .failure(.expected("at least `1s`", shown)) : .success(.duration(seconds))
        case .choice(let choices):
            guard choices.contains(where: { Text($0) == text }) else {
                let nearest = NearestName.of(text.string, in: choices)
                let help = nearest.map { "did you mean `\($0)`?" }
                return .failure(.expected(choices.map { "`\($0)`" }.listed(with: "or"), shown, help: help))
            }
            return .success(.text(text))
        case .mapping, .names, .list, .either:
            // The caller has matched the shapes.
            return .failure(.expected(kind.expectation, shown))
        }
    }
}

/// How numbers and durations are written.
package enum Numbers {
    /// Decimal digits with an optional `-`; nil for anything else and for what does not fit in 64 bits.
    package static func whole(_ text: Text) -> Int? {
        hasDigitsOnly(text) ? Int(text.string) : nil
    }

    static func hasDigitsOnly(_ text: Text) -> Bool {
        let digits = text.string.utf8.starts(with: "-".utf8) ? text.string.utf8.dropFirst() : text.string.utf8[...]
        return !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
    }

    static let mostSeconds = Int(Int32.max)

    /// Digits and one of `s`, `m`, `h`, however long.
    static func isDuration(_ text: Text) -> Bool {
        let digits = text.string.utf8.dropLast()
        return "smh".utf8.contains(text.string.utf8.last ?? 0) && !digits.isEmpty
            && digits.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Of a duration; nil for one that is too long, and for what is none.
    static func seconds(_ text: Text) -> Int? {
        let factor: Int
        switch text.string.utf8.last {
        case UInt8(ascii: "s"): factor = 1
        case UInt8(ascii: "m"): factor = 60
        case UInt8(ascii: "h"): factor = 3600
        default: return nil
        }
        let digits = Text(String(text.string.dropLast()))
        guard let number = whole(digits), number >= 0, !digits.string.utf8.starts(with: "-".utf8) else { return nil }
        let (seconds, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow || seconds > mostSeconds ? nil : seconds
    }

    static func describe(_ range: ClosedRange<Int>) -> String {
        if range.lowerBound == range.upperBound { return "`\(range.lowerBound)`" }
        // The larger bounds are those of the Cloud Controller's columns and nothing that people think of.
        if range.upperBound < 1000 { return "a whole number from \(range.lowerBound) to \(range.upperBound)" }
        return "a whole number of \(range.lowerBound) or more"
    }
}

extension UsualLimit {
    /// What is unusual about a value; nil when nothing is.
    fileprivate func warning(for content: ReadValue.Content) -> (message: String, note: String)? {
        switch (self, content) {
        case (.atMost(let limit, let setting), .number(let number)) where number > limit:
            let note = "platforms refuse more than `\(setting)`, which is \(limit) unless an operator changed it"
            return ("is more than \(limit), the usual maximum", note)
        case (.vcap, .text(let user)) where user.caseFolded != "vcap":
            let note = "platforms allow only `vcap` unless an operator added to `additional_allowed_process_users`"
            return ("is not `vcap`, the only user that is usually allowed", note)
        default: return nil
        }
    }
}

extension Node.Scalar {
    /// Where the text begins, where it stands in the file as it is.
    fileprivate var firstColumn: Int? {
        guard style != .block, range.start.line == range.end.line else { return nil }
        let width = range.end.column - range.start.column
        let quotes = style == .quoted ? 1 : 0
        return width == text.count + 2 * quotes ? range.start.column + quotes : nil
    }

    /// The place of a part of the text.
    fileprivate func range(column: Int, count: Int) -> SourceRange {
        SourceRange(
            file: range.file,
            start: SourcePosition(line: range.start.line, column: column),
            end: SourcePosition(line: range.start.line, column: column + count)
        )
    }
}
