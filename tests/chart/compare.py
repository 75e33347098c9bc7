#!/usr/bin/env python3
"""Compares `helm template` with `kubectl kustomize`: for each way to get a certificate, each set of components and each
registration of the webhooks, the chart's objects must equal those of manifests/. Usage: compare.py HELM KUBECTL"""
import concurrent.futures
import itertools
import json
import os
import subprocess
import sys
import tempfile

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CHART = os.path.join(ROOT, "charts/droveway")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Helm adds these labels.
HELM_LABELS = ("app.kubernetes.io/instance", "app.kubernetes.io/managed-by", "app.kubernetes.io/version", "helm.sh/chart")

SOURCES = ("self-managed", "cert-manager", "openshift")
# The value of the chart that adds a component to the server, and the component for a source of certificates.
COMPONENTS = {
    "monitoring.enabled=true": lambda source: "monitoring-openshift" if source == "openshift" else "monitoring",
    "events=true": lambda source: "events",
    "policyReports=true": lambda source: "policy-reports",
    "networkPolicy.enabled=true": lambda source: "network-policy",
    "clientCA.configMapName=droveway-client-ca": lambda source: "client-ca",
    "admissionPolicies=true": lambda source: "admission-policy",
}
# The registration of the webhooks: the folder in the overlay, its components, the values of the chart, the version of the
# API server.
REGISTRATIONS = {
    "none": (None, (), ["enforce=false"], "1.30.0"),
    "enforce": ("enforce", (), [], "1.30.0"),
    "pre-1.30": ("enforce-pre-1.30", (), ["matchConditions=gate-only"], "1.30.0"),
    "fail-open": ("enforce", ("fail-open",), ["failurePolicy=Ignore"], "1.30.0"),
    "fail-open, pre-1.30": ("enforce-pre-1.30", ("fail-open",), ["failurePolicy=Ignore", "matchConditions=gate-only"], "1.30.0"),
}
# More ways to get the same, which are only compared without components.
MORE_REGISTRATIONS = {
    "enforce, newest": ("enforce", (), [], "1.99.1+k3s1"),
    "enforce, by the value": ("enforce", (), ["matchConditions=full"], "1.28.0"),
    "pre-1.30, by the version": ("enforce-pre-1.30", (), [], "1.29.14-gke.100"),
}


def objects(text):
    """The objects of a YAML stream, by kind, namespace and name. Two with the same identity are an error."""
    found = {}
    for item in yaml.load_all(text, LOADER):
        if not item:
            continue
        metadata = item["metadata"]
        identity = (item["kind"], metadata.get("namespace", ""), metadata["name"])
        if identity in found:
            raise ValueError(f"{identity} appears twice")
        found[identity] = item
    return found


def deployment(found):
    """The pod template of the Deployment, and its container."""
    template = found[("Deployment", "droveway", "droveway")]["spec"]["template"]
    return template, template["spec"]["containers"][0]


def same_form(found):
    """Removes what may differ in form alone: the order of the options, and the text of embedded documents."""
    _, container = deployment(found)
    container["args"] = container["args"][:1] + sorted(container["args"][1:])
    for item in found.values():
        if item["kind"] == "ConfigMap":
            item["data"] = {key: yaml.load(text, LOADER) for key, text in item["data"].items()}
        if not item["metadata"].get("annotations", True):
            del item["metadata"]["annotations"]
    return found


def of_helm(text):
    """The objects of the chart, without Helm's labels, and without the checksum that starts new pods."""
    found = objects(text)
    for item in found.values():
        for label in HELM_LABELS:
            del item["metadata"]["labels"][label]  # each object must have it
    template, _ = deployment(found)
    del template["metadata"]["annotations"]["checksum/settings"]
    if not template["metadata"]["annotations"]:
        del template["metadata"]["annotations"]
    return same_form(found)


