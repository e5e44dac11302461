import Testing

/// What whole commands say of slips.
@Suite struct WordTests {
    @Test func `a target with a slash in a name is told how to write it`() async throws {
        try await withStage { stage in
            try stage.write("storefront:\n  tasks: {db/migrate now: {command: x}}\n")

            let plan = await stage.run("plan", "--target", "acme/production/storefront/tasks/db/migrate now")

            #expect(plan.status == 1)
            #expect(
                (plan.output + plan.error).contains(
                    "did you mean `--target 'acme/production/storefront/tasks/db%2Fmigrate now'`?"
                ),
                "\(plan)"
            )
            #expect((plan.output + plan.error).contains("in a name `/` is written %2F"))
        }
    }

    @Test func `a variable that nobody uses stops a plan`() async throws {
        try await withStage { stage in
            try stage.write("storefront:\n  processes: {web: {instances: ((replicas))}}\n")

            let plan = await stage.run("plan", "--var", "replicas=3", "--var", "replicsa=9")

            #expect(plan.status == 1)
            #expect((plan.output + plan.error).contains("did you mean `--var replicas=...`?"), "\(plan)")
        }
    }

    @Test func `leftovers without a manager cannot be looked for`() async throws {
        try await withStage { stage in
            try stage.write("storefront: {}\n")

            #expect(
                await stage.run("plan", "--leftovers").output.hasPrefix(
                    "No leftovers could be looked for: no manifest names"
                )
            )
        }
    }

    @Test func `a long key keeps the other lines where they are`() async throws {
        try await withStage { stage in
            let key = String(repeating: "a.", count: 90) + "example.org/" + String(repeating: "k", count: 63)
            try stage.write("storefront:\n  metadata: {annotations: {\(key): x, short: z}}\n")

            let plan = await stage.run("plan")

            let line = plan.output.split(separator: "\n").first { $0.contains("short") } ?? ""
            #expect(!line.isEmpty && line.unicodeScalars.count < 120, "\(plan)")
        }
    }
}
