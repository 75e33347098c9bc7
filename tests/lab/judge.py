"""Droveway's verdicts on the cases of the laboratory, compared with what happened. Used by verdicts, reality.py and mutants.py."""
import base64
import collections
import concurrent.futures
import contextlib
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
NAMESPACE = "openshift-cnv"
STATE = f"{HERE}/corpus/cluster.json"
CORPUS = (f"{HERE}/corpus/reality.jsonl", f"{HERE}/corpus/time.jsonl")
TITLES = {
    "a": "fails at least in part, but Droveway reports nothing",
    "a-danger": "works, but over the management network or with a default route, and Droveway reports nothing",
    "a-left": "works and leaves something on the node, but Droveway reports nothing",
    "b": "works, but Droveway denies it",
    "warned-only": "fails at least in part, but Droveway only warns",
    "mutated": "works, but not after /mutate has changed it",
    "changed": "the result differs from the recorded one",
    "lab": "the laboratory itself failed",
    "elsewhere": "works here, but is denied because of something that this topology can't show",
    "kernel": "this kernel lacks the device that it needs",
}
WRONG = ("a", "a-danger", "a-left", "b", "warned-only", "mutated", "changed", "lab")


def lines(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


def nad(row):
    made = {"apiVersion": "k8s.cni.cncf.io/v1", "kind": "NetworkAttachmentDefinition",
            "metadata": {"name": row.get("name", "migration-network"), "namespace": row.get("namespace", NAMESPACE)},
            "spec": {} if row.get("config") is None else {"config": row["config"]}}
    annotations = row.get("nad_annotations") or row.get("annotations")
    if annotations:
        made["metadata"]["annotations"] = annotations
    return made


making_state = threading.Lock()


@functools.cache
def plain_state(state):
    """A folder with only STATE, for the many rows that need no other objects."""
    folder = tempfile.TemporaryDirectory()
    shutil.copy(state, f"{folder.name}/cluster.json")
    return folder


@contextlib.contextmanager
def state_of(row, state):
    """A folder with the file STATE and the other objects in the row's cluster."""
    extra = [nad(other) for other in row.get("others", ())] + list(row.get("objects", ()))
    if not extra:
        with making_state:
            folder = plain_state(state)
        yield folder.name
        return
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(state, f"{folder}/cluster.json")
        for number, made in enumerate(extra):
            with open(f"{folder}/object-{number}.json", "w") as file:
                json.dump(made, file)
        yield folder


def review(droveway, state, row, *options):
    """The answer of `droveway review` to the creation of the row's NAD."""
    mine = nad({**row, "config": row.get("then", row.get("config"))})
    with state_of(row, state) as folder:
        request = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
            "uid": "1", "operation": "CREATE", "kind": {"group": "k8s.cni.cncf.io", "version": "v1", "kind": mine["kind"]},
            "resource": {"group": "k8s.cni.cncf.io", "version": "v1", "resource": "network-attachment-definitions"},
            "namespace": mine["metadata"]["namespace"], "name": mine["metadata"]["name"], "userInfo": {"username": "admin"}, "object": mine}}
        if "then" in row:
            request["request"].update(operation="UPDATE", oldObject=nad(row))
        run = subprocess.run([droveway, "review", "-", "--state", folder, *options], input=json.dumps(request),
                             capture_output=True, text=True, timeout=60)
    try:
        return json.loads(run.stdout)["response"]
    except (ValueError, KeyError):
        sys.exit(f"lab: droveway review of {row['id']}: status {run.returncode}: {run.stderr.strip()[:300]}")


def rule(text):
    return (re.findall(r"\[([a-z-]+)\]$", text.strip()) or ["?"])[-1]


def verdict(droveway, state, row, *options):
    response = review(droveway, state, row, *options)
    causes = [] if response["allowed"] else response.get("status", {}).get("details", {}).get("causes", [])
    warnings = response.get("warnings", [])
    return {"deny": [rule(c["message"]) for c in causes], "warn": [rule(w) for w in warnings],
            "words": [f"deny {c['field']}: {c['message']}" for c in causes] + [f"warn {w}" for w in warnings]}


