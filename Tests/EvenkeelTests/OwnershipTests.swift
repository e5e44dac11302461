import Sandbox
import TestSupport
import Testing

/// Who manages what: removal, release, conflicts, and what survives a deployment.
@Suite struct OwnershipTests {
    private let apps = """
        storefront:
          metadata: {labels: {team: web, tier: front}, annotations: {contact: web@acme.example}}
          droplet: {metadata: {labels: {release: "1"}}}
          processes:
            web: {instances: 3, command: bin/new, metadata: {labels: {tier: front}}}
            worker: {metadata: {annotations: {runbook: here}}}
          tasks:
            seed: {command: bin/seed, metadata: {labels: {kind: seed}}}
        """

    @Test func `a second apply sends nothing, and what leaves the manifest is removed, ours alone`() async throws {
        try await withStage { stage in
            try stage.write(apps, manager: "web-team")
            #expect(await stage.run("apply", "--yes").status == 0)
            await stage.sandbox.clearJournal()
            #expect(await stage.run("apply", "--yes").status == 0)
            #expect(await stage.writes() == [])
            try await stage.patchByHand(
                "storefront",
                "",
                #"{"metadata": {"labels": {"theirs": "x", "tier": "changed"}, "annotations": {"note": "y"}}}"#
            )

            try stage.write("storefront: {processes: {web: {instances: 3}}}", manager: "web-team")
            let plan = await stage.run("plan")
            let apply = await stage.run("apply", "--yes")

            #expect(plan.output.contains("metadata.labels.team          - web    (no longer declared)"), "\(plan)")
            #expect(
                plan.output.contains("metadata.labels.tier is left alone: no longer declared, but changed"),
                "\(plan)"
            )
            #expect(plan.output.contains("No longer managed, the values stay:"), "\(plan)")
            #expect(apply.status == 0, "\(apply)")
            let app = try await stage.json("/v3/apps?names=storefront")
            #expect(app.contains(#""theirs""#) && app.contains(#""note""#) && app.contains(#""changed""#), "\(app)")
            #expect(!app.contains(#""contact""#) && !app.contains("evenkeel.dev/owner"), "\(app)")
            let processes = try await stage.json("/v3/processes")
            #expect(!processes.contains("front") && !processes.contains("runbook"), "\(processes)")
            #expect(!(try await stage.json("/v3/droplets")).contains("release"))
            #expect(await stage.run("plan", "--exit-code").status == 0)
        }
    }

    @Test func `two managers share what is equal and are kept apart in what is not`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {metadata: {labels: {team: shop, tier: a}}}", manager: "one")
            #expect(await stage.run("apply", "--yes").status == 0)

            try stage.write("storefront: {metadata: {labels: {team: shop, other: b}}}", manager: "two")
            let shared = await stage.run("apply", "--yes")
            #expect(shared.status == 0, "\(shared)")

            try stage.write("storefront: {metadata: {labels: {team: web}}}", manager: "two")
            let conflict = await stage.run("apply", "--yes")
            #expect(conflict.status == 1)
            #expect(conflict.error.contains("[conflict]") && conflict.error.contains("`one`"), "\(conflict)")

            let forced = await stage.run("apply", "--yes", "--force-conflicts")
            #expect(forced.status == 0, "\(forced)")
            #expect(await stage.run("plan", "--exit-code").status == 0)
            // The first manager has lost the key and says so.
            try stage.write("storefront: {metadata: {labels: {team: shop, tier: a}}}", manager: "one")
            #expect(await stage.run("plan").error.contains("`two`"))
        }
    }

    @Test func `a rolling deployment brings labels and record along`() async throws {
        try await withStage { stage in
            let settings = "processes: {web: {command: bin/new, metadata: {labels: {tier: front}}}}"
            try stage.write("storefront: {rollout: rolling, \(settings)}", manager: "web-team")
            #expect(await stage.run("apply", "--yes").status == 0)
            await stage.sandbox.clearJournal()
            #expect(await stage.run("apply", "--yes").status == 0)
            #expect(await stage.writes() == [])

            try stage.write("storefront: {rollout: rolling, processes: {web: {command: bin/new}}}", manager: "web-team")
            #expect(await stage.run("apply", "--yes").status == 0)
            #expect(!(try await stage.json("/v3/processes")).contains("front"))
        }
    }

    @Test func `an app that somebody has labelled the same way is adopted`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {metadata: {labels: {team: shop}}}", manager: "web-team")

            let plan = await stage.run("plan", "--exit-code")
            let apply = await stage.run("apply", "--yes")

            #expect(plan.status == 2)
            #expect(plan.output.contains("in place, from now on managed by web-team: metadata.labels.team"), "\(plan)")
            #expect(plan.output.hasSuffix("0 unchanged. 1 adopted.\n"), "\(plan)")
            #expect(apply.output.hasSuffix("Applied 1 of 1 operation.\n"), "\(apply)")
            #expect(await stage.run("plan", "--exit-code").status == 0)
        }
    }

    @Test func `nothing is removed where another manager's record cannot be read`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {metadata: {labels: {l1: eins, l2: two}}}", manager: "me2")
            #expect(await stage.run("apply", "--yes").status == 0)
            try await stage.patchByHand(
                "storefront",
                "",
                #"{"metadata": {"annotations": {"evenkeel.dev/owner.future": "{\"v\":2,\"keys\":{\"l2\":\"x\"}}"}}}"#
            )

            try stage.write("storefront: {metadata: {labels: {l1: eins}}}", manager: "me2")
            let kept = await stage.run("apply", "--yes")
            #expect(kept.status == 0, "\(kept)")
            #expect(kept.error.contains("the record of `future`"), "\(kept)")
            #expect(try await stage.json("/v3/apps?names=storefront").contains(#""l2""#))

            // When they are gone it is removed: our record has kept it.
            try await stage.patchByHand(
                "storefront",
                "",
                #"{"metadata": {"annotations": {"evenkeel.dev/owner.future": null}}}"#
            )
            #expect(await stage.run("apply", "--yes").status == 0)
            #expect(!(try await stage.json("/v3/apps?names=storefront")).contains(#""l2""#))
        }
    }
}