def of_kustomize(*texts):
    """The objects of both steps. The chart does not create the namespace. The name of the ConfigMap with the settings has a
    checksum here, which starts new pods."""
    found = {}
    for text in texts:
        for identity, item in objects(text).items():
            if found.setdefault(identity, item) != item:
                raise ValueError(f"{identity} differs between the two steps")
    del found[("Namespace", "", "droveway")]
    (settings,) = [key for key in found if key[0] == "ConfigMap" and key[2].startswith("droveway-settings-")]
    item = found.pop(settings)
    item["metadata"]["name"] = "droveway-settings"
    found[("ConfigMap", "droveway", "droveway-settings")] = item
    for variable in deployment(found)[1]["env"]:
        reference = variable["valueFrom"]["configMapKeyRef"]
        reference["name"] = {settings[2]: "droveway-settings"}[reference["name"]]
    return same_form(found)


def difference(left, right, path=""):
    """The paths at which two values differ, with both values."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted(set(left) | set(right), key=str):
            place = f"{path}/{key if isinstance(key, str) else ' '.join(key)}"
            if key not in left or key not in right:
                yield f"{place}: only in {'manifests/' if key in left else 'the chart'}"
            else:
                yield from difference(left[key], right[key], place)
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (one, other) in enumerate(zip(left, right)):
            yield from difference(one, other, f"{path}/{index}")
    elif left != right or isinstance(left, bool) != isinstance(right, bool):
        yield f"{path}: manifests/ has {json.dumps(left)}, the chart has {json.dumps(right)}"


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


class Kustomize:
    """Builds kustomizations that add components to an overlay, each once."""

    def __init__(self, kubectl, work):
        self.kubectl, self.work, self.number = kubectl, work, itertools.count()

    def build(self, resource, components):
        folder = os.path.join(self.work, str(next(self.number)))
        os.mkdir(folder)
        manifests = os.path.relpath(os.path.join(ROOT, "manifests"), os.path.realpath(folder))
        kustomization = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": [f"{manifests}/overlays/{resource}"],
            "components": [f"{manifests}/components/{name}" for name in components],
        }
        with open(os.path.join(folder, "kustomization.yaml"), "w", encoding="utf-8") as out:
            json.dump(kustomization, out)
        return run(self.kubectl, "kustomize", folder)


def main():
    helm, kubectl = sys.argv[1:]
    subsets = [chosen for size in range(len(COMPONENTS) + 1) for chosen in itertools.combinations(COMPONENTS, size)]
    registrations = REGISTRATIONS | MORE_REGISTRATIONS
    cases = list(itertools.product(SOURCES, subsets, REGISTRATIONS)) + list(itertools.product(SOURCES, [()], MORE_REGISTRATIONS))
    with tempfile.TemporaryDirectory(prefix="droveway-chart.") as work, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        kustomize = Kustomize(kubectl, work)
        # Each step of kustomize is built once.
        servers = {
            (source, chosen): pool.submit(kustomize.build, source, [COMPONENTS[value](source) for value in chosen])
            for source, chosen in itertools.product(SOURCES, subsets)
        }
        webhooks = {
            (source, name): pool.submit(kustomize.build, f"{source}/{folder}", components)
            for source in SOURCES
            for name, (folder, components, _, _) in registrations.items()
            if folder
        }

        def render(case):
            source, chosen, name = case
            _, _, values, version = registrations[name]
            return run(helm, "template", "droveway", CHART, "--namespace", "droveway", "--kube-version", version,
                       "--set", ",".join([f"certificates.source={source}", *chosen, *values]))

        differences = []
        for case, rendered in zip(cases, pool.map(render, cases)):
            source, chosen, name = case
            wanted = [servers[source, chosen]] + [build for key, build in webhooks.items() if key == (source, name)]
            where = f"chart: {source}, {' '.join(chosen) or 'no component'}, {name}"
            differences += [f"{where}: {text}" for text in difference(of_kustomize(*[build.result() for build in wanted]), of_helm(rendered))]
    if differences:
        print("\n".join(differences[:20]), file=sys.stderr)
        sys.exit(f"chart: {len(differences)} differences between `helm template` and `kubectl kustomize`")
    print(f"chart: {len(cases)} combinations equal kustomize's objects")


main()
