#!/usr/bin/env python3
"""The measurements of api_server.sh: fills the API server with the synthetic cluster, one size after another, and runs `serve` on it."""
import concurrent.futures
import glob
import http.client
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import threading
import time

from lines import show
from process import memory, wait_until_ready

WORK = os.environ["E2E_WORK"]
DROVEWAY = os.environ["DROVEWAY"]
STATE = os.path.join(os.environ.get("BUILD", "build"), "bench", "state")
PLURALS = {
    "Namespace": "/api/v1/namespaces",
    "Node": "/api/v1/nodes",
    "NodeNetworkState": "/apis/nmstate.io/v1beta1/nodenetworkstates",
    "Network": "/apis/config.openshift.io/v1/networks",
    "HyperConverged": "/apis/hco.kubevirt.io/v1/namespaces/{}/hyperconvergeds",
    "NetworkAttachmentDefinition": "/apis/k8s.cni.cncf.io/v1/namespaces/{}/network-attachment-definitions",
}
WRITERS = 6
TENANTS = 100


class Client:
    """A persistent connection to the webhook or the API server."""

    def __init__(self, port, token=None):
        self.context = ssl.create_default_context(cafile=os.path.join(WORK, "pki/ca.crt"))
        self.port = port
        self.token = token
        self.connection = None

    def request(self, method, path, body=None, content_type="application/json"):
        headers = {"Content-Type": content_type}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        if self.connection is None:
            self.connection = http.client.HTTPSConnection("localhost", self.port, context=self.context, timeout=60)
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise


local = threading.local()


def api(method, path, body=None, content_type="application/json"):
    if not hasattr(local, "client"):
        local.client = Client(int(os.environ["API_PORT"]), os.environ["API_TOKEN"])
    for attempt in range(5):
        try:
            status, answer = local.client.request(method, path, body, content_type)
        except (OSError, http.client.HTTPException):
            if attempt == 4:
                raise
            continue
        if status < 300 or status == 409:
            return answer
        raise RuntimeError(f"{method} {path}: {status} {answer[:300]!r}")


def say(*words):
    print("api_server:", *words, file=sys.stderr, flush=True)


# --- the cluster ---


def create(item):
    item["metadata"].pop("resourceVersion", None)
    item["metadata"].pop("managedFields", None)
    path = PLURALS[item["kind"]].format(item["metadata"].get("namespace"))
    api("POST", path, json.dumps(item))


def nads_of(items):
    return [item for item in items if item["kind"] == "NetworkAttachmentDefinition"]


def fill(pool, size):
    """Adds the objects that do not exist yet. Returns the NADs."""
    begin = time.monotonic()
    folder = os.path.join(WORK, "state-" + size)
    subprocess.run([STATE, *size.split("x"), folder], check=True)
    nads, count = [], 0
    for name in ["openshift-cnv"] + [f"tenant-{i}" for i in range(TENANTS)]:
        api("POST", PLURALS["Namespace"], json.dumps({"metadata": {"name": name}}))
    for file in sorted(glob.glob(folder + "/*.json")):
        items = json.load(open(file, encoding="utf-8"))["items"]
        nads += nads_of(items)
        count += len(items)
        for _ in pool.map(create, items):
            pass
    say(f"{size}: {count} objects in {time.monotonic() - begin:.0f} s")
    subprocess.run(["rm", "-rf", folder], check=True)
    return nads


# --- the measured program ---


class Serve:
    def __init__(self):
        self.port = int(os.environ["WEBHOOK_PORT"])
        self.log = open(os.path.join(WORK, "droveway.log"), "ab")
        self.client = Client(self.port)
        self.begin = time.monotonic()
        self.process = subprocess.Popen(
            [DROVEWAY, "serve", "--listen", f"127.0.0.1:{self.port}", "--tls-cert", WORK + "/pki/tls.crt", "--tls-key",
             WORK + "/pki/tls.key", "--kubeconfig", WORK + "/droveway.kubeconfig", "--shutdown-delay", "0"],
            stderr=self.log)
        self.ready = None

    def wait_until_ready(self):
        return wait_until_ready(lambda: self.client.request("GET", "/readyz")[0], self.process, self.begin, 300, 0.005)

    def memory(self, key):
        return memory(self.process.pid, key)

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


def read_lists():
    """Seconds for reading the lists of the large kinds page by page, as `serve` does, and discarding them: the API server's share."""
    begin = time.monotonic()

    def read(kind):
        path = PLURALS[kind].replace("/namespaces/{}", "") + "?limit=500"
        token = ""
        while token is not None:
            page = api("GET", path + token)
            found = re.search(rb'"continue":"([^"]+)"', page[:1000] + page[-1000:])  # lists of custom resources end with their metadata
            token = "&continue=" + found[1].decode() if found else None

    with concurrent.futures.ThreadPoolExecutor(3) as readers:
        for _ in readers.map(read, ("Node", "NodeNetworkState", "NetworkAttachmentDefinition")):
            pass
    return time.monotonic() - begin


# --- a watch of many changes ---


def config_of(number, last):
    return json.dumps({"cniVersion": "0.3.1", "name": f"network-{number}", "type": "macvlan", "master": "eth2.110",
                       "ipam": {"type": "whereabouts", "range": f"{last}.{number // 256}.{number % 256}.0/24"}})


