"""Prints a file for a state folder with 1,200 pools and 5,000 nodes with four different sets of NICs."""

import json

NODES, POOLS = 5000, 1200


def node(i):
    return {
        "apiVersion": "v1", "kind": "Node",
        "metadata": {"name": f"worker-{i}", "labels": {"kubevirt.io/schedulable": "true", "kubernetes.io/os": "linux"}},
        "spec": {"podCIDRs": [f"10.{128 + i // 256}.{i % 256}.0/24"]},
        "status": {"addresses": [{"type": "InternalIP", "address": f"172.20.{i // 256}.{i % 256}"}]},
    }


def nics(i):
    interfaces = [
        {"name": "eth0", "type": "ethernet", "state": "up", "mtu": 1500,
         "ipv4": {"enabled": True, "address": [{"ip": f"172.20.{i // 256}.{i % 256}", "prefix-length": 16}]}},
        {"name": "eth1", "type": "ethernet", "state": "down" if i % 4 == 1 else "up", "mtu": 9000 if i % 4 else 1500},
    ]
    if i % 4 == 3:
        interfaces.pop()
    return {
        "apiVersion": "nmstate.io/v1beta1", "kind": "NodeNetworkState", "metadata": {"name": f"worker-{i}"},
        "status": {"currentState": {"interfaces": interfaces, "routes": {"running": [
            {"destination": "0.0.0.0/0", "next-hop-address": "172.20.255.254", "next-hop-interface": "eth0"}]}}},
    }


def pool(i):
    config = {"cniVersion": "0.3.1", "name": f"net-{i}", "type": "macvlan", "master": "eth1",
              "ipam": {"type": "whereabouts", "range": f"192.168.{i // 8}.{i % 8 * 32}/27"}}
    return {"apiVersion": "k8s.cni.cncf.io/v1", "kind": "NetworkAttachmentDefinition",
            "metadata": {"name": f"net-{i}", "namespace": "vms"}, "spec": {"config": json.dumps(config)}}


migration = pool(1200)
migration["metadata"] = {"name": "migration", "namespace": "openshift-cnv"}
items = [make(i) for make, count in ((node, NODES), (nics, NODES), (pool, POOLS)) for i in range(count)]
print(json.dumps({"apiVersion": "v1", "kind": "List", "items": [*items, migration]}))
