#!/usr/bin/env python3
"""Cases of what `droveway init` writes: init.py DROVEWAY [--count 50] [--seed 1] > CASES.jsonl

Each is for a cluster derived from the laboratory's own state (corpus/cluster.json): some NICs are gone or down, ranges are
taken, or options ask for a NIC, a range, a size, a plugin or IPv6. The laboratory has the NICs all the same, so it can attach
whatever is written. A derived cluster in which nothing fits is left out, and so are VLANs, which the kernel of the laboratory
may lack.

init.py --judge RESULTS.jsonl: exits with 1 unless all of them work."""
import argparse
import copy
import json
import pathlib
import random
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
NICS = ["eth1", "enp129s0f0np0", "eth2", "eth6", "br-mig", "br-jumbo"]
HYPERCONVERGED = {"apiVersion": "hco.kubevirt.io/v1", "kind": "HyperConverged",
                  "metadata": {"namespace": "openshift-cnv", "name": "kubevirt-hyperconverged"},
                  "spec": {"featureGates": [{"name": "decentralizedLiveMigration", "state": "Disabled"}]}}
KUBEVIRT = {"apiVersion": "kubevirt.io/v1", "kind": "KubeVirt", "metadata": {"namespace": "openshift-cnv", "name": "kubevirt"},
            "spec": {"configuration": {}}}
RANGES = ["10.77.0.0/24", "10.77.0.10-10.77.0.60/24", "172.21.5.64/26", "fd00:77::/112", "fd00:77:1::10-fd00:77:1::ff/64"]


def tenant(name, cidr):
  config = {"cniVersion": "0.3.1", "name": name, "type": "macvlan", "master": "eth9", "ipam": {"type": "whereabouts", "range": cidr}}
  return {"apiVersion": "k8s.cni.cncf.io/v1", "kind": "NetworkAttachmentDefinition", "metadata": {"namespace": "vms", "name": name},
          "spec": {"config": json.dumps(config)}}


def without(items, nics):
  for item in items:
    if item["kind"] == "NodeNetworkState":
      state = item["status"]["currentState"]
      state["interfaces"] = [nic for nic in state["interfaces"] if nic["name"] not in nics]


def lowered(items, nics):
  """These NICs are down on one node."""
  states = [item for item in items if item["kind"] == "NodeNetworkState"]
  for nic in random.choice(states)["status"]["currentState"]["interfaces"]:
    if nic["name"] in nics:
      nic["state"] = "down"


def derive(state):
  """A cluster, and the options for it."""
  items = copy.deepcopy(state["items"])
  options = []
  items.append(random.choice([HYPERCONVERGED, KUBEVIRT]))
  if random.random() < 0.5:
    options += ["--nic", random.choice(NICS)]
  else:
    without(items, random.sample(["eth1", "eth2", "eth6"], random.randrange(3)))
    lowered(items, random.sample(["eth1", "eth2", "br-mig", "br-jumbo"], random.randrange(3)))
  if random.random() < 0.2:
    options += ["--plugin", "macvlan"]
  for number in range(random.randrange(3)):
    items.append(tenant(f"tenant-{number}", random.choice(["192.168.99.0/24", "192.168.98.0/23", "192.168.0.0/16", "10.200.0.0/16"])))
  options += random.choice([[], [], ["--ipv6"], ["--size", "/24"], ["--size", "/29"], ["--range", random.choice(RANGES)],
                            ["--remote-cluster", "east=192.168.99.0/24"]])
  if random.random() < 0.3:
    options += ["--name", random.choice(["fast", "live-migrations", "a"])]
  return items, options


def written(droveway, items, options):
  """The NAD that init writes; None if it refuses because nothing fits."""
  with tempfile.TemporaryDirectory() as folder:
    pathlib.Path(folder, "cluster.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    done = subprocess.run([droveway, "init", "--state", folder, "--yes", "--dry-run", *options], capture_output=True, text=True,
                          check=False)
  if done.returncode == 1:
    return None
  if done.returncode != 0:
    sys.exit(f"init {' '.join(options)}: {done.stderr}")
  documents = [text for text in done.stdout.split("---\n") if "kind: NetworkAttachmentDefinition" in text]
  # The laboratory has the NICs of the recorded nodes only.
  return None if "NodeNetworkConfigurationPolicy" in done.stdout else documents[0]


def make(droveway, count, seed):
  random.seed(seed)
  state = json.loads((HERE / "corpus/cluster.json").read_text())
  made = 0
  while made < count:
    items, options = derive(state)
    nad = written(droveway, items, options)
    if nad is None:
      continue
    made += 1
    name = next(line.split()[1] for line in nad.splitlines() if line.startswith("  name:"))
    print(json.dumps({"group": "init", "id": f"init-{made:03}", "name": name, "concurrent": True, "how": options,
                      "config": nad.split("  config: |\n")[1]}))


def judge(path):
  rows = [json.loads(line) for line in open(path, encoding="utf-8")]
  bad = [row for row in rows if row["reality"] != "works" or row.get("danger")]
  for row in bad:
    print(f"{row['id']} {' '.join(row['how'])}: {row['reality']}: {'; '.join(row['problems'])[:300]} {row.get('danger', '')}")
    print(row["config"])
  print(f"{len(rows)} networks that `droveway init` wrote were attached; {len(rows) - len(bad)} work")
  return 1 if bad or not rows else 0


def main():
  parser = argparse.ArgumentParser()
  parser.add_argument("droveway", nargs="?")
  parser.add_argument("--count", type=int, default=50)
  parser.add_argument("--seed", type=int, default=1)
  parser.add_argument("--judge")
  arguments = parser.parse_args()
  if arguments.judge:
    sys.exit(judge(arguments.judge))
  make(arguments.droveway, arguments.count, arguments.seed)


if __name__ == "__main__":
  main()
