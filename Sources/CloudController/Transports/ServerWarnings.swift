/// What the server warns of in the header `X-Cf-Warnings`: texts that are encoded like a form's, separated by commas
/// (`cloud_controller_ng app/controllers/v3/application_controller.rb`).
struct ServerWarnings {
    /// A server that warns of something else with every answer is not quoted for ever.
    private static let most = 50

    private var texts: [String] = []
    private var known: Set<String> = []

    mutating func add(_ response: TransportResponse) {
        for header in response.headers where header.name.lowercased() == "x-cf-warnings" {
            for encoded in header.value.split(separator: ",") {
                let text = ServerWarnings.decoded(encoded)
                guard !text.isEmpty, known.count < ServerWarnings.most, known.insert(text).inserted else { continue }
                texts.append(text)
            }
        }
    }

    /// Those that were not taken before.
    mutating func take() -> [String] {
        defer { texts = [] }
        return texts
    }

    /// As it stands where it is not encoded as expected.
    private static func decoded(_ encoded: Substring) -> String {
        ServerWords.cleaned(PercentEncoding.decodedForm(String(encoded)) ?? String(encoded))
    }
}
