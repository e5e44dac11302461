"""The main job of a client of others, against a sandbox: `real_client.py URL`.

Everything goes through cloudfoundry-client; what it raises or answers otherwise than expected fails the run.
"""

import json
import sys
import urllib.request

from cloudfoundry_client.client import CloudFoundryClient
from cloudfoundry_client.errors import InvalidStatusCode
from oauth2_client.credentials_manager import OAuthError


def expect(condition, what):
    """Fails the run with a sentence that says what did not hold."""
    if not condition:
        sys.exit(f"real client: {what}")


def refused(action):
    """The status and the first error's title of a request that has to be refused."""
    try:
        action()
    except InvalidStatusCode as error:
        return error.status_code.value, error.body["errors"][0]["title"]
    sys.exit("real client: a request that must be refused was not")


def log_in(url):
    """Passwords, a client's credentials, a refresh token; and a wrong password, which is refused."""
    admin = CloudFoundryClient(url)
    admin.init_with_user_credentials("admin", "admin")
    refreshed = CloudFoundryClient(url)
    refreshed.init_with_token(admin.refresh_token)
    expect(refreshed.v3.organizations.get_first() is not None, "nothing is seen with a refreshed token")
    pipeline = CloudFoundryClient(url, client_id="deployer", client_secret="deployer")
    pipeline.init_with_client_credentials()
    names = {organization["name"] for organization in pipeline.v3.organizations}
    expect(names == {"acme"}, f"the client `deployer` sees the organizations {names}")
    try:
        CloudFoundryClient(url).init_with_user_credentials("admin", "wrong")
    except OAuthError as error:
        expect(error.status_code.value == 401, f"a wrong password was answered with {error.status_code}")
    else:
        sys.exit("real client: a wrong password was accepted")
    return admin


def find_app(client):
    """The storefront of acme/production, found the way people look for it: by names, with its places included."""
    organization = client.v3.organizations.get_first(names="acme")
    space = client.v3.spaces.get_first(names="production", organization_guids=organization["guid"])
    apps = list(client.v3.apps.list(names="storefront", space_guids=space["guid"], include="space.organization"))
    expect(len(apps) == 1, f"{len(apps)} apps were found in place of 1")
    app = apps[0]
    expect(app.space()["name"] == "production", "the included space is another one")
    expect(app.space().organization()["name"] == "acme", "the included organization is another one")
    expect(client.v3.apps[app["guid"]]["name"] == "storefront", "the app read by guid has another name")
    return app


def list_everything(client, app):
    """Pages of one row are followed to the end; lists of an app, its links and its records are read."""
    for manager in [client.v3.organizations, client.v3.spaces, client.v3.apps, client.v3.processes, client.v3.droplets,
                    client.v3.tasks, client.v3.roles]:
        rows = list(manager.list(per_page=1))
        expect(len(rows) == manager.len() and len(rows) > 1, f"{manager.entity_uri}: the pages have {len(rows)} rows")
        expect(len({row["guid"] for row in rows}) == len(rows), f"{manager.entity_uri}: a row came twice")
        single = manager.get(rows[-1]["guid"])
        differing = {key for key in single if single[key] != rows[-1].get(key)}
        # lists hide what may hold a secret
        expect(differing <= {"command", "execution_metadata", "process_types"},
               f"{manager.entity_uri}: lists show other {sorted(differing)} than single reads")
    types = sorted(process["type"] for process in client.v3.processes.list(app_guids=app["guid"]))
    expect(types == ["web", "worker"], f"the app has the processes {types}")
    expect(sorted(process["type"] for process in app.processes()) == types, "the app's link to its processes fails")
    expect(app.current_droplet()["guid"] == next(client.v3.apps.list_droplets(app["guid"]))["guid"],
           "the current droplet is another one")
    web = client.v3.processes.get_first(app_guids=app["guid"], types="web")
    stats = client.v3.processes.get(web["guid"], "stats")["resources"]
    expect(len(stats) == web["instances"], f"there are {len(stats)} instances, not {web['instances']}")


