import Testing

@testable import Sandbox

@Suite struct ListTests {
    private let store = Store(seed: SmallFoundation.seed, options: .testing)

    @Test func `pages carry filters in their links and end where the rows end`() async {
        let list = await store.send("GET", "/v3/apps?names=storefront,payments-api&include=space&per_page=1")

        #expect(list["pagination.total_results"]?.integer == 2)
        #expect(list["pagination.total_pages"]?.integer == 2)
        let base = "http://127.0.0.1/v3/apps?include=space&names=storefront%2Cpayments-api"
        #expect(list["pagination.first.href"]?.text == "\(base)&page=1&per_page=1")
        #expect(list["pagination.next.href"]?.text == "\(base)&page=2&per_page=1")
        #expect(list["pagination.previous"]?.isNull == true)
        #expect(list.names == ["storefront"])
    }

    @Test func `a page past the end knows of no rows`() async {
        let list = await store.send("GET", "/v3/apps?page=99&per_page=50")

        #expect(list.status == 200)
        #expect(list["pagination.total_results"]?.integer == 0)
        #expect(list["pagination.total_pages"]?.integer == 1)
        #expect(list["pagination.next"]?.isNull == true)
        #expect(list["pagination.previous.href"]?.text == "http://127.0.0.1/v3/apps?page=98&per_page=50")
        #expect(list.guids.isEmpty)
    }

    @Test(arguments: ["9223372036854775807", "99999999999999999999", "4611686018427387905"])
    func `the largest pages are past the end`(page: String) async {
        let list = await store.send("GET", "/v3/apps?page=\(page)&per_page=5000")

        #expect(list.status == 200)
        #expect(list.guids.isEmpty)
    }

    struct Filter: Sendable, CustomTestStringConvertible {
        let query: String
        let names: [String]

        init(_ query: String, _ names: [String]) {
            self.query = query
            self.names = names
        }

        var testDescription: String { query }
    }

    @Test(arguments: [
        Filter("names=StoreFront", ["storefront"]),
        Filter("names=", []),
        Filter("names=storefront&names=payments-api", ["payments-api"]),
        Filter("names[]=storefront", []),
        Filter("names=storefront%2Cforeign", ["storefront", "foreign"]),
        Filter("names=storefront%252Cforeign", []),
        Filter("guids=\(SmallFoundation.payments),\(SmallFoundation.missing)", ["payments-api"]),
        Filter("space_guids=\(SmallFoundation.production)&lifecycle_type=docker", ["payments-api"]),
        Filter("organization_guids=\(SmallFoundation.organization)&stacks=cflinuxfs4", ["storefront", "empty-app"]),
        Filter("order_by=-name", ["storefront", "payments-api", "foreign", "empty-app"]),
        Filter("order_by=%2Bstate", ["storefront", "payments-api", "foreign", "empty-app"]),
        Filter("per_page=2x", ["storefront", "payments-api"]),
        Filter("created_ats[gt]=2020-01-01T00:00:00Z&updated_ats[lte]=2026-11-21T03:00:00Z&names=foreign", ["foreign"]),
        Filter("created_ats=2020-01-01T00:00:00Z,2020-01-02T00:00:00Z", []),
        Filter("label_selector=tier=frontend", ["storefront"]),
        Filter("label_selector=tier==backend,", ["payments-api"]),
        Filter("label_selector=tier!=frontend", ["payments-api", "empty-app", "foreign"]),
        Filter("label_selector=tier%20in%20(frontend,backend)", ["storefront", "payments-api"]),
        Filter("label_selector=tier%20notin%20(frontend)", ["payments-api", "empty-app", "foreign"]),
        Filter("label_selector=example.com/owner", ["storefront"]),
        Filter("label_selector=!tier", ["empty-app", "foreign"]),
        Filter("label_selector=tier=", []),
        Filter("label_selector=tier%20in%20()", []),
        Filter("label_selector=tier=frontend,example.com/owner=retail", ["storefront"]),
    ])
    func `apps are filtered and ordered`(filter: Filter) async {
        let list = await store.send("GET", "/v3/apps?\(filter.query)")

        #expect(list.status == 200)
        // equal states are ordered by guid
        let names = filter.query.contains("state") ? list.names.sorted(by: >) : list.names
        #expect(names == filter.names)
    }

    @Test(arguments: [
        ("label_selector=,", "Missing label_selector value"),
        ("label_selector=bad!key=1", "Invalid label_selector value"),
        ("label_selector=cloudfoundry.org/x", "prefix 'cloudfoundry.org' is reserved"),
        (
            "label_selector=" + (0..<51).map { "k\($0)" }.joined(separator: ","),
            "Too many label_selector requirements (maximum is 50)"
        ),
        ("per_page=-1", "Per page must be a positive integer"),
        ("names[a]=b", "Names must be an array"),
    ])
    func `bad parameters are refused`(query: String, message: String) async {
        let list = await store.send("GET", "/v3/apps?\(query)")

        #expect(list.status == 400)
        #expect(list.title == "CF-BadQueryParameter")
        #expect(list.detail == "The query parameter is invalid: \(message)")
    }

