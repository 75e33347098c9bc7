"""Prints a file for a state folder: clusters.py NAME. The clusters differ in what the page must say about them."""

import json
import sys


def node(name, address):
    labels = {"kubernetes.io/os": "linux", "node-role.kubernetes.io/worker": "", "kubevirt.io/schedulable": "true"}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels},
            "status": {"addresses": [{"type": "InternalIP", "address": address}]}}


def nics(name, address, more):
    own = {"name": "br-ex", "type": "ovs-interface", "state": "up", "mtu": 1500,
           "ipv4": {"enabled": True, "address": [{"ip": address, "prefix-length": 16}]}}
    route = {"destination": "0.0.0.0/0", "next-hop-address": "192.168.0.1", "next-hop-interface": "br-ex", "table-id": 254}
    return {"apiVersion": "nmstate.io/v1beta1", "kind": "NodeNetworkState", "metadata": {"name": name},
            "status": {"currentState": {"interfaces": [own, *more], "routes": {"running": [route]}}}}


def ethernet(name, **more):
    return {"name": name, "type": "ethernet", "state": "up", "mtu": 9000, "ethernet": {"speed": 25000}, **more}


def bond(state="up", mtu=9000):
    """bond1 with its two ports, and a free NIC."""
    return [{"name": "bond1", "type": "bond", "state": state, "mtu": mtu, "link-aggregation": {"mode": "802.3ad", "port": ["eth2", "eth3"]}},
            ethernet("eth2", controller="bond1", mtu=mtu), ethernet("eth3", controller="bond1", mtu=mtu), ethernet("eth4", mtu=1500)]


def nad(namespace, name, plugin, range_):
    config = {"cniVersion": "0.3.1", "name": name, **plugin, "ipam": {"type": "whereabouts", "range": range_}}
    return {"apiVersion": "k8s.cni.cncf.io/v1", "kind": "NetworkAttachmentDefinition",
            "metadata": {"name": name, "namespace": namespace}, "spec": {"config": json.dumps(config)}}


MACVLAN = {"type": "macvlan", "master": "bond1", "mode": "bridge"}


def network():
    return {"apiVersion": "config.openshift.io/v1", "kind": "Network", "metadata": {"name": "cluster"},
            "status": {"networkType": "OVNKubernetes", "clusterNetwork": [{"cidr": "10.128.0.0/14", "hostPrefix": 23}],
                       "serviceNetwork": ["172.30.0.0/16"]}}


def settings(name, decentralized=False):
    block = {"completionTimeoutPerGiB": 150, "parallelMigrationsPerCluster": 5, "parallelOutboundMigrationsPerNode": 2,
             "progressTimeout": 150}
    if name:
        block["network"] = name
    gates = [{"name": "decentralizedLiveMigration", "state": "Enabled" if decentralized else "Disabled"}]
    return {"apiVersion": "hco.kubevirt.io/v1", "kind": "HyperConverged",
            "metadata": {"name": "kubevirt-hyperconverged", "namespace": "openshift-cnv"},
            "spec": {"featureGates": gates, "virtualization": {"liveMigrationConfig": block}}}


def nodes(count, more=bond):
    both = []
    for i in range(count):
        name, address = f"worker-{i:03}", f"192.168.{1 + i // 200}.{10 + i % 200}"
        both += [node(name, address), nics(name, address, more() if callable(more) else more[i])]
    return both


def good():
    return [network(), settings("migration", True), nad("openshift-cnv", "migration", MACVLAN, "10.200.5.0/24"),
            nad("vms", "tenant-blue", {"type": "macvlan", "master": "eth4", "mode": "bridge"}, "10.51.0.0/24"), *nodes(12)]


def warned():
    """The range has room for one more node."""
    return [network(), settings("migration"), nad("openshift-cnv", "migration", MACVLAN, "10.200.5.0/28"), *nodes(13)]


def none():
    return [network(), settings(None), *nodes(6)]


def unset():
    return [network(), settings(None), nad("openshift-cnv", "migration", MACVLAN, "10.200.5.0/24"), *nodes(6)]


def unknown():
    """No NodeNetworkState."""
    objects = [network(), settings("migration"), nad("openshift-cnv", "migration", MACVLAN, "10.200.5.0/24"), *nodes(3)]
    return [o for o in objects if o["kind"] != "NodeNetworkState"]


def small():
    return [network(), settings("migration"), nad("openshift-cnv", "migration", {"type": "macvlan", "master": "eth1", "mode": "bridge"},
                                                   "192.168.90.0/29"), *nodes(1, lambda: [ethernet("eth1")])]


def bridge():
    """A bridge on a VLAN of a bond, and IPv6."""
    def more():
        return [{"name": "br-mig", "type": "linux-bridge", "state": "up", "mtu": 9000, "bridge": {"port": [{"name": "bond1.105"}]}},
                {"name": "bond1.105", "type": "vlan", "state": "up", "mtu": 9000, "controller": "br-mig", "vlan": {"base-iface": "bond1", "id": 105}},
                *bond()]
    return [network(), settings("migration"), nad("openshift-cnv", "migration", {"type": "bridge", "bridge": "br-mig"}, "fd00:10:5::/64"),
            nad("vms", "six", {"type": "macvlan", "master": "eth4", "mode": "bridge"}, "fd00:10:5:1::/64"),
            nad("vms", "six-small", {"type": "macvlan", "master": "eth4", "mode": "bridge"}, "fd00:10:6::/112"), *nodes(4, more)]


def big():
    """300 nodes and 200 NADs."""
    chains = [bond() if i < 280 else bond(state="down") if i < 290 else bond(mtu=1500) if i < 296 else bond()[1:] for i in range(300)]
    pools = [nad(f"team-{i % 20:02}", f"vm-network-{i:03}", {"type": "macvlan", "master": "eth4", "mode": "bridge"},
                 f"10.{50 + i % 40}.{i}.0/24") for i in range(199)]
    return [network(), settings("migration"), nad("openshift-cnv", "migration", MACVLAN, "10.51.1.0/24"), *pools, *nodes(300, chains)]


def much():
    """1,200 pools and 5,000 nodes with four different sets of NICs."""
    def one(i):
        name, address = f"worker-{i}", f"172.20.{i // 256}.{i % 256}"
        eth1 = ethernet("eth1", state="down" if i % 4 == 1 else "up", mtu=9000 if i % 4 else 1500)
        return [node(name, address), nics(name, address, [eth1] if i % 4 != 3 else [])]
    pools = [nad("vms", f"net-{i}", {"type": "macvlan", "master": "eth1"}, f"192.168.{i // 8}.{i % 8 * 32}/27") for i in range(1200)]
    return [network(), nad("openshift-cnv", "migration", {"type": "macvlan", "master": "eth1"}, "192.168.150.0/27"), *pools,
            *(thing for i in range(5000) for thing in one(i))]


CLUSTERS = {make.__name__: make for make in (good, warned, none, unset, unknown, small, bridge, big, much)}
if __name__ == "__main__":
    print(json.dumps({"apiVersion": "v1", "kind": "List", "items": CLUSTERS[sys.argv[1]]()}))