def run_task(client, app, url):
    """A task is created, runs on the clock and ends; another is cancelled; what may not be done is refused."""
    task = client.v3.tasks.create(app["guid"], "bin/migrate", name="migrate", memory_in_mb=256)
    expect(task["state"] in ("PENDING", "RUNNING"), f"a new task is {task['state']}")
    expect(task.app()["guid"] == app["guid"], "the task's link leads to another app")
    expect(client.v3.tasks.get_first(app_guids=app["guid"], names="migrate", order_by="-created_at")["guid"]
           == task["guid"], "the new task is not the first of the list")
    advance(url, 10)
    expect(client.v3.tasks[task["guid"]]["state"] == "SUCCEEDED", "the task has not ended after its time")

    running = client.v3.tasks.get_first(app_guids=app["guid"], names="old-import", states="RUNNING")
    cancelled = client.v3.tasks.cancel(running["guid"])
    expect(cancelled["state"] == "CANCELING", f"a task that was cancelled is {cancelled['state']}")
    advance(url, 60)
    ended = client.v3.tasks[running["guid"]]
    expect(ended["state"] == "FAILED" and ended["result"]["failure_reason"], "a cancelled task does not end as failed")
    expect(refused(lambda: client.v3.tasks.cancel(running["guid"])) == (422, "CF-UnprocessableEntity"),
           "a task that has ended could be cancelled")
    expect(refused(lambda: client.v3.tasks.create(app["guid"], "")) == (422, "CF-UnprocessableEntity"),
           "a task without a command could be created")
    expect(refused(lambda: client.v3.apps.get("no-such-guid")) == (404, "CF-ResourceNotFound"),
           "an app that is not there was found")


def restart(client, app, url):
    """A restart gives every process another version, and its instances run again."""
    def web():
        return client.v3.processes.get_first(app_guids=app["guid"], types="web")

    before = web()
    expect(client.v3.apps.restart(app["guid"])["state"] == "STARTED", "an app is not started after a restart")
    advance(url, 60)
    after = web()
    expect(after["guid"] == before["guid"] and after["version"] != before["version"], "the restart left the version")
    states = {instance["state"] for instance in client.v3.processes.get(after["guid"], "stats")["resources"]}
    expect(states == {"RUNNING"}, f"after the restart instances are {states}")


def relabel(client, app):
    """Labels are set, selected by and removed again."""
    droplet = app.current_droplet()["guid"]
    client.v3.droplets.update(droplet, meta_labels={"release": "next"}, meta_annotations={"note": "grüße"})
    metadata = client.v3.droplets[droplet]["metadata"]
    expect(metadata["labels"]["release"] == "next" and metadata["annotations"]["note"] == "grüße",
           f"the droplet's metadata is {metadata}")
    found = [row["guid"] for row in client.v3.droplets.list(label_selector="release=next")]
    expect(found == [droplet], f"the selector found {found}")
    client.v3.droplets.update(droplet, meta_labels={"release": None})
    expect("release" not in client.v3.droplets[droplet]["metadata"]["labels"], "a label set to null is still there")

    organization = client.v3.organizations.get_first(names="acme")
    events = [event["type"] for event in client.v3.audit_events.list(organization_guids=organization["guid"])]
    for kind in ["audit.app.task.create", "audit.app.task.cancel"]:
        expect(kind in events, f"there is no event {kind}: {events}")


def advance(url, seconds):
    """Moves the sandbox's clock."""
    body = json.dumps({"advance_seconds": seconds}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{url}/sandbox/clock", body, method="POST")).read()


def main():
    """Runs all of it."""
    url = sys.argv[1]
    client = log_in(url)
    app = find_app(client)
    list_everything(client, app)
    run_task(client, app, url)
    relabel(client, app)
    restart(client, app, url)
    print("real client: cloudfoundry-client logs in, lists, reads, creates, relabels, cancels and restarts")


main()