def all_of(judge, rows):
    """Yields the result of JUDGE for each row, in their order."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        yield from pool.map(judge, rows)


def reasons():
    with open(f"{HERE}/corpus/reasons.json") as file:
        return json.load(file)


def corpus():
    """The cases of the corpus; their problems are the recorded ones (`why`)."""
    return [{"problems": row.get("why", []), **row} for path in CORPUS for row in lines(path)]


def mutated(droveway, state, row):
    """The row's config after /mutate; None if that changes nothing."""
    response = review(droveway, state, row, "--mutate")
    for step in json.loads(base64.b64decode(response.get("patch") or base64.b64encode(b"[]"))):
        if step["path"] == "/spec/config":
            return step["value"]
    return None


def is_kernels(row):
    text = " ".join(row["problems"]).lower()
    return bool(row.get("kernel")) or "unknown device type" in text


def classify(row, why):
    """The class, and the reason why a disagreement is not a fault, or None."""
    deny, warn, reality = row["verdict"]["deny"], row["verdict"]["warn"], row["reality"]
    starts = {p.split()[0].rstrip(":") for p in row["problems"]}
    if reality == "lab":
        return "lab", None
    if is_kernels(row):
        return "kernel", row.get("kernel")
    if row.get("mutated"):
        return ("agree", None) if reality == "works" else ("mutated", None)
    if row.get("recorded", reality) != reality:
        return "changed", why["unsteady"].get(row["id"])
    if reality == "works":
        if deny:
            if starts & {"management", "default-route"}:
                return "agree", None
            if set(deny) <= set(why["elsewhere"]):
                return "elsewhere", None
            found = "b"
        elif starts & {"management", "default-route"} and not warn:
            found = "a-danger"
        elif any(p.startswith(("left: node", "delete")) for p in row["problems"]) and not warn:
            found = "a-left"
        else:
            return "agree", None
    elif deny:
        return "agree", None
    else:
        found = "warned-only" if warn else "a"
    return found, next((kind["because"] for kind in why["rules"] if explains(kind, found, row, why)), row.get("because"))


def explains(kind, found, row, why):
    """Whether KIND of corpus/reasons.json explains that ROW is of the class FOUND. What `elsewhere` allows may be found in addition: a
    composed case can have an unrelated fault that this topology can't show. Then a case that nothing explained is one with a warning."""
    more = set(row["verdict"]["deny"] + row["verdict"]["warn"]) - set(why["elsewhere"])
    return ((kind["class"] == found or (kind["class"], found) == ("a", "warned-only")) and more <= set(kind["only"])
            and re.search(kind.get("problem", ""), "\n".join(row["problems"]))
            and re.search(kind.get("how", ""), "\n".join(row.get("how", ())))
            and re.search(kind.get("config", ""), row.get("config") or ""))


def plain(problem):
    """The plugin's own words, without those of Multus and without what differs in each run."""
    for pattern, by in ((r"\[[\w-]+/virt-handler-\d+/[0-9a-f-]+(:[^\]]*)?\]:? ?", ""), (r"^(attach|concurrent attach) node-\d: (Multus: )?", r"\1: "),
                        (r"error loading k8s delegates k8s args: TryLoadPodDelegates: error in getting k8s network for pod: ", ""),
                        (r"GetNetworkDelegates: failed getting the delegate: ", ""), (r'error adding container to network "[^"]*": ', ""),
                        (r" in path \[[^\]]*\]", ""), (r"virt-handler-\d+|[0-9a-f]{64}|veth[0-9a-f]{8}|0x[0-9a-f]+|droveway-lab-\d[-\w]*", "…"),
                        (r"\b[123]->[123]\b", "N->N"), (r"counter packets \d+ bytes \d+ ", ""), (r"(node-|pod )[123]\b", r"\1N")):
        problem = re.sub(pattern, by, problem)
    return " ".join(problem.split())


def short(problems, most=3):
    counts = collections.Counter(plain(p) for p in problems)
    serious = [p for p in counts if not p.startswith(("left", "default-route"))] or list(counts)
    return [(p if len(p) < 420 else p[:200] + " [...] " + p[-200:]) + (f" (x{counts[p]})" if counts[p] > 1 else "") for p in serious[:most]]
