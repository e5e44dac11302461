import Testing

@testable import Sandbox

@Suite struct DropletTests {
    private let store = Store(seed: SmallFoundation.seed, options: .testing)
    private let docker = "/v3/droplets/\(SmallFoundation.paymentsDroplet)"
    private let buildpack = "/v3/droplets/\(SmallFoundation.storefrontDroplet)"

    @Test func `an image changes in place, whatever it says`() async {
        let image = await store.send(
            "PATCH",
            docker,
            #"{"image": "not a valid image!!", "metadata": {"labels": {"a": "b"}}}"#
        )
        let null = await store.send("PATCH", docker, #"{"image": null}"#)

        #expect(image["image"]?.text == "not a valid image!!")
        #expect(image["metadata.labels.a"]?.text == "b")
        #expect(image["process_types.web"]?.text == "/bin/pay serve")
        #expect(null["image"]?.isNull == true)
    }

    @Test func `an image of what is not docker or not staged trips the server up`() async {
        var seed = SmallFoundation.seed
        seed.organizations[0].spaces[0].apps[1].droplets[0].state = "FAILED"
        let failed = Store(seed: seed, options: .testing)

        #expect(await store.send("PATCH", buildpack, #"{"image": "x"}"#).title == "UnknownError")
        #expect(await failed.send("PATCH", docker, #"{"image": "x"}"#).status == 500)
        #expect(await failed.send("PATCH", docker, "{}").status == 200)
    }

    @Test func `links and hidden parts depend on the lifecycle`() async {
        let one = await store.send("GET", docker)
        let other = await store.send("GET", buildpack)

        #expect(one["checksum"]?.isNull == true)
        #expect(one["buildpacks"]?.isNull == true)
        #expect(one["links"]?.object?.names == ["self", "app", "assign_current_droplet", "package"])
        #expect(other["checksum.type"]?.text == "sha256")
        #expect(other["links"]?.object?.names.last == "download")
    }

    @Test func `what is being staged is in no list`() async {
        var seed = SmallFoundation.seed
        seed.organizations[0].spaces[0].apps[0].droplets[0].state = "STAGING"
        let store = Store(seed: seed, options: .testing)

        let list = await store.send("GET", "/v3/droplets?app_guids=\(SmallFoundation.storefront)")

        #expect(list.guids == [SmallFoundation.storefrontDroplet])
    }

    @Test func `an app without a droplet has a null guid, not null data`() async {
        let app = await store.send("GET", "/v3/apps/\(SmallFoundation.emptyApp)")
        let relationship = await store.send(
            "GET",
            "/v3/apps/\(SmallFoundation.storefront)/relationships/current_droplet"
        )

        #expect(app["relationships.current_droplet.data.guid"]?.isNull == true)
        #expect(relationship["data.guid"]?.text == SmallFoundation.storefrontDroplet)
    }
}

@Suite struct MetadataTests {
    private let store = Store(seed: SmallFoundation.seed, options: .testing)
    private let app = "/v3/apps/\(SmallFoundation.storefront)"

    private func patch(_ metadata: String) async -> Received {
        await store.send("PATCH", app, #"{"metadata": \#(metadata)}"#)
    }

    @Test func `keys are merged one by one`() async {
        let answer = await patch(
            #"{"labels": {"tier": null, "new": "", "never": null, "n": 5, "b": true}, "annotations": {"a": 7, "contact": null}}"#
        )

        #expect(answer["metadata.labels"]?.object?.names == ["example.com/owner", "new", "n", "b"])
        #expect(answer["metadata.labels.n"]?.text == "5")
        #expect(answer["metadata.labels.b"]?.text == "true")
        #expect(answer["metadata.annotations.a"]?.text == "7")
        #expect(answer["metadata.annotations.contact"] == nil)
    }

    @Test func `limits count what is there afterwards, and only growth`() async {
        let many = (0..<48).map { #""k\#($0)": "v""# }.joined(separator: ",")
        #expect(await patch(#"{"labels": {\#(many)}}"#).status == 200)

        let more = await patch(#"{"labels": {"x": "v"}}"#)
        let swap = await patch(#"{"labels": {"x": "v", "k0": null}}"#)

        #expect(more.title == "CF-LabelLimitExceeded")
        #expect(more.detail == "Failed to add 1 labels because it would exceed maximum of 50")
        #expect(swap.status == 200)
    }

    @Test func `nothing is left of a refused change`() async {
        let before = await store.send("GET", app)
        let answer = await patch(#"{"labels": {"good": "x"}, "annotations": {"bad key": "x"}}"#)

        #expect(answer.detail == "Metadata annotation key error: 'bad key' contains invalid characters")
        #expect(await store.send("GET", app).body == before.body)
    }

    @Test func `annotations hold 5000 characters of any kind`() async {
        let most = await patch(#"{"annotations": {"a": "\#(String(repeating: "ü", count: 5000))"}}"#)
        let more = await patch(#"{"annotations": {"a": "\#(String(repeating: "ü", count: 5001))"}}"#)
        let flag = await patch(#"{"annotations": {"a": true}}"#)
        let nul = await patch(#"{"annotations": {"a": "x\u0000"}}"#)

        #expect(most.status == 200)
        #expect(
            more.detail == "Metadata annotation value error: 'üüüüüüüü...' is greater than 5000 characters"
        )
        #expect(flag.status == 500)
        #expect(nul.status == 500)
    }

    @Test func `a bad key can be deleted from annotations, not from labels`() async {
        #expect(await patch(#"{"annotations": {"bad key": null}}"#).status == 200)
        #expect(await patch(#"{"labels": {"bad key": null}}"#).status == 422)
    }

    @Test func `an app's name is unique in its space whatever its case`() async {
        let taken = await store.send("PATCH", app, #"{"name": "Payments-API"}"#)
        let own = await store.send("PATCH", app, #"{"name": "StoreFront"}"#)

        #expect(taken.title == "CF-UniquenessError")
        #expect(taken.detail == "App with the name 'Payments-API' already exists.")
        #expect(own["name"]?.text == "StoreFront")
    }

    @Test func `an app keeps the type of its lifecycle`() async {
        let type = await store.send("PATCH", app, #"{"lifecycle": {"type": "docker", "data": {}}}"#)
        let data = await store.send("PATCH", app, #"{"lifecycle": {"type": "buildpack", "data": {"stack": "other"}}}"#)

        #expect(type.status == 422)
        #expect(data["lifecycle.data.stack"]?.text == "other")
    }
}
