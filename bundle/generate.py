#!/usr/bin/env python3
"""Writes the OLM bundle to a folder, from clusterserviceversion.yaml and the objects that kustomize builds from manifests/.

generate.py FOLDER SERVER WEBHOOKS --image NAME@sha256:DIGEST --version X.Y.Z --epoch SECONDS

SERVER and WEBHOOKS are files with the output of kustomize for overlays/openshift and overlays/openshift/enforce. docs/olm.md says
why the bundle differs from them.
"""

import argparse
import base64
import copy
import datetime
import pathlib
import re
import shutil

import yaml

HERE = pathlib.Path(__file__).resolve().parent
NAME = "droveway"
# OLM mounts the certificate that it creates here.
CERTIFICATES = "/tmp/k8s-webhook-server/serving-certs"
DEFAULT_NAMESPACE = "openshift-cnv"
WEBHOOK_TYPES = {
    "ValidatingWebhookConfiguration": "ValidatingAdmissionWebhook",
    "MutatingWebhookConfiguration": "MutatingAdmissionWebhook",
}
# The fields of a webhook that OLM can set.
COPIED = ["rules", "matchPolicy", "sideEffects", "timeoutSeconds", "admissionReviewVersions", "reinvocationPolicy"]


class Dumper(yaml.SafeDumper):
    """Writes texts of several lines as they are, and lists with an indent."""

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data):
        return True


Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar(
    "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None))


def one(objects, kind, name=NAME):
    """The only object of this kind and name, whatever its namespace."""
    found = [item for item in objects if item["kind"] == kind and item["metadata"]["name"] == name]
    if len(found) != 1:
        raise SystemExit(f"bundle: expected one {kind} {name} in the output of kustomize, not {len(found)}")
    return found[0]


def container_of(deployment):
    return deployment["spec"]["template"]["spec"]["containers"][0]


def deployment(objects, image):
    """The Deployment as OLM wants it: with OLM's certificate, without the gate, and with settings that a Subscription can change."""
    result = copy.deepcopy(one(objects, "Deployment"))
    pod = result["spec"]["template"]["spec"]
    container = container_of(result)
    container["image"] = image
    container["args"] = [re.sub(r"^(--tls-(cert|key))=.*/", rf"\1={CERTIFICATES}/", argument) for argument in container["args"]
                         if not argument.startswith("--activate")]
    container["env"] = [{"name": "KUBEVIRT_NAMESPACE", "value": DEFAULT_NAMESPACE}]
    container["volumeMounts"] = [mount for mount in container["volumeMounts"] if mount["name"] != "tls"]
    pod["volumes"] = [volume for volume in pod["volumes"] if volume["name"] != "tls"]
    return {"name": NAME, "label": result["metadata"]["labels"], "spec": result["spec"]}


def permissions(objects):
    """What the ClusterRole allows, and the Role in kube-system. A CSV has no roles in other namespaces than its own."""
    rules = one(objects, "ClusterRole")["rules"] + one(objects, "Role")["rules"]
    return [{"serviceAccountName": NAME, "rules": rules}]


def webhook(configuration, item):
    """One webhook for OLM. It fails open: OLM registers it before the server is ready."""
    result = {
        "type": WEBHOOK_TYPES[configuration["kind"]],
        "generateName": item["name"],
        "deploymentName": NAME,
        "containerPort": item["clientConfig"]["service"]["port"],
        "targetPort": "https",
        "webhookPath": item["clientConfig"]["service"]["path"],
        "failurePolicy": "Ignore",
    }
    # OLM has no match conditions. Most of them only save calls, but a KubeVirt of HyperConverged's operator is updated often.
    if any(condition["name"] == "not-managed-by-hyperconverged" for condition in item["matchConditions"]):
        result["objectSelector"] = {"matchExpressions": [
            {"key": "app.kubernetes.io/managed-by", "operator": "NotIn", "values": ["hco-operator"]}]}
    return result | {field: item[field] for field in COPIED if field in item}


def webhooks(objects):
    """All webhooks. Of the two for NADs, the one for KubeVirt's namespace is sent more operations, so it is the one for all."""
    return [webhook(configuration, item | {"name": item["name"].replace("nad-migration.", "nad.")})
            for configuration in objects if configuration["kind"] in WEBHOOK_TYPES
            for item in configuration["webhooks"] if item["name"] != "nad.validate.droveway.io"]


def cluster_service_version(server, registration, options):
    csv = yaml.safe_load((HERE / "clusterserviceversion.yaml").read_text())
    csv["metadata"]["name"] = f"{NAME}.v{options.version}"
    created = datetime.datetime.fromtimestamp(options.epoch, datetime.timezone.utc)
    csv["metadata"]["annotations"] |= {
        "containerImage": options.image,
        "createdAt": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        # Droveway keeps no state, so each version can replace any older one.
        "olm.skipRange": f"<{options.version}",
    }
    csv["spec"] |= {
        "version": options.version,
        "icon": [{"base64data": base64.b64encode((HERE / "icon.svg").read_bytes()).decode(), "mediatype": "image/svg+xml"}],
        "relatedImages": [{"name": NAME, "image": options.image}],
        "install": {"strategy": "deployment", "spec": {
            "deployments": [deployment(server, options.image)],
            "clusterPermissions": permissions(server),
        }},
        "webhookdefinitions": webhooks(registration),
    }
    return csv


def without_namespace(item):
    """OLM puts each object into the namespace of the Subscription."""
    result = copy.deepcopy(item)
    result["metadata"].pop("namespace", None)
    return result


def metrics_service(objects):
    """The Service for Prometheus. OLM makes another one for the webhooks."""
    result = without_namespace(one(objects, "Service"))
    result["metadata"].pop("annotations", None)
    result["spec"]["ports"] = [port for port in result["spec"]["ports"] if port["name"] == "metrics"]
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("server", type=pathlib.Path)
    parser.add_argument("webhooks", type=pathlib.Path)
    parser.add_argument("--image", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--epoch", required=True, type=int)
    options = parser.parse_args()
    if not re.fullmatch(r"[^\s@]+@sha256:[0-9a-f]{64}", options.image):
        raise SystemExit(f'bundle: IMAGE is "{options.image}"; use NAME@sha256:DIGEST, the digest that the registry shows')
    server = list(yaml.safe_load_all(options.server.read_text()))
    registration = list(yaml.safe_load_all(options.webhooks.read_text()))
    files = {
        f"{NAME}.clusterserviceversion.yaml": cluster_service_version(server, registration, options),
        f"{NAME}-policy_v1_configmap.yaml": without_namespace(one(server, "ConfigMap", f"{NAME}-policy")),
        f"{NAME}_v1_service.yaml": metrics_service(server),
        f"{NAME}_policy_v1_poddisruptionbudget.yaml": without_namespace(one(server, "PodDisruptionBudget")),
    }
    shutil.rmtree(options.folder, ignore_errors=True)
    for part in ("manifests", "metadata"):
        (options.folder / part).mkdir(parents=True)
    for name, item in files.items():
        text = yaml.dump(item, Dumper=Dumper, sort_keys=False, width=120, allow_unicode=True)
        (options.folder / "manifests" / name).write_text(text)
    shutil.copyfile(HERE / "annotations.yaml", options.folder / "metadata" / "annotations.yaml")
    shutil.copyfile(HERE / "Containerfile", options.folder / "Containerfile")


if __name__ == "__main__":
    main()