    @Test func `an app's guid in the query narrows the parts of apps as the path does, and no other list`() async {
        let processes = await store.send("GET", "/v3/processes?app_guid=\(SmallFoundation.storefront)")
        let apps = await store.send("GET", "/v3/apps?app_guid=\(SmallFoundation.storefront)")

        let path = "http://127.0.0.1/v3/apps/\(SmallFoundation.storefront)/processes?page=1&per_page=50"
        #expect(processes["pagination.first.href"]?.text == path)
        #expect(apps.status == 400)
    }

    @Test func `a query of more than ten kilobytes gets a plain text`() async {
        let list = await store.send("GET", "/v3/apps?guids=" + String(repeating: "x", count: 10_300))

        #expect(list.status == 400)
        #expect(list.header("Content-Type") == nil)
        #expect(list.header("X-VCAP-Request-ID") == nil)
    }

    @Test func `spaces and organizations come along once`() async {
        let list = await store.send(
            "GET",
            "/v3/apps?include=space.organization&space_guids=\(SmallFoundation.production)"
        )
        let none = await store.send("GET", "/v3/apps?include=space.organization&names=nope")

        #expect(list["included.spaces"]?.list?.compactMap { $0["name"]?.text } == ["production"])
        #expect(list["included.organizations"]?.list?.compactMap { $0["name"]?.text } == ["acme"])
        #expect(none["included.spaces"]?.list?.isEmpty == true)
        #expect(none["included.organizations"]?.list?.isEmpty == true)
    }

    @Test func `lists hide commands from everyone`() async {
        let processes = await store.send("GET", "/v3/processes?app_guids=\(SmallFoundation.storefront)")
        let droplets = await store.send("GET", "/v3/apps/\(SmallFoundation.storefront)/droplets?current=true")
        let tasks = await store.send("GET", "/v3/tasks?app_guids=\(SmallFoundation.storefront)")

        let commands = (processes["resources"]?.list ?? []).compactMap { $0["command"]?.text }
        #expect(commands == ["[PRIVATE DATA HIDDEN IN LISTS]", "[PRIVATE DATA HIDDEN IN LISTS]"])
        #expect(droplets.guids == [SmallFoundation.storefrontDroplet])
        #expect(droplets["resources.0.process_types.redacted_message"]?.text == "[PRIVATE DATA HIDDEN IN LISTS]")
        #expect(droplets["resources.0.execution_metadata"]?.text == "[PRIVATE DATA HIDDEN IN LISTS]")
        #expect(tasks["resources.0.command"] == nil)
        #expect(tasks["pagination.total_results"]?.integer == 3)
    }

    @Test func `names of tasks ignore case, types of processes do not`() async {
        let tasks = await store.send("GET", "/v3/tasks?names=MIGRATE")
        let processes = await store.send("GET", "/v3/processes?types=WEB")
        let nested = await store.send("GET", "/v3/apps/\(SmallFoundation.storefront)/processes/WEB")

        #expect(tasks.guids == [SmallFoundation.runningTask])
        #expect(processes.guids.isEmpty)
        #expect(nested.status == 404)
    }

    @Test func `only what a caller may read is listed`() async {
        let counts = await [("admin", 4), ("dev", 3), ("manager", 3), ("nobody", 0), ("readonly", 4)].asyncMap {
            user,
            count in
            (await store.send("GET", "/v3/apps", as: user)["pagination.total_results"]?.integer, count)
        }

        for (found, expected) in counts { #expect(found == expected) }
    }

    @Test func `roles come in the order of their creation, which their links say`() async {
        let list = await store.send(
            "GET",
            "/v3/roles?space_guids=\(SmallFoundation.production)&include=user",
            as: "auditor"
        )
        let none = await store.send("GET", "/v3/roles", as: "nobody")

        #expect(list["pagination.first.href"]?.text?.contains("order_by=%2Bcreated_at") == true)
        #expect(list["resources"]?.list?.compactMap { $0["type"]?.text }.first == "space_developer")
        #expect(list["resources.0.relationships.organization.data"]?.isNull == true)
        #expect(list["included.users.0.username"]?.text == "dev")
        #expect(none["pagination.total_results"]?.integer == 0)
    }
}

extension Sequence {
    fileprivate func asyncMap<T>(_ transform: (Element) async -> T) async -> [T] {
        var result: [T] = []
        for element in self { result.append(await transform(element)) }
        return result
    }
}
