import Foundation
import Testing

/// Every kind of trouble, scripted in a file and at `POST /sandbox/faults`, as curl meets it.
@Suite struct SandboxFaultTests {
    private static let app = "4a7c3f5e-9a55-4b0c-8f0f-2d1f6c8e7b10"
    private static let seed = """
        users: [{name: dev, password: dev}]
        organizations:
          - name: acme
            spaces:
              - name: production
                roles: {space_developer: [dev]}
                apps: [{name: storefront, guid: \(app), droplets: [{process_types: {web: bin/serve}}]}]
        """

    /// A fault for a PATCH that sets a label to the fault's number, what curl says then, and the label afterwards.
    private static let faults = [
        ("status: 503", "503 exit 0, label 0"),
        (#"status: 500, body: "oops""#, "500 exit 0 oops, label 0"),
        ("status: 429, headers: {Retry-After: 3}", "429 after 3 exit 0, label 0"),
        ("status: 429", "429 exit 0, label 0"),
        ("status: 503, when: after_commit", "503 exit 0, label 5"),
        ("reset: true", "000 exit 56, label 5"),
        ("reset: true, when: after_commit", "000 exit 56, label 7"),
        ("truncate: true", "200 exit 18 {\"guid\":\", label 8"),
        ("delay_seconds: 1", "200 exit 0 {\"guid\":\", label 9"),
        ("never: true", "000 exit 28, label 9"),
        ("never: true, when: after_commit", "000 exit 28, label 11"),
    ]

    private static let script = [
        #"token=$(curl -s "$api/oauth/token" -u cf: -d grant_type=password -d username=dev -d password=dev \"#,
        #"    | sed 's/.*"access_token":"\([^"]*\)".*/\1/')"#,
        "app=$api/v3/apps/\(app)",
        #"touch body; label() { grep -o '"n":"[0-9]*"' | grep -o '[0-9]*' || true; }"#,
        #"send() { : > body; code=0"#,
        #"  said=$(curl -s --max-time 3 -o body -w '%{http_code} after %header{retry-after}' -H "Authorization: bearer $token" "$@") || code=$?"#,
        #"  said=${said% after }; printf '%s exit %s %s' "$said" $code "$(head -c 9 body)" | sed 's/ $//'; }"#,
        #"send -X PATCH "$app" --json '{"metadata":{"labels":{"n":"0"}}}' > /dev/null"#,
        #"$script_faults"#,
        #"for n in $(seq \#(faults.count)); do"#,
        #"  send -X PATCH "$app" --json "{\"metadata\":{\"labels\":{\"n\":\"$n\"}}}""#,
        #"  echo ", label $(curl -s -H "Authorization: bearer $token" "$app" | label)""#,
        "done",
        #"for n in 1 2 3; do send "$app/tasks" --json '{"name": "t", "command": "x"}'; echo; done"#,
        #"curl -s -H "Authorization: bearer $token" "$api/v3/tasks" | grep -o '"state":"[A-Z]*"'"#,
    ]

    private static let printed =
        faults.map(\.1) + [
            #"503 exit 0 {"errors""#, #"500 exit 0 {"errors""#, #"202 exit 0 {"guid":""#,
            #""state":"FAILED""#, #""state":"FAILED""#, #""state":"RUNNING""#,
        ]

    /// A file is there before the first PATCH, which passes by all of them.
    private static let file =
        faults.map { "- {method: PATCH, path: /v3/apps/*, skip: 1, \($0.0)}\n" }.joined()
        + ["down", "refusing"].map { "- {method: POST, path: \"*/tasks\", runtime: \($0)}\n" }.joined()

    @Test(arguments: ["file", "POST"])
    func `each kind of trouble does what it says`(source: String) async throws {
        try await withFolder { folder in
            try Self.seed.write(to: folder.appending(path: "seed.yml"), atomically: true, encoding: .utf8)
            let faults = folder.appending(path: "faults.yml")
            try Self.file.write(to: faults, atomically: true, encoding: .utf8)
            let sandbox =
                source == "file"
                ? try await SandboxBinary("--seed", "seed.yml", "--faults", "faults.yml", in: folder)
                : try await SandboxBinary("--seed", "seed.yml", in: folder)
            try Self.file.replacing("skip: 1", with: "skip: 0").write(to: faults, atomically: true, encoding: .utf8)
            let post = #"curl -s "$api/sandbox/faults" --data-binary @faults.yml"#
            let lines = Self.script.map { $0 == "$script_faults" ? (source == "POST" ? post : "true") : $0 }

            let run = try await shell(["api=\(sandbox.url)"] + lines, in: folder)
            _ = await sandbox.end(with: SIGTERM)

            let output = run.output.split(separator: "\n").map(String.init)
            #expect(output == Self.printed, "\(run.output)")
        }
    }
}
