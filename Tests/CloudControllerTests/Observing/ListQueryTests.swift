import CloudController
import Testing

@testable import CloudController

/// How filters become requests.
struct ListQueryTests {
    private func paths(_ filters: [(String, [String])], fixed: String = "") -> [String] {
        ListQuery("/v3/apps", filters.map { .init($0.0, $0.1) }, fixed: fixed).paths
    }

    @Test func `values of a filter are joined by commas`() {
        #expect(
            paths([("space_guids", ["s1", "s2"]), ("names", ["a", "b"])])
                == ["/v3/apps?per_page=5000&space_guids=s1,s2&names=a,b"]
        )
    }

    @Test(arguments: [
        ("a,b", "a%252Cb"), ("50%", "50%2525"), ("a+b", "a%252Bb"), ("a b&c=d", "a%20b%26c%3Dd"), ("é", "%C3%A9"),
        ("x_y-z.1~", "x_y-z.1~"), ("a/b?c#d", "a%2Fb%3Fc%23d"), ("\n", "%0A"),
    ])
    func `what the server decodes twice is encoded twice`(name: String, encoded: String) {
        #expect(paths([("names", [name])]) == ["/v3/apps?per_page=5000&names=\(encoded)"])
    }

    @Test func `an empty filter asks nothing, for it would find nothing`() {
        #expect(paths([("names", [])]).isEmpty)
        #expect(paths([("space_guids", ["s"]), ("names", [])]).isEmpty)
    }

    @Test func `long filters are split, and no query is longer than 7000 bytes`() {
        let guids = (0..<1000).map { "bf5ec0d8-4271-448f-a955-4246\(10_000_000 + $0)" }
        let names = (0..<100).map { "an-app-with-a-rather-long-name-\($0)" }

        let single = paths([("app_guids", guids)])
        let crossed = paths([("space_guids", guids), ("names", names)])

        #expect(single.count == 6)
        for path in single + crossed { #expect(path.utf8.count <= 7000 + "/v3/apps?".utf8.count) }
        #expect(Set(single.flatMap { values(of: "app_guids", in: $0) }) == Set(guids))
        let pairs = crossed.flatMap { path in
            values(of: "space_guids", in: path).flatMap { guid in values(of: "names", in: path).map { guid + " " + $0 }
            }
        }
        #expect(pairs.count == 100_000)
        #expect(Set(pairs).count == 100_000)
    }

    @Test func `150 guids fit into one request`() {
        let guids = (0..<150).map { "bf5ec0d8-4271-448f-a955-4246\(10_000_000 + $0)" }

        #expect(paths([("app_guids", guids)]).count == 1)
    }

    private func values(of name: String, in path: String) -> [String] {
        path.split(whereSeparator: { $0 == "?" || $0 == "&" })
            .filter { $0.hasPrefix("\(name)=") }
            .flatMap { $0.dropFirst(name.count + 1).split(separator: ",").map(String.init) }
    }
}
