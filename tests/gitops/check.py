#!/usr/bin/env python3
"""Checks examples/gitops: check.py HELM. Each object for which a CRD is known has the right fields, the values in it render the
chart, and what it refers to exists. The CRDs are files of the Go modules in crds/go.mod."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "examples/gitops"
CRDS = {
    "github.com/argoproj/argo-cd/v3": ["manifests/crds/application-crd.yaml", "manifests/crds/applicationset-crd.yaml"],
    "github.com/fluxcd/kustomize-controller": ["config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml"],
    "github.com/fluxcd/source-controller": ["config/crd/bases/source.toolkit.fluxcd.io_gitrepositories.yaml"],
}
# No module with their CRDs is served.
WITHOUT_CRD = {"HelmRelease", "PolicyGenerator"}
faults = []
checks = 0


def check(condition, text):
    global checks
    checks += 1
    if not condition:
        faults.append(text)


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT / "tests/gitops/crds").stdout


def strict(schema):
    """The schema of a CRD, which accepts no unknown fields, as the API server with strict validation."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: strict(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object" and not schema.get("x-kubernetes-preserve-unknown-fields"):
        schema.setdefault("additionalProperties", False)
    return schema


def crds():
    """The schemas by API version and kind."""
    found = {}
    for module, files in CRDS.items():
        folder = pathlib.Path(json.loads(run("go", "mod", "download", "-json", module))["Dir"])
        for name in files:
            crd = yaml.safe_load((folder / name).read_text())["spec"]
            for version in crd["versions"]:
                schema = strict(version["schema"]["openAPIV3Schema"])
                schema["properties"]["metadata"] = {"type": "object"}
                found[f"{crd['group']}/{version['name']}", crd["names"]["kind"]] = schema
    return found


def render(helm, values):
    """The chart's objects, rendered with these values."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        json.dump(values, file)
        file.flush()
        text = run(helm, "template", "droveway", str(ROOT / "charts/droveway"), "--namespace", "droveway", "--values", file.name)
    return [item for item in yaml.safe_load_all(text) if item]


def check_application(helm, spec, place):
    """An Application applies the webhooks after all other objects, and ignores only fields that others write."""
    source = spec["source"]
    check((ROOT / source["path"] / "Chart.yaml").exists(), f"{place}: no chart in {source['path']}")
    objects = render(helm, source["helm"]["valuesObject"])
    for item in objects:
        wave = item["metadata"].get("annotations", {}).get("argocd.argoproj.io/sync-wave", "0")
        later = item["kind"].endswith("WebhookConfiguration")
        check(wave == ("1" if later else "0"), f"{place}: {item['kind']} {item['metadata']['name']} is in wave {wave}")
    for ignored in spec["ignoreDifferences"]:
        named = [item for item in objects if item["kind"] == ignored["kind"] and item["metadata"]["name"] == ignored["name"]]
        group = ignored.get("group", "")
        needless = ignored["kind"] == "Secret"  # with self-managed certificates only
        check(needless or (len(named) == 1 and named[0]["apiVersion"].rpartition("/")[0] == group),
              f"{place}: there is no {ignored['kind']} {ignored['name']} of the group {group!r} to ignore differences of")
        for pointer in ignored.get("jsonPointers", []):
            check(not named or pointer[1:] not in named[0], f"{place}: the chart itself sets {pointer} of {ignored['name']}")
    kinds = {ignored["kind"] for ignored in spec["ignoreDifferences"]}
    check({"ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "RoleBinding"} <= kinds, f"{place}: a difference is not ignored: {kinds}")


def check_release(helm, spec, place):
    check((ROOT / spec["chart"]["spec"]["chart"] / "Chart.yaml").exists(), f"{place}: no such chart")
    check(spec["targetNamespace"] == "droveway" and spec["releaseName"] == "droveway", f"{place}: another namespace or release")
    check(any(item["kind"] == "ValidatingWebhookConfiguration" for item in render(helm, spec["values"])), f"{place}: the values register no webhooks")


def main():
    helm = sys.argv[1]
    schemas = crds()
    unknown = set()
    for path in sorted(EXAMPLES.glob("*/*.yaml")):
        for item in yaml.safe_load_all(path.read_text()):
            place = f"{path.relative_to(ROOT)}: {item['kind']}"
            schema = schemas.get((item["apiVersion"], item["kind"]))
            if schema:
                errors = [f"{place}: {'/'.join(map(str, error.path))}: {error.message[:200]}" for error in jsonschema.Draft7Validator(schema).iter_errors(item)]
                check(not errors, "\n".join(errors))
            elif item["kind"] != "Deployment":
                unknown.add(item["kind"])
            if item["kind"] == "Application":
                check_application(helm, item["spec"], place)
            elif item["kind"] == "ApplicationSet":
                check_application(helm, item["spec"]["template"]["spec"], place)
            elif item["kind"] == "HelmRelease":
                check_release(helm, item["spec"], place)
            # What a user copies from examples/kustomize.
            for folder in re.findall(r"\bdroveway/(\w+)$", "\n".join(strings(item)), re.M):
                check((ROOT / "examples/kustomize" / folder / "kustomization.yaml").exists(), f"{place}: examples/kustomize/{folder} does not exist")
    check(unknown == WITHOUT_CRD, f"without a CRD: {sorted(unknown)}")
    if faults:
        sys.exit("\n".join(f"gitops: {fault}" for fault in faults))
    print(f"gitops: {checks} checks")


def strings(value):
    """All texts in a value that name a path."""
    if isinstance(value, dict):
        return [text for key, item in value.items() if key not in ("repoURL", "url", "repository") for text in strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) else []


os.chdir(ROOT)
main()
