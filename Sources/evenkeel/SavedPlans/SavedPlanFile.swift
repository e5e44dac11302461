import Diagnostics
import Manifest
import Reconciliation

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The file that `plan --out` writes, and `apply --plan` and `show` read.
///
/// A JSON object: `format_version`; `evenkeel`, the version that wrote it; `plan`, for people and programs, the same as in
/// the output; `approved`, what it takes to perform it; `digest`, the SHA-256 of everything before it. The digest guards
/// against accidents. Whoever can write the file can write the digest.
enum SavedPlanFile {
    /// What no plan needs, so that a device or a wrong file does not fill the memory.
    private static let largestFile = 500_000_000

    /// Why a file cannot be used.
    struct Refusal: Error {
        let diagnostic: Diagnostic
    }

    // MARK: - Writing

    static func text(of approved: ApprovedPlan) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let value = String(decoding: try encoder.encode(approved), as: UTF8.self)
        let head: JSON = [
            "format_version": .number(Plan.formatVersion),
            "evenkeel": .text(Text(Version.text)),
            "plan": PlanDocument(plan: approved.plan).json,
        ]
        let text = "\(head.pretty.dropLast(2)),\n  \"approved\": \(value),\n"
        return text + ending(digest: sha256Hex(text))
    }

    private static func ending(digest: String) -> String { "  \"digest\": \"\(digest)\"\n}\n" }

    // MARK: - Reading

    /// - Parameter path: `-` is standard input.
    static func read(_ path: String, on console: Console) throws(Refusal) -> ApprovedPlan {
        let content: [UInt8]
        if path == "-" {
            content = console.readInput()
        } else {
            do throws(FileProblem) {
                content = try bytes(ofFile: path, limit: largestFile)
            } catch {
                throw refusal(path, "cannot be read", error.reason)
            }
        }
        return try parse(content, file: path)
    }

    static func parse(_ content: [UInt8], file: String) throws(Refusal) -> ApprovedPlan {
        guard !content.isEmpty else { throw refusal(file, "is empty") }
        let data = Data(content)
        try checkVersion(data, file)
        try checkDigest(content, file)
        let approved: ApprovedPlan
        do {
            approved = try JSONDecoder().decode(Whole.self, from: data).approved
        } catch {
            throw refusal(file, "holds what a saved plan does not have", words(error))
        }
        if let problem = approved.problem { throw refusal(file, "holds what a saved plan does not have", problem) }
        return approved
    }

    private struct Whole: Decodable {
        let approved: ApprovedPlan
    }

    private struct Head: Decodable {
        enum CodingKeys: String, CodingKey {
            case formatVersion = "format_version"
            case digest
        }

        let formatVersion: Int
        let digest: String?
    }

    private static func checkVersion(_ data: Data, _ file: String) throws(Refusal) {
        let head: Head
        do {
            head = try JSONDecoder().decode(Head.self, from: data)
        } catch DecodingError.dataCorrupted {
            throw refusal(file, "is no saved plan", "it is not well-formed JSON, or was cut off")
        } catch {
            throw refusal(file, "is no saved plan", words(error))
        }
        guard head.formatVersion == Plan.formatVersion else {
            throw refusal(
                file,
                "has another format version",
                "it has format version \(head.formatVersion), this version of evenkeel reads \(Plan.formatVersion)"
            )
        }
        guard head.digest != nil else {
            throw refusal(file, "is no saved plan", "it has no digest; `plan --out FILE` saves a plan with one")
        }
    }

    private static func checkDigest(_ content: [UInt8], _ file: String) throws(Refusal) {
        let length = ending(digest: String(repeating: "0", count: 64)).utf8.count
        let text = String(decoding: content.dropLast(length), as: UTF8.self)
        let end = content.suffix(length)
        guard content.count > length, end.elementsEqual(ending(digest: sha256Hex(text)).utf8) else {
            throw refusal(
                file,
                "was changed since it was saved",
                "its digest is another one; the digest guards against accidents, not against forgery"
            )
        }
    }

    private static func words(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "it cannot be decoded" }
        if case .keyNotFound(let key, let context) = error {
            return "`\(key.stringValue)` is missing" + place(context)
        }
        if case .typeMismatch(_, let context) = error { return "a value has another type" + place(context) }
        if case .valueNotFound(_, let context) = error { return "a value is missing" + place(context) }
        if case .dataCorrupted(let context) = error { return "a value cannot be used" + place(context) }
        return "it cannot be decoded"
    }

    private static func place(_ context: DecodingError.Context) -> String {
        guard !context.codingPath.isEmpty else { return "" }
        let keys = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
        return " at `\(keys.joined(separator: "."))`"
    }

    private static func refusal(_ file: String, _ what: String, _ reason: String? = nil) -> Refusal {
        Refusal(
            diagnostic: Diagnostic(
                .error,
                .invalidPlan,
                "the plan `\(file)` \(what)",
                details: (reason.map { [.note($0)] } ?? []) + [.help("save it again with `evenkeel plan --out FILE`")]
            )
        )
    }
}
