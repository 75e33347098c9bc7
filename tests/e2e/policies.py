#!/usr/bin/env python3
"""Compares the ValidatingAdmissionPolicies with the webhook.

policies.py SEED MUTATIONS PATH...

Takes every NAD, HyperConverged, KubeVirt and MigrationPolicy in the files and folders (manifests, recorded reviews, examples in
explanations), the CNI configurations of the laboratory and the fuzzers, and MUTATIONS of them with a small random mistake. Sends
each to the API server as a dry run, which asks the policies only, and to the running webhook as a review. Fails if a policy denies
by a rule by which the webhook does not. On standard error it says how many were compared, and what the policies did not notice.

The environment is that of tests/e2e: API_PORT, WEBHOOK_PORT, E2E_WORK. The webhook configurations must be absent. The policies
must be absent as well: it applies the file $POLICIES when the old objects of updates are stored.
"""

import collections
import http.client
import json
import os
import pathlib
import random
import re
import ssl
import subprocess
import sys
import time

import yaml

WORK = pathlib.Path(os.environ["E2E_WORK"])
TOKEN = (WORK / "tokens.csv").read_text().split(",")[0]
TLS = ssl.create_default_context(cafile=WORK / "pki" / "ca.crt")
API = http.client.HTTPSConnection("localhost", int(os.environ["API_PORT"]), context=TLS)
WEBHOOK = http.client.HTTPSConnection("localhost", int(os.environ["WEBHOOK_PORT"]), context=TLS)

# What the policies know: kind -> groups, versions, resource.
KINDS = {
    "NetworkAttachmentDefinition": ("k8s.cni.cncf.io", ["v1"], "network-attachment-definitions"),
    "HyperConverged": ("hco.kubevirt.io", ["v1", "v1beta1"], "hyperconvergeds"),
    "KubeVirt": ("kubevirt.io", ["v1"], "kubevirts"),
    "MigrationPolicy": ("migrations.kubevirt.io", ["v1alpha1"], "migrationpolicies"),
}
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
# The rules that the policies keep, each as far as CEL can tell.
KNOWN = {"bandwidth", "cni-json", "config-namespace", "limit-range", "master-required", "migration-namespace", "migration-opaque",
         "network-empty", "network-syntax"}
RULE = re.compile(r"\[([a-z-]+)\]")

Case = collections.namedtuple("Case", "source object old")


def call(server, method, path, body=None):
    """Sends a JSON request. Returns the status code and the JSON answer."""
    headers = {"Content-Type": "application/json", "Authorization": "Bearer " + TOKEN}
    server.request(method, path, None if body is None else json.dumps(body), headers)
    answer = server.getresponse()
    return answer.status, json.loads(answer.read() or "{}")


# --- collecting ---


def is_ours(value):
    """Returns True if it is an object of a kind and version that the policies match."""
    if not isinstance(value, dict) or value.get("kind") not in KINDS or not isinstance(value.get("metadata", {}), dict):
        return False
    group, versions, _ = KINDS[value["kind"]]
    return value.get("apiVersion") in [f"{group}/{version}" for version in versions]


def nad(config):
    """A NAD that its name makes a migration network."""
    return {
        "apiVersion": "k8s.cni.cncf.io/v1",
        "kind": "NetworkAttachmentDefinition",
        "metadata": {"name": "migration", "namespace": "openshift-cnv"},
        "spec": {"config": config},
    }


def collect(value, source):
    """Yields the cases in a value of JSON or YAML, also in texts that contain YAML."""
    if isinstance(value, dict) and value.get("kind") == "AdmissionReview":
        request = value.get("request") or {}
        if is_ours(request.get("object")) and request.get("operation") in ("CREATE", "UPDATE"):
            old = request.get("oldObject") if request["operation"] == "UPDATE" else None
            yield Case(source, request["object"], old if is_ours(old) else None)
    elif is_ours(value):
        yield Case(source, value, None)
    elif isinstance(value, dict):
        if isinstance(value.get("config"), str):
            yield Case(source, nad(value["config"]), None)
        for member in value.values():
            yield from collect(member, source)
    elif isinstance(value, list):
        for member in value:
            yield from collect(member, source)
    elif isinstance(value, str) and "apiVersion:" in value:
        try:
            yield from collect(list(yaml.safe_load_all(value)), source)
        except yaml.YAMLError:
            pass