/// Apps that left the manifests.
@Suite struct LeftoverTests {
    @Test func `apps that are no longer declared are listed where they carry our record`() async throws {
        try await withStage { stage in
            try stage.write(
                """
                storefront:
                  metadata: {labels: {team: web}}
                  processes: {worker: {metadata: {labels: {tier: back}}}}
                payments: {metadata: {labels: {team: pay}}}
                """,
                manager: "web-team"
            )
            #expect(await stage.run("apply", "--yes").status == 0)
            #expect(await stage.run("plan", "--leftovers").output.hasPrefix("No leftovers:"))

            try stage.write("payments: {metadata: {labels: {team: pay}}}", manager: "web-team")
            let text = await stage.run("plan", "--leftovers")
            let json = await stage.run("plan", "--leftovers", "--format", "json")
            #expect(
                text.output.contains("acme/production/storefront  managed by web-team (app, process worker)"),
                "\(text)"
            )
            #expect(json.output.contains(#""acme/production/storefront/processes/worker""#), "\(json)")
            #expect(!(await stage.run("plan", "--format", "json")).output.contains("leftovers"))

            // Another manager's leftovers are not ours, and a target leaves nothing over.
            try stage.write("payments: {processes: {web: {instances: 1}}}", manager: "another")
            #expect(await stage.run("plan", "--leftovers").output.hasPrefix("No leftovers:"))
            try stage.write("{}", manager: "web-team")
            let all = await stage.run("plan", "--leftovers")
            #expect(all.status == 0)
            #expect(all.output.contains("payments  managed by web-team (app)"), "\(all)")
        }
    }
}
