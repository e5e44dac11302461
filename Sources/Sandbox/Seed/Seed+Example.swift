extension Seed {
    /// The text of examples/storefront/seed.yml: a small foundation for those who have none of their own.
    package static let exampleText = #"""
        # yaml-language-server: $schema=../../schemas/sandbox-seed.schema.json
        # A small foundation for the sandbox: evenkeel sandbox --seed examples/storefront/seed.yml
        users:
          - {name: admin, password: admin, scopes: [openid, cloud_controller.read, cloud_controller.write, cloud_controller.admin]}
          - {name: dev, password: dev}
          - {name: supporter, password: supporter}
          - {name: auditor, password: auditor}
          - {name: readonly, password: readonly, scopes: [openid, cloud_controller.admin_read_only]}
        clients:
          - {id: deployer, secret: deployer}

        # how tasks run that are created here; others take 5 seconds and succeed
        task_runs:
          - {name: migrate, run_seconds: 3}
          - {name: broken-*, run_seconds: 2, result: failed, failure_reason: App instance exited with exit code 1}

        organizations:
          - name: acme
            quota: {total_memory_in_mb: 102400}
            metadata: {labels: {team: retail}}
            roles:
              organization_user: [dev, supporter, auditor, deployer]
            spaces:
              - name: production
                roles: &roles
                  space_developer: [dev, deployer]
                  space_supporter: [supporter]
                  space_auditor: [auditor]
                apps:
                  - name: storefront
                    guid: 4a7c3f5e-9a55-4b0c-8f0f-2d1f6c8e7b10
                    lifecycle: {type: docker}
                    metadata: {labels: {tier: frontend}, annotations: {contact: web@acme.example}}
                    droplets:
                      - image: registry.acme.example/storefront:2026.10.4
                        process_types: {web: bin/serve, worker: bin/work}
                        metadata: {labels: {release: "2026.10.4"}}
                    processes:
                      - type: web
                        instances: 2
                        memory_in_mb: 512
                        health_check: {type: port, data: {timeout: 60}}
                      - {type: worker, instances: 1, memory_in_mb: 256}
                    tasks:
                      - {name: migrate, command: bin/migrate, state: SUCCEEDED, memory_in_mb: 256}
                      - {name: old-import, command: bin/import --all, state: RUNNING, memory_in_mb: 256}
                  - name: payments-api
                    lifecycle: {type: buildpack, data: {buildpacks: [ruby_buildpack], stack: cflinuxfs4}}
                    metadata: {labels: {tier: backend}}
                    droplets:
                      - {process_types: {web: bundle exec puma -p $PORT}, current: false}
                      - process_types: {web: bundle exec puma -p $PORT, clock: bundle exec clockwork config/clock.rb}
                    processes:
                      - type: web
                        instances: 3
                        memory_in_mb: 256
                        health_check: {type: http, data: {endpoint: /health, timeout: 90, interval: 10}}
                      - {type: clock, instances: 1, memory_in_mb: 128}
                  - name: batch-runner
                    state: STOPPED
                    lifecycle: {type: buildpack, data: {buildpacks: [python_buildpack], stack: cflinuxfs4}}
                    droplets:
                      - process_types: {web: "true", worker: bin/batch}
                    tasks:
                      - {name: nightly, command: bin/batch --all, state: FAILED, failure_reason: App instance exited with exit code 1}
                  - {name: empty-app, state: STOPPED}
              - name: staging
                roles: *roles
                apps:
                  - name: storefront
                    lifecycle: {type: docker}
                    droplets:
                      - image: registry.acme.example/storefront:2026.11.0
                        process_types: {web: bin/serve, worker: bin/work}
                    processes:
                      - {type: web, instances: 1, memory_in_mb: 512}
                      - {type: worker, instances: 1, memory_in_mb: 256}
                  - name: payments-api
                    lifecycle: {type: buildpack, data: {buildpacks: [ruby_buildpack], stack: cflinuxfs4}}
                    droplets:
                      - process_types: {web: bundle exec puma -p $PORT}
                    processes:
                      - {type: web, instances: 1, memory_in_mb: 256}
          - name: globex
            spaces:
              - name: production
                apps:
                  - name: storefront
                    droplets:
                      - process_types: {web: bin/serve}

        """#

    package static let exampleFile = "examples/storefront/seed.yml"
}
