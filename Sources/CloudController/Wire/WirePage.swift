/// One page of a list (`cloud_controller_ng app/presenters/v3/paginated_list_presenter.rb`).
///
/// Its links are not used: they name the host that the server believes to have.
struct WirePage<Resource: Decodable & Sendable>: Decodable, Sendable {
    let pagination: Pagination
    let resources: [Resource]

    struct Pagination: Decodable, Sendable {
        let totalResults: Int
        let totalPages: Int

        enum CodingKeys: String, CodingKey {
            case totalResults = "total_results"
            case totalPages = "total_pages"
        }
    }
}
