import Foundation
import Testing

@testable import Sandbox

/// What a Cloud Controller 3.228.0 answered to requests that it refused, word for word.
@Suite struct RefusalTests {
    struct Exchange: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let method: String
        let target: String
        let user: String?
        let body: String?
        let status: Int
        let error: String
    }

    /// Reads the fixture, with its `{names}` of the foundation's guids filled in.
    static func exchanges() throws -> [Exchange] {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/refusals.json")
        let value = try JSONParser.parse([UInt8](Data(contentsOf: url)))
        return (value.list ?? []).map { item in
            let request = (item["request"]?.text ?? "").split(separator: " ", maxSplits: 1).map(String.init)
            let code = item["code"]?.integer ?? 0
            return Exchange(
                testDescription: item["name"]?.text ?? "",
                method: request[0],
                target: filled(request[1]),
                user: item["user"]?.text,
                body: item["body"]?.text.map(filled),
                status: item["status"]?.integer ?? 0,
                error: "\(item["title"]?.text ?? "") \(code) \(filled(item["detail"]?.text ?? ""))"
            )
        }
    }

    /// `{storefront}` is a guid of the foundation, `{x*70}` is 70 times x.
    private static func filled(_ text: String) -> String {
        text.replacing(/\{(\w+)\}/) { match in SmallFoundation.guids[String(match.1)] ?? String(match.0) }
            .replacing(/\{(.)\*(\d+)\}/) { match in String(repeating: String(match.1), count: Int(match.2) ?? 0) }
    }

    @Test(arguments: try exchanges())
    func `is refused in the server's words`(exchange: Exchange) async throws {
        let store = Store(seed: SmallFoundation.seed, options: .testing)
        let before = await store.send("GET", "/v3/processes/\(SmallFoundation.storefront)")

        let answer = await store.send(exchange.method, exchange.target, as: exchange.user, exchange.body)

        let code = answer["errors.0.code"]?.integer ?? 0
        #expect(answer.status == exchange.status)
        #expect("\(answer.title ?? "") \(code) \(answer.detail ?? "")" == exchange.error)
        #expect(answer["errors"]?.list?.count == 1)
        let after = await store.send("GET", "/v3/processes/\(SmallFoundation.storefront)")
        #expect(after.body == before.body)
    }

    @Test func `there are enough of them`() throws {
        #expect(try Self.exchanges().count > 150)
    }
}
