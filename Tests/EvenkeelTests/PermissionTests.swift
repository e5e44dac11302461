import Sandbox
import Testing

/// What each kind of user sees and may do.
@Suite struct PermissionTests {
    static let manifest = """
        storefront:
          metadata: {labels: {team: web}}
          processes:
            web: {instances: 5}
        payments:
          processes:
            web: {instances: 2}
        """

    @Test func `a user who may only read plans everything and applies nothing`() async throws {
        for user in ["auditor", "readscope"] {
            try await withStage(user: user) { stage in
                try stage.write(Self.manifest)

                let plan = await stage.run("plan", "--exit-code")
                let apply = await stage.run("apply", "--yes")

                #expect(plan.status == 2, "\(user): \(plan)")
                #expect(plan.output.contains("needs "))
                #expect(apply.status == 1)
                #expect(apply.output.contains("Applied 0 of 3 operations; 3 failed, 0 not attempted."), "\(apply)")
                #expect(await stage.writes() == [])
            }
        }
    }

    @Test func `a supporter changes processes and leaves apps alone that need more`() async throws {
        try await withStage(user: "supporter") { stage in
            try stage.write(Self.manifest)

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 1)
            #expect(apply.output.contains("Applied 1 of 3 operations; 1 failed, 1 not attempted."), "\(apply)")
            #expect(await stage.writes().count == 1)
        }
    }

    @Test func `who sees nothing is told that it may be there`() async throws {
        try await withStage(user: "nobody") { stage in
            try stage.write(Self.manifest)

            let plan = await stage.run("plan")

            #expect(plan.status == 1)
            #expect(plan.error.contains("or `nobody` may not see it"), "\(plan)")
        }
    }

    @Test func `a build-state updater changes the image and nothing else`() async throws {
        try await withStage(user: "updater") { stage in
            try stage.write(
                "storefront: {droplet: {image: registry.acme.example/storefront:2, metadata: {labels: {a: b}}}}"
            )

            let apply = await stage.run("apply", "--yes")

            #expect(apply.status == 0, "\(apply)")
            #expect(await stage.writes().count == 2)
        }
    }
}