def read(path):
    """Yields the cases of one file. A file that is neither YAML nor JSON is a CNI configuration, if it is a fuzzer's."""
    try:
        text = path.read_text()
    except UnicodeDecodeError:
        return
    if path.suffix == ".jsonl":
        for line in text.splitlines():
            yield from collect(json.loads(line), path.name)
    elif path.suffix in (".json", ".yaml", ".yml"):
        try:
            documents = list(yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
        except yaml.YAMLError:
            return
        for document in documents:
            yield from collect(document, str(path))
    elif path.parent.name in ("cni", "json"):
        yield Case(str(path), nad(text), None)


def mutate(cases, count, chance):
    """Yields COUNT NADs whose configuration has a small mistake."""
    configs = [case for case in cases if case.object["kind"] == "NetworkAttachmentDefinition"]
    configs = [case for case in configs if isinstance((case.object.get("spec") or {}).get("config"), str)]
    for _ in range(count):
        case = chance.choice(configs)
        text = case.object["spec"]["config"]
        at = chance.randrange(len(text) + 1)
        new = chance.choice(['"', "{", "}", "[", "]", ",", ":", "\\", "/", " ", "1", "e", "master", "type", "null", "\n"])
        end = at + chance.choice([0, 1, 1, 8])
        mutant = json.loads(json.dumps(case.object))
        mutant["spec"]["config"] = text[:at] + chance.choice([new, ""]) + text[end:]
        yield Case(case.source + " (mutated)", mutant, None)


# --- asking ---


def url_of(value, name=""):
    group, _, resource = KINDS[value["kind"]]
    version = value["apiVersion"].split("/")[1]
    place = "" if value["kind"] == "MigrationPolicy" else f"namespaces/{value['metadata']['namespace']}/"
    return f"/apis/{group}/{version}/{place}{resource}{name and '/' + name}"


def prepare(case, number):
    """Returns a copy whose object has a namespace, and a name that no other case has."""
    case = Case(*json.loads(json.dumps(case)))
    for value in filter(None, (case.object, case.old)):
        given = value.get("metadata") or {}
        value["metadata"] = {key: given[key] for key in ("labels", "annotations") if isinstance(given.get(key), dict)}
        value["metadata"]["name"] = f"{given.get('name') or 'x'}-{number}"[-60:].strip("-.")
        if value["kind"] != "MigrationPolicy":
            value["metadata"]["namespace"] = given.get("namespace") or "openshift-cnv"
    return case


def review(case):
    """The review of this case, for the webhook."""
    group, _, resource = KINDS[case.object["kind"]]
    version = case.object["apiVersion"].split("/")[1]
    metadata = case.object["metadata"]
    request = {
        "uid": "0",
        "kind": {"group": group, "version": version, "kind": case.object["kind"]},
        "resource": {"group": group, "version": version, "resource": resource},
        "operation": "UPDATE" if case.old else "CREATE",
        "name": metadata["name"],
        "namespace": metadata.get("namespace", ""),
        "object": case.object,
        "oldObject": case.old,
        "dryRun": True,
        "userInfo": {"username": "admin"},
    }
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}


def ask_webhook(case):
    """Returns the ids of the rules that deny."""
    _, answer = call(WEBHOOK, "POST", "/validate", review(case))
    response = answer.get("response") or {}
    if response.get("allowed") or "status" not in response:
        return set()
    causes = (response["status"].get("details") or {}).get("causes") or []
    return {rule for cause in causes for rule in RULE.findall(cause["message"])[-1:]}


def ask_policies(case):
    """Returns the ids of the rules that deny; None if the API server itself rejects the object."""
    if case.old:
        status, answer = call(API, "PUT", url_of(case.object, case.object["metadata"]["name"]) + "?dryRun=All", case.object)
    else:
        status, answer = call(API, "POST", url_of(case.object) + "?dryRun=All", case.object)
    if status < 300:
        return set()
    message = answer.get("message", "")
    return set(RULE.findall(message)) if "ValidatingAdmissionPolicy" in message else None


def store(case):
    """Stores the old object of an update. Returns False if the API server rejects it."""
    if not case.old:
        return True
    status, answer = call(API, "POST", url_of(case.old), case.old)
    case.object["metadata"]["resourceVersion"] = answer.get("metadata", {}).get("resourceVersion", "")
    return status < 300


def apply_policies():
    subprocess.run(["kubectl", "apply", "-f", os.environ["POLICIES"]], check=True, stdout=subprocess.DEVNULL)
    probe = prepare(Case("", nad("{"), None), 0)
    for _ in range(300):
        if ask_policies(probe):
            return
        time.sleep(0.1)
    sys.exit("policies: the API server does not use them")


def main():
    chance = random.Random(int(sys.argv[1]))
    cases = []
    for path in map(pathlib.Path, sys.argv[3:]):
        if not path.exists():
            sys.exit(f"policies: {path} does not exist")
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                cases.extend(read(file))
    cases.extend(mutate(cases, int(sys.argv[2]), chance))
    cases = [prepare(case, number) for number, case in enumerate(cases)]
    cases = [case for case in cases if LABEL.fullmatch(case.object["metadata"].get("namespace", "x"))]
    for name in sorted({case.object["metadata"].get("namespace", "default") for case in cases}):
        call(API, "POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    cases = [case for case in cases if store(case)]
    apply_policies()

    count = collections.Counter()
    left = collections.Counter()
    faults = 0
    for case in cases:
        policies = ask_policies(case)
        if policies is None:
            count["rejected by the API server itself"] += 1
            continue
        webhook = ask_webhook(case)
        if policies - webhook:
            faults += 1
            print(f"{case.source}: the policies deny by {sorted(policies)}, the webhook by {sorted(webhook)}:")
            print("  " + json.dumps(case.object)[:2000])
        count["denied by both" if policies else "denied by the webhook only" if webhook else "allowed by both"] += 1
        left.update(webhook & KNOWN - policies)
    for case in cases:
        if case.old:
            call(API, "DELETE", url_of(case.old, case.old["metadata"]["name"]))
    summary = {"cases": len(cases), "contradictions": faults, "updates": sum(bool(c.old) for c in cases), **count}
    print("; ".join(f"{what}: {number}" for what, number in summary.items()), file=sys.stderr)
    print("left to the webhook:", dict(left), file=sys.stderr)
    print(f"{faults} contradictions")
    sys.exit(faults > 0 or count["denied by both"] == 0 or count["allowed by both"] == 0)


if __name__ == "__main__":
    main()