def change(task):
    nad, number, last = task
    path = PLURALS[nad["kind"]].format(nad["metadata"]["namespace"]) + "/" + nad["metadata"]["name"]
    api("PATCH", path, json.dumps({"spec": {"config": config_of(number, last)}}), "application/merge-patch+json")


def review_of(config):
    """A review of a migration network, which is denied once the pool of another NAD overlaps it."""
    meta = {"name": "probe-migration", "namespace": "openshift-cnv"}
    nad = {"apiVersion": "k8s.cni.cncf.io/v1", "kind": "NetworkAttachmentDefinition", "metadata": meta,
           "spec": {"config": config}}
    gvk = {"group": "k8s.cni.cncf.io", "version": "v1", "kind": nad["kind"]}
    return json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "1", "kind": gvk, "resource": {**gvk, "kind": "", "resource": "network-attachment-definitions"},
        "operation": "CREATE", "userInfo": {}, **meta, "object": nad}})


def knows_of(serve, number, last):
    answer = serve.client.request("POST", "/validate", review_of(config_of(number, last)))[1]
    return b"overlap-network" in answer


def wait_until_seen(serve, number, last, begin):
    while not knows_of(serve, number, last):
        if time.monotonic() - begin > 120:
            sys.exit("api_server: the last change was never seen")
        time.sleep(0.002)
    return time.monotonic() - begin


def catch_up(pool, serve, nads, count, last, paused):
    """Changes COUNT NADs, and returns the seconds until a decision takes the last one into account. PAUSED: `serve` is stopped
    during the changes."""
    tasks = [(nads[1 + i % (len(nads) - 2)], 1 + i % (len(nads) - 2), last) for i in range(count - 1)]
    if paused:
        serve.process.send_signal(signal.SIGSTOP)
    begin = time.monotonic()
    for _ in pool.map(change, tasks):
        pass
    change((nads[-1], len(nads) - 1, last))
    say(f"{count} changes in {time.monotonic() - begin:.1f} s")
    begin = time.monotonic()
    if paused:
        serve.process.send_signal(signal.SIGCONT)
    return wait_until_seen(serve, len(nads) - 1, last, begin)


# --- the cost of the webhook ---


def apply_times(count):
    """Milliseconds for server-side dry runs, alternating between without and with the webhook."""
    times = {"without": [], "with": []}
    path = PLURALS["NetworkAttachmentDefinition"].format("tenant-1") + "?dryRun=All"
    for i in range(count):
        for case, values in times.items():
            nad = {"apiVersion": "k8s.cni.cncf.io/v1", "kind": "NetworkAttachmentDefinition",
                   "metadata": {"name": f"bench-{i}", "labels": {"bench": case}},
                   "spec": {"config": config_of(i % 200, 12)}}
            body = json.dumps(nad)
            begin = time.monotonic()
            api("POST", path, body)
            values.append((time.monotonic() - begin) * 1000)
    return times


def quantile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def measure_apply(repeats, count):
    apply_times(count // 10 + 2)
    rounds = [apply_times(count) for _ in range(repeats)]
    for case in "without", "with":
        for metric, of in (("p50", lambda v: quantile(v, 0.5)), ("p99", lambda v: quantile(v, 0.99)),
                           ("mean", lambda v: sum(v) / len(v))):
            show("apply", case, metric, "ms", *[of(times[case]) for times in rounds])


# --- all of it ---


def measure(pool, size, smoke, with_apply, with_changes):
    nads = fill(pool, size)
    repeats = 1 if smoke else 3
    alone, ready, cpu, resident, peak = [], [], [], [], []
    for i in range(repeats):
        alone.append(read_lists())
        serve = Serve()
        ready.append(serve.wait_until_ready())
        cpu.append(serve.cpu())
        time.sleep(0.2 if smoke else 2)
        resident.append(serve.memory("VmRSS"))
        peak.append(serve.memory("VmHWM"))
        if i + 1 < repeats:
            serve.stop()
    show("scale", size, "ready-api", "s", *ready)
    show("scale", size, "ready-api-cpu", "s", *cpu)
    show("scale", size, "lists-alone", "s", *alone)
    show("scale", size, "resident-api", "MB", *resident)
    show("scale", size, "peak-api", "MB", *peak)
    if with_apply:
        measure_apply(repeats, 20 if smoke else 500)
    if not with_changes:
        serve.stop()
        return
    changes = 50 if smoke else 10000
    before = serve.cpu()
    show("scale", size, "behind", "s", catch_up(pool, serve, nads, changes, 13, False))
    show("scale", size, "watch-cpu", "s", serve.cpu() - before)
    show("scale", size, "catch-up", "s", catch_up(pool, serve, nads, changes, 14, True))
    show("scale", size, "resident-watched", "MB", serve.memory("VmRSS"))
    show("scale", size, "peak-watched", "MB", serve.memory("VmHWM"))
    serve.stop()


def main():
    smoke = "--smoke" in sys.argv
    sizes = [argument for argument in sys.argv[1:] if argument != "--smoke"]
    with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
        for i, size in enumerate(sizes):
            measure(pool, size, smoke, i == 0, i + 1 == len(sizes))


main()
