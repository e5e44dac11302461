import Testing

@testable import Sandbox

@Suite struct TaskTests {
    private let store = Store(seed: SmallFoundation.seed, options: .testing)
    private let tasks = "/v3/apps/\(SmallFoundation.storefront)/tasks"

    @Test func `a created task runs and ends by the clock`() async {
        let created = await store.send("POST", tasks, as: "dev", #"{"command": "echo hi"}"#)
        let path = "/v3/tasks/\(created["guid"]?.text ?? "")"
        let running = await store.send("GET", path)
        await store.advance(by: 5)
        let ended = await store.send("GET", path)

        #expect(created.status == 202)
        #expect(created["state"]?.text == "RUNNING")
        #expect(created["sequence_id"]?.integer == 4)
        #expect(created["memory_in_mb"]?.integer == 1024)
        #expect(created["droplet_guid"]?.text == SmallFoundation.storefrontDroplet)
        #expect(created["name"]?.text?.utf8.count == 8)
        #expect(running["state"]?.text == "RUNNING")
        #expect(ended["state"]?.text == "SUCCEEDED")
        #expect(ended["updated_at"]?.text == "2026-11-21T03:00:05Z")
    }

    @Test func `the seed says how tasks of a name run`() async {
        var seed = SmallFoundation.seed
        seed.taskRuns = [
            Seed.TaskRun("long-*", runSeconds: nil), Seed.TaskRun("bad", runSeconds: 2, result: .failed),
            Seed.TaskRun("down", result: .unavailable), Seed.TaskRun("refused", result: .refused),
        ]
        let store = Store(seed: seed, options: .testing)

        let long = await store.send("POST", tasks, #"{"command": "x", "name": "long-one"}"#)
        let bad = await store.send("POST", tasks, #"{"command": "x", "name": "bad"}"#)
        let down = await store.send("POST", tasks, #"{"command": "x", "name": "down"}"#)
        let refused = await store.send("POST", tasks, #"{"command": "x", "name": "refused"}"#)
        await store.advance(by: 1000)
        let states = await store.send("GET", "/v3/tasks?names=long-one,bad,down,refused&order_by=created_at")

        #expect([long.status, bad.status, down.status, refused.status] == [202, 202, 503, 500])
        #expect(down.title == "CF-TaskWorkersUnavailable")
        #expect(refused.title == "CF-TaskError")
        #expect(
            states["resources"]?.list?.compactMap { $0["state"]?.text } == ["RUNNING", "FAILED", "FAILED", "FAILED"]
        )
        #expect(
            states["resources"]?.list?.map { $0["result"]?["failure_reason"]?.text } == [
                nil, "App instance exited with exit code 1", "Unable to request task to be run",
                "Unable to request task to be run",
            ]
        )
    }

    @Test func `a template lends its command and its sizes`() async {
        let template = await store.send(
            "POST",
            tasks,
            #"{"template": {"process": {"guid": "\#(SmallFoundation.worker)"}}}"#
        )
        let own = await store.send(
            "POST",
            tasks,
            #"{"command": "own", "memory_in_mb": 100, "template": {"process": {"guid": "\#(SmallFoundation.payments)"}}}"#
        )
        let null = await store.send(
            "POST",
            tasks,
            #"{"command": null, "template": {"process": {"guid": "\#(SmallFoundation.worker)"}}}"#
        )

        #expect(template["command"]?.text == "bundle exec sidekiq")
        #expect(template["memory_in_mb"]?.integer == 256)
        #expect(own["command"]?.text == "own")
        #expect(own["memory_in_mb"]?.integer == 100)
        #expect(null.detail == "command presence")
    }

    @Test(arguments: [
        (#"{"command": ""}"#, "command presence"), (#"{"command": " "}"#, "command presence"),
        (#"{"command": null}"#, "Command No command or template provided"),
        (#"{"command": "", "name": ""}"#, "name format, name presence, command presence"),
        (
            #"{"template": null}"#,
            "Template process guid must be a string, Template process guid must be between 1 and 200 characters, "
                + "Command No command or template provided"
        ),
    ])
    func `a command that is empty is not the same as none`(body: String, message: String) async {
        #expect(await store.send("POST", tasks, body).detail == message)
    }

    @Test func `limits of organization and space are named by field`() async {
        var seed = SmallFoundation.seed
        let quota = Quota(totalMemory: 1, memoryPerProcess: 1, tasksPerApp: 0)
        seed.organizations[0].quota = quota
        seed.organizations[0].spaces[0].quota = quota
        let tight = Store(seed: seed, options: .testing)

        #expect(
            await tight.send("POST", tasks, #"{"command": "x"}"#).detail
                == "memory_in_mb exceeds organization memory quota, memory_in_mb exceeds organization instance memory "
                + "quota, memory_in_mb exceeds space memory quota, memory_in_mb exceeds space instance memory quota, "
                + "app_task_limit quota exceeded, app_task_limit quota exceeded"
        )
    }

    @Test func `null is not the same as nothing`() async {
        let droplet = await store.send("POST", tasks, #"{"command": "x", "droplet_guid": null}"#)
        let memory = await store.send("POST", tasks, #"{"command": "x", "memory_in_mb": null}"#)
        let template = await store.send("POST", tasks, #"{"command": "x", "template": null}"#)

        #expect(droplet.detail == "Droplet not found")
        #expect(memory["memory_in_mb"]?.integer == 1024)
        #expect(template.status == 422)
    }

    @Test func `an app that is not there trips the server up when a droplet is named`() async {
        let path = "/v3/apps/\(SmallFoundation.missing)/tasks"

        #expect(await store.send("POST", path, #"{"command": "x", "droplet_guid": "d"}"#).status == 500)
        #expect(await store.send("POST", path, #"{"command": "x"}"#).detail == "App not found")
    }

    @Test func `cancelling ends a task a moment later, as failed`() async {
        let path = "/v3/tasks/\(SmallFoundation.runningTask)"
        let first = await store.send("POST", path + "/actions/cancel", as: "supporter", #"{"foo": 1}"#)
        let again = await store.send("PUT", path + "/cancel")
        await store.advance(by: 1)
        let ended = await store.send("GET", path)
        let late = await store.send("POST", path + "/actions/cancel")

        #expect(first.status == 202)
        #expect(first["state"]?.text == "CANCELING")
        #expect(again.status == 202)
        #expect(ended["state"]?.text == "FAILED")
        #expect(ended["result.failure_reason"]?.text == "task was cancelled")
        #expect(late.detail == "Task state is FAILED and therefore cannot be canceled")
    }

    @Test func `relabelling works in any state and touches no time`() async {
        let path = "/v3/tasks/\(SmallFoundation.finishedTask)"
        await store.advance(by: 60)
        let answer = await store.send("PATCH", path, as: "dev", #"{"metadata": {"labels": {"kind": "old"}}}"#)

        #expect(answer["metadata.labels.kind"]?.text == "old")
        #expect(answer["updated_at"]?.text == "2026-11-21T03:00:00Z")
        #expect(answer["command"]?.text == "true")
    }

    @Test func `finished tasks are pruned after 31 days, at 23 hours`() async {
        let path = "/v3/tasks/\(SmallFoundation.finishedTask)"
        await store.advance(by: 31 * 86_400 + 19 * 3600)
        let kept = await store.send("GET", path)
        await store.advance(by: 3600)
        let pruned = await store.send("GET", path)
        let running = await store.send("GET", "/v3/tasks/\(SmallFoundation.runningTask)")

        #expect(kept.status == 200)
        #expect(pruned.status == 404)
        #expect(running.status == 200)
    }

    @Test func `sequence ids are never used again`() async {
        await store.advance(by: 40 * 86_400)
        let created = await store.send("POST", tasks, #"{"command": "x"}"#)

        #expect(created["sequence_id"]?.integer == 4)
    }

    @Test func `commands show where secrets may be read`() async {
        let path = "/v3/tasks/\(SmallFoundation.runningTask)"

        #expect(await store.send("GET", path, as: "dev")["command"]?.text == "rake db:migrate")
        #expect(await store.send("GET", path, as: "auditor")["command"] == nil)
        #expect(await store.send("GET", tasks, as: "dev")["resources.0.command"]?.text == "rake db:migrate")
        #expect(await store.send("GET", tasks, as: "supporter")["resources.0.command"] == nil)
    }
}
