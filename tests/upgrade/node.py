#!/usr/bin/env python3
"""Runs pods as a scheduler and a kubelet do, but without images: node.py API_SERVER TOKEN CA NAMESPACE FOLDER

FOLDER/images/NAME:TAG/ is the root file system of an image; any other image can't be pulled. Each pod gets a network namespace with
an address on the bridge `pods`, a root file system, its ConfigMaps, Secrets and a token of its service account, and the program that
the Deployment names. Probes, preStop, SIGTERM, SIGKILL and the restart of a program that ends follow the pod's spec. Nothing else
of a kubelet is needed here: a liveness probe is ignored, and ConfigMaps arrive within a second instead of a minute.
"""
import base64
import http.client
import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import sys
import threading
import time

server, token_file, ca_file, namespace, folder = sys.argv[1:]
folder = pathlib.Path(folder)
token = pathlib.Path(token_file).read_text().strip()
trusted = ssl.create_default_context(cafile=ca_file)
unverified = ssl._create_unverified_context()  # as a kubelet's probe
USER = 65532
NODES = ["worker-1", "worker-2", "worker-3"]


def log(text):
  print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def api(method, path, body=None, kind="application/json"):
  """Sends a request to the API server. Returns the status and the answer."""
  connection = http.client.HTTPSConnection(server, context=trusted, timeout=10)
  try:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind, "Accept": "application/json"}
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    text = answer.read()
    return answer.status, json.loads(text) if text else {}
  finally:
    connection.close()


def core(kind, name="", sub=""):
  return "/".join(part for part in (f"/api/v1/namespaces/{namespace}/{kind}", name, sub) if part)


class Pod(threading.Thread):
  """A pod, from its binding to its end."""
  count = 0

  def __init__(self, manifest):
    super().__init__(daemon=True)
    Pod.count += 1
    self.number = Pod.count
    self.manifest = manifest
    self.name = manifest["metadata"]["name"]
    self.uid = manifest["metadata"]["uid"]
    self.spec = manifest["spec"]
    self.container = self.spec["containers"][0]
    self.address = f"10.222.1.{self.number}"
    self.root = folder / "pods" / self.name
    self.process = None
    self.restarts = 0
    self.reported = None
    self.deleted = threading.Event()
    self.texts = {}

  # --- what the API server gets to know ---

  def report(self, ready, waiting=None):
    """Writes the pod's status if it changed."""
    if self.reported == (ready, waiting, self.restarts):
      return
    running = self.process is not None and waiting is None
    state = {"running": {}} if running else {"waiting": {"reason": waiting or "ContainerCreating"}}
    status = {
      "phase": "Running" if running or self.restarts else "Pending",
      "hostIP": "10.222.0.1", "podIP": self.address, "podIPs": [{"ip": self.address}],
      "conditions": [{"type": kind, "status": "True" if ready else "False", "lastTransitionTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
                     for kind in ("Ready", "ContainersReady")] + [{"type": "PodScheduled", "status": "True"}, {"type": "Initialized", "status": "True"}],
      "containerStatuses": [{"name": self.container["name"], "image": self.container["image"], "imageID": "", "ready": ready,
                             "restartCount": self.restarts, "started": running, "state": state}]}
    code, answer = api("PATCH", core("pods", self.name, "status"), {"status": status}, "application/strategic-merge-patch+json")
    if code == 200:
      self.reported = (ready, waiting, self.restarts)
      log(f"{self.name} {self.container['image']}: {'ready' if ready else waiting or 'not ready'}")
    elif code != 404:
      log(f"{self.name}: status: {code} {answer.get('message')}")

  # --- files and environment ---

  def source(self, kind, name):
    """The files of a ConfigMap or Secret, or None if it does not exist."""
    code, found = api("GET", core(kind, name))
    if code != 200:
      return None
    data = {key: text.encode() for key, text in (found.get("data") or {}).items()}
    return {key: base64.b64decode(text) for key, text in data.items()} if kind == "secrets" else data

  def mount(self):
    """Writes what changed in the volumes. False if one of them does not exist yet."""
    for place in self.container.get("volumeMounts", []):
      volume = next(volume for volume in self.spec["volumes"] if volume["name"] == place["name"])
      if "configMap" in volume:
        files = self.source("configmaps", volume["configMap"]["name"])
        optional = volume["configMap"].get("optional")
      elif "secret" in volume:
        files = self.source("secrets", volume["secret"]["secretName"])
        optional = volume["secret"].get("optional")
      else:
        continue  # the service account's, see account()
      if files is None and not optional:
        return False
      target = self.root / place["mountPath"].lstrip("/")
      target.mkdir(parents=True, exist_ok=True)
      for name, text in (files or {}).items():
        if self.texts.get(target / name) != text:
          (target / f"..{name}").write_bytes(text)
          os.replace(target / f"..{name}", target / name)
          self.texts[target / name] = text
    return True

  def account(self):
    """Writes the token of the pod's service account."""
    target = self.root / "var/run/secrets/kubernetes.io/serviceaccount"
    target.mkdir(parents=True, exist_ok=True)
    code, answer = api("POST", core("serviceaccounts", self.spec["serviceAccountName"], "token"),
                       {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}})
    if code not in (200, 201):
      return False
    (target / "token").write_text(answer["status"]["token"])
    (target / "namespace").write_text(namespace)
    shutil.copy(ca_file, target / "ca.crt")
    return True

  def environment(self):
    host, _, port = server.partition(":")
    values = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port, "KUBERNETES_SERVICE_PORT_HTTPS": port}
    for variable in self.container.get("env", []):
      source = variable.get("valueFrom", {})
      if "configMapKeyRef" in source:
        reference = source["configMapKeyRef"]
        text = (self.source("configmaps", reference["name"]) or {}).get(reference["key"])
        if text is not None:
          values[variable["name"]] = text.decode()
        elif not reference.get("optional"):
          return None
      elif "fieldRef" in source:
        found = {"metadata": self.manifest["metadata"], "spec": self.spec, "status": {"podIP": self.address}}
        for key in source["fieldRef"]["fieldPath"].split("."):
          found = found[key]
        values[variable["name"]] = found
      else:
        values[variable["name"]] = variable.get("value", "")
    return values

  # --- the program ---

  def command(self, *words):
    """The words as a command inside the pod, as the image's user."""
    inside = 'mount -t proc proc "$0/proc" && mount --bind /dev "$0/dev" && exec chroot --userspec=%d:%d "$0" "$@"' % (USER, USER)
    return ["ip", "netns", "exec", f"pod{self.number}", "unshare", "--mount", "sh", "-c", inside, str(self.root), *words]

  def connect(self):
    """Creates the pod's network."""
    name, link = f"pod{self.number}", f"veth{self.number}"
    for words in (f"netns add {name}", f"link add {link} type veth peer name eth0 netns {name}", f"link set {link} master pods up",
                  f"-n {name} addr add {self.address}/16 dev eth0", f"-n {name} link set eth0 up", f"-n {name} link set lo up"):
      subprocess.run(["ip", *words.split()], check=True)

  def begin(self):
    """Starts the program. Returns why it can't be started, or None."""
    image = folder / "images" / self.container["image"].rpartition("/")[2]
    if not image.is_dir():
      return "ImagePullBackOff"
    if not self.root.exists():
      shutil.copytree(image, self.root, copy_function=os.link)
      for name in ("proc", "dev", "tmp"):
        (self.root / name).mkdir(exist_ok=True)
      self.connect()
    environment = self.environment()
    if environment is None:
      return "CreateContainerConfigError"
    if not self.mount() or not self.account():
      return "ContainerCreating"
    expand = lambda word: re.sub(r"\$\((\w+)\)", lambda found: environment.get(found[1], found[0]), word)
    words = self.container.get("command", ["/usr/bin/droveway"]) + self.container.get("args", [])
    with open(folder / "logs" / self.name, "ab") as output:
      self.process = subprocess.Popen(self.command(*map(expand, words)), env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    return None

  def probe(self, kind):
    """The result of a probe of this kind; a pod without it passes."""
    action = self.container.get(kind, {}).get("httpGet")
    if action is None:
      return True
    port = next(port["containerPort"] for port in self.container["ports"] if action["port"] in (port["name"], port["containerPort"]))
    connection = http.client.HTTPSConnection(self.address, port, context=unverified, timeout=self.container[kind].get("timeoutSeconds", 1))
    try:
      connection.request("GET", action["path"])
      return connection.getresponse().status < 400
    except OSError:
      return False
    finally:
      connection.close()

  def run(self):
    try:
      while not self.deleted.is_set():
        if self.process is None:
          why = self.begin()
          if why is not None:
            self.report(False, why)
            self.deleted.wait(0.5)
            continue
          self.serve()
      self.end()
    except Exception as error:  # pylint: disable=broad-except # the log shows it, and the test fails
      log(f"{self.name}: {error!r}")
      raise

  def serve(self):
    """Probes the program until it ends or the pod is deleted."""
    started, ready, failures, next_probe = False, False, 0, 0
    while not self.deleted.wait(0.2):
      if self.process.poll() is not None:
        log(f"{self.name}: ended with status {self.process.returncode}")
        self.process = None
        self.restarts += 1
        self.report(False, "CrashLoopBackOff")
        self.deleted.wait(min(2 ** self.restarts, 10))
        return
      self.mount()
      if time.monotonic() < next_probe:
        continue
      kind = "readinessProbe" if started else "startupProbe"
      passed = self.probe(kind)
      if not started:
        started = passed
        next_probe = time.monotonic() + (0 if passed else self.container[kind]["periodSeconds"])
        self.report(False)
        continue
      failures = 0 if passed else failures + 1
      ready = passed or (ready and failures < self.container[kind].get("failureThreshold", 3))
      next_probe = time.monotonic() + self.container[kind].get("periodSeconds", 10)
      self.report(ready)

  def end(self):
    """preStop, SIGTERM and, when the grace period has passed, SIGKILL; then the pod's object is deleted."""
    grace = self.spec.get("terminationGracePeriodSeconds", 30)
    if self.process is not None:
      deadline = time.monotonic() + grace
      hook = self.container.get("lifecycle", {}).get("preStop", {}).get("exec")
      if hook is not None:
        subprocess.run(self.command(*hook["command"]), check=False, timeout=grace)
      self.process.terminate()
      try:
        status = self.process.wait(max(deadline - time.monotonic(), 0.1))
      except subprocess.TimeoutExpired:
        self.process.kill()
        status = self.process.wait()
      log(f"{self.name}: stopped with status {status}")
    subprocess.run(["ip", "netns", "del", f"pod{self.number}"], check=False, stderr=subprocess.DEVNULL)
    api("DELETE", core("pods", self.name), {"gracePeriodSeconds": 0, "preconditions": {"uid": self.uid}})


def bind(manifest, pods):
  """Chooses the node that has the fewest pods of the same template, as the topology spread constraints ask for."""
  template = manifest["metadata"]["labels"].get("pod-template-hash")
  used = [pod.spec["nodeName"] for pod in pods.values()
          if pod.manifest["metadata"]["labels"].get("pod-template-hash") == template and not pod.deleted.is_set()]
  node = min(NODES, key=used.count)
  api("POST", core("pods", manifest["metadata"]["name"], "binding"),
      {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": manifest["metadata"]["name"]}, "target": {"kind": "Node", "name": node}})


def main():
  for name in ("pods", "logs"):
    (folder / name).mkdir(exist_ok=True)
  pods = {}
  while True:
    try:
      code, listed = api("GET", core("pods"))
    except OSError as error:
      log(f"the API server: {error}")
      code = 0
    if code == 200:
      for manifest in listed["items"]:
        uid = manifest["metadata"]["uid"]
        if "nodeName" not in manifest["spec"]:
          bind(manifest, pods)
        elif uid not in pods:
          pods[uid] = Pod(manifest)
          pods[uid].start()
        if "deletionTimestamp" in manifest["metadata"] and uid in pods:
          pods[uid].deleted.set()
    time.sleep(0.2)


main()
