#!/usr/bin/env python3
"""Composes CNI configurations from the keys and values that the plugins know: valid ones, bounds and invalid ones.

    generate.py [--seed N] [--count N]

prints cases for the laboratory, one JSON object per line. A case is a configuration that works, with up to three changes; `how` lists
them, so that a disagreement between a verdict and reality can be traced to one. The same seed gives the same cases. The tables come
from the plugins' own sources (containernetworking/plugins 1.10.0, whereabouts 0.9.2, libcni, Multus 4.2.3), never from Droveway's.
"""
import argparse
import copy
import json
import random

NAME = "migration-network"
POOL = {"type": "whereabouts", "range": "10.99.0.0/24"}
POOL6 = {"type": "whereabouts", "range": "fd00:99::/64"}
BOTH = {"type": "whereabouts", "ipRanges": [{"range": "10.99.0.0/24"}, {"range": "fd00:99::/64"}]}


class ABSENT:
    """Means that the key is left out. It is a class because copies of a class are identical to it."""



NOT_A_STRING = (5, True, ["x"], {"x": "y"})
NOT_A_NUMBER = ("1500", "", True, [1500], {"a": 1})
NOT_A_BOOL = ("true", 1, [True])
INTEGERS = (1e3, 1500.5, 9999999999, 99999999999999999999, -0.0)

NICS = ("eth1", "eth2", "eth3", "eth4", "eth5", "eth6", "eth7", "eth8", "eth0", "lo", "br-mig", "br-jumbo", "br-lonely", "br-part",
        "enp129s0f0np0", "enp129s0f0np0migration", "eth9", "ETH1", "eth1 ", "eth1.100", "eth1@if2", "", "a" * 15, "a" * 16, "../eth1")
MTUS = (0, 1, 67, 68, 576, 1000, 1279, 1280, 1400, 1499, 1500, 1501, 8999, 9000, 9001, 65535, 65536, -1)
MACS = ("", "02:00:00:00:00:05", "02-00-00-00-00-05", "0200.0000.0005", "01:00:5e:00:00:01", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "zz",
        "02:00:00:00:00", "02:00:00:00:00:00:00:05")
VERSIONS = ("0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0", "1.2.0", "2.0.0", "0.3", "v0.3.1", "", "1.0.0 ", "0.3.1-rc1", "01.0.0")
NAMES = (NAME, "other", "", "a", "9", "-a", "_a", "a.b", "a_b", "a-", "ümlaut", "a b", "a/b", "x" * 63, "x" * 64, "x" * 178, "x" * 181, "..")

COMMON = {  # the keys of libcni and Multus in the configuration of one plugin
    "capabilities": ({"mac": True}, {"ips": True}, {"portMappings": True}, {"mac": False}, {"foo": True}, {"bandwidth": True}, [], "x", None,
                     {"mac": "true"}, {"mac": 1}),
    "runtimeConfig": ({}, {"mac": "02:00:00:00:00:05"}, {"ips": ["10.99.0.5/24"]}, [], "x", {"mac": 5}),
    "args": ({}, {"cni": {}}, {"cni": {"mac": "02:00:00:00:00:06"}}, {"cni": {"ips": ["10.99.0.9/24"]}}, {"cni": "x"}, [], "x", {"other": 1}, None),
    "dns": ({}, {"nameservers": ["10.99.0.1"]}, {"nameservers": "10.99.0.1"}, {"nameservers": ["x"]}, {"domain": 5}, [], None, "x"),
    "prevResult": ({}, None, [], "x"),
    "unknown": (1, "x", {"a": [1, {"b": 2}]}, None, 1e300),
    "description": ("the network that virtual machines move over", 5),
}
PLUGINS = {
    "macvlan": {
        "master": NICS + NOT_A_STRING + (None, ABSENT),
        "mode": ("bridge", "private", "vepa", "passthru", "", "Bridge", "bridge ", "source", "l2", None, ABSENT) + NOT_A_STRING,
        "mtu": MTUS + INTEGERS + NOT_A_NUMBER + (None,),
        "mac": MACS + (5, None),
        "linkInContainer": (True, False, None) + NOT_A_BOOL,
        "bcqueuelen": (0, 1, 1000, 4294967295, 4294967296, -1, 1.5, "1000", None),
        "vlan": (0, 100, "100"), "bridge": ("br-mig", ""), "device": ("eth1",), "isGateway": (True,),
    },
    "bridge": {
        "bridge": NICS + NOT_A_STRING + (None, ABSENT, "br-new", "cni0"),
        "mtu": MTUS + INTEGERS + NOT_A_NUMBER + (None,),
        "isGateway": (True, False, None) + NOT_A_BOOL, "isDefaultGateway": (True, False) + NOT_A_BOOL, "forceAddress": (True, False, "true"),
        "ipMasq": (True, False) + NOT_A_BOOL, "ipMasqBackend": ("iptables", "nftables", "ipvs", "", 5), "hairpinMode": (True, False) + NOT_A_BOOL,
        "promiscMode": (True, False) + NOT_A_BOOL, "enabledad": (True, False, "true"), "portIsolation": (True, False, "true"),
        "preserveDefaultVlan": (True, False, "true"), "disableContainerInterface": (True, False, "true"), "mac": MACS + (5,),
        "vlan": (0, "0", None, []), "vlanTrunk": ([], None, {}, "x", [5]), "master": ("eth1", 5), "mode": ("bridge", "l2"),
    },
    "host-device": {
        "device": ("eth2", "eth3", "eth1", "eth5", "eth8", "eth9", "", "lo", "enp129s0f0np0", 5, None, ABSENT),
        "hwaddr": ("02:aa:bb:cc:dd:ee", "zz", "", 5), "kernelpath": ("/sys/devices/x", "/sys/class/net/eth2", "x", ""),
        "pciBusID": ("0000:00:1f.6", "zz", ""), "runtimeConfig": ({"deviceID": "0000:00:1f.6"}, {}),
    },
    "ptp": {"mtu": (0, 1500, 1279, 67, "1500"), "ipMasq": (True, "true"), "ipMasqBackend": ("nftables", "x")},
    "dummy": {}, "tap": {"mtu": (1500, "1500"), "multiQueue": (True, 1), "owner": (0, "root"), "selinuxContext": ("", 5)},
}
NETWORKS = ("203.0.113.0/24", "203.0.113.7/24", "203.0.113.7", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.99.0.0/24", "10.99.0.0/25", "10.98.0.0/15",
            "10.128.0.0/14", "10.128.2.0/24", "10.0.0.0/8", "172.30.0.0/16", "172.30.0.1/32", "172.16.0.0/12", "192.168.1.0/24", "192.168.1.2/32",
            "192.168.1.200/32", "192.168.1.12/32", "192.168.0.0/16", "169.254.0.0/16", "224.0.0.0/4", "127.0.0.0/8", "::/0", "fd01::/48", "x", "", 5, None, ABSENT)
GATEWAYS = (ABSENT, ABSENT, "10.99.0.254", "10.99.0.1", "10.99.0.0", "10.99.0.255", "10.98.0.1", "192.168.1.1", "fd00:99::1", "fe80::1", "x", "", None, 5,
            "10.99.0.254/24", "0.0.0.0", "010.99.0.254")
RANGES = ("10.99.0.0/24", "10.99.0.5/24", "10.99.0.0/16", "10.0.0.0/8", "10.99.0.0/29", "10.99.0.0/30", "10.99.0.0/31", "10.99.0.7/32", "10.99.0.0/33", "10.99.0.0",
          "10.99.0.0/", "10.99.0.0/-1", "10.99.0.0/024", " 10.99.0.0/24", "10.99.0.0/24 ", "10.99.0/24", "10.99.0.0/255.255.255.0", "10.99.0.256/24", "010.99.0.0/24",
          "10.99.0.10-10.99.0.20/24", "10.99.0.10-10.99.0.12/24", "10.99.0.10-10.99.0.11/24", "10.99.0.20-10.99.0.10/24", "10.99.0.10-10.99.0.20",
          "10.99.0.10 - 10.99.0.20/24", "10.99.0.10-20/24", "10.98.0.10-10.99.0.20/24", "10.99.0.0-10.99.0.255/24", "10.99.0.10-/24", "-10.99.0.10/24",
          "fd00:99::/64", "fd00:99::/112", "fd00:99::/125", "fd00:99::/126", "fd00:99::/127", "fd00:99::1/128", "fd00:99::/129", "FD00:99::/64", "fd00:99::10-fd00:99::20/64",
          "::ffff:10.99.0.0/120", "fe80::/64", "fec0::/64", "ff02::/64", "2001:db8::/64", "2600:1f18::/64", "::1:0/112", "fd00:99::%eth1/64", "64:ff9b::/96",
          "0.0.0.0/24", "127.9.0.0/24", "169.254.5.0/24", "224.0.5.0/24", "240.0.5.0/24", "255.255.255.0/24", "100.64.5.0/24", "198.51.100.0/24",
          "10.128.0.0/24", "10.131.250.0/24", "10.120.0.0/13", "172.30.0.0/24", "172.30.255.0/24", "192.168.1.0/24", "192.168.1.128/25", "192.168.0.0/22",
          "x", "", 5, None, ABSENT, ["10.99.0.0/24"], {"range": "10.99.0.0/24"})
ENDS = ("10.99.0.0", "10.99.0.1", "10.99.0.2", "10.99.0.100", "10.99.0.101", "10.99.0.102", "10.99.0.103", "10.99.0.200", "10.99.0.254", "10.99.0.255", "10.98.0.5", "10.100.0.5",
        "fd00:99::5", "::ffff:10.99.0.100", "10.99.0.100/24", "10.99.0.100 ", "010.99.0.100", "10.99.0", "x", "", None, 5)
EXCLUDES = ("10.99.0.1", "10.99.0.1/32", "10.99.0.0/28", "10.99.0.5/28", "10.99.0.0/25", "10.99.0.0/24", "10.99.0.128/25", "10.98.0.0/24", "10.99.0.10-10.99.0.20", "fd00:99::/96",
            "10.99.0.0/16", "0.0.0.0/0", "::ffff:10.99.0.0/104", " 10.99.0.1", "10.99.0.01", "x", "", None, 5)
WHEREABOUTS = {
    "range": RANGES, "range_start": ENDS, "range_end": ENDS,
    "exclude": tuple([e] for e in EXCLUDES) + (["10.99.0.0/25", "10.99.0.128/25"], ["10.99.0.0/25", "10.99.0.128/26", "10.99.0.192/27", "10.99.0.224/28", "10.99.0.240/29"],
                                               ["10.99.0.1", "10.99.0.1"], [], None, "10.99.0.1", {"a": "b"}, 5),
    "gateway": GATEWAYS[2:],
    "routes": ([], None, "x", {}, [5], [None], [{}], ["203.0.113.0/24"]),
    "ipRanges": ([], None, {}, "x", [{}], [None], [{"range": "10.97.0.0/24"}], [{"range": "10.99.0.0/24"}], [{"range": "fd00:98::/64"}], [{"range": "x"}], [{"range": "10.97.0.0/30"}],
                 [{"range": "10.97.0.0/31"}], [{"range": "10.97.0.0/24", "exclude": ["10.97.0.0/24"]}], [{"range": "10.97.0.0/24", "range_start": "10.97.0.250"}],
                 [{"range": "10.97.0.0/24", "range_start": "10.97.0.254"}], [{"range": "10.128.4.0/24"}], [{"range": "10.99.0.128/25"}], [{"range": "10.97.0.0/24", "gateway": "10.97.0.1"}],
                 [{"range": "10.97.0.10-10.97.0.20/24"}], [{"range": "10.97.0.0/24", "exclude": "x"}], [{"Range": "10.97.0.0/24"}]),
    "enable_overlapping_ranges": (True, False, None, "false", 0),
    "network_name": ("", "blue", "blue-net", "Blue", "a_b", "a.b", "a..b", ".a", "-a", "a-", "a b", "a/b", "ümlaut", "n" * 200, "n" * 253, 5, None),
    "leader_lease_duration": (0, 1, 1500, 1001, 1000, 999, 30000, -1, "1500", 1.5, None), "leader_renew_deadline": (0, 1, 1000, 1499, 1500, 1501, -1, "1000", None),
    "leader_retry_period": (0, 1, 500, 833, 834, 1000, -1, "500", None), "sleep_for_race": (0, 1, "1", -1), "log_level": ("debug", "error", "panic", "trace", "", 5),
    "log_file": ("", "/var/log/whereabouts.log", "/nowhere/log", "relative.log", 5), "datastore": ("kubernetes", "etcd", "", 5), "etcd_host": ("10.0.0.1",),
    "configuration_path": ("", "/etc/cni/net.d/whereabouts.d/whereabouts.conf", "/nowhere", 5),
    "kubernetes": ({}, {"kubeconfig": "/etc/cni/net.d/whereabouts.d/whereabouts.kubeconfig"}, {"kubeconfig": ""}, None, [], "x", {"kubeconfig": 5}),
    "addresses": ([], None, [{"address": "10.96.0.5/24"}], "x", [{"address": "x"}]), "dns": ({}, {"nameservers": ["10.99.0.1"]}, "x", [], None),
    "subnet": ("10.99.0.0/24",), "rangeStart": ("10.99.0.10",), "Range": ("10.97.0.0/24", "10.99.0.0/24"), "gatway": ("10.99.0.254",), "excludes": (["10.99.0.1"],),
    "type": ("whereabouts", "wherabouts", "Whereabouts", "whereabouts ", "", None, ABSENT, 5, "dhcp", "host-local", "static", "./whereabouts", "none"),
    "name": ("x", 5), "node_slice_size": ("", None),
}
OTHER_IPAM = ({"type": "static", "addresses": [{"address": "10.99.0.5/24"}]}, {"type": "static"}, {"type": "host-local", "subnet": "10.99.0.0/24"},
              {"type": "host-local", "ranges": [[{"subnet": "10.99.0.0/24", "rangeStart": "10.99.0.10"}]]}, {"type": "dhcp"}, {}, None, [], "whereabouts", ABSENT, 5)
CHAIN = {
    "tuning": {
        "sysctl": tuple({k: v} for k in ("net.ipv4.conf.IFNAME.arp_ignore", "net.ipv4.conf.migration0.arp_filter", "net.ipv4.conf.all.arp_ignore", "net.ipv6.conf.IFNAME.accept_ra",
                                        "net.ipv6.conf.IFNAME.disable_ipv6", "net/ipv4/conf/IFNAME/arp_announce", "net.core.somaxconn", "kernel.hostname", "net.ipv4.conf.IFNAME.nosuch",
                                        "net.ipv4.conf.eth9.arp_ignore", "net.ipv4.ip_forward", "../kernel.x", "net.ipv4.tcp_mem", "") for v in ("1", "0"))
        + ({"net.ipv4.conf.IFNAME.arp_ignore": 1}, {"net.ipv4.conf.IFNAME.arp_ignore": True}, {"net.ipv4.conf.IFNAME.arp_ignore": "x"}, {"net.ipv4.conf.IFNAME.arp_ignore": ""},
           {"net.ipv4.conf.IFNAME.arp_ignore": None}, {}, None, [], "x"),
        "mtu": MTUS + NOT_A_NUMBER, "mac": MACS + (5,), "promisc": (True, False) + NOT_A_BOOL, "allmulti": (True, False, "true"),
        "txQLen": (0, 1, 1000, -1, "1000", 4294967296), "dataDir": ("/run/cni/tuning", "", 5),
    },
    "sbr": {"table": (0, 1, 100, 252, 253, 254, 255, 256, 4294967295, -1, "100", 1.5), "addSourceHints": (True, False, "true")},
    "bandwidth": {"ingressRate": (0, 1, 8, 1000000, 1000000000, 100000000000, -1, "1G", 1e9), "ingressBurst": (0, 1, 8, 1000000, 1000000000, 2147483647, 34359738360, 34359738361, -1, "1"),
                  "egressRate": (0, 8, 1000000000, -1, "1G"), "egressBurst": (0, 8, 1000000000, 34359738361), "unshapedSubnets": ([], ["10.99.0.0/24"], "x"), "shapedSubnets": (["x"],)},
    "portmap": {"snat": (True, False, None, "true"), "markMasqBit": (0, 13, 31, 32, -1, "13"), "externalSetMarkChain": ("X", "", 5), "conditionsV4": ([], ["-d", "x"], "x", [5]),
                "conditionsV6": ([], "x"), "masqAll": (True, "x"), "backend": ("iptables", "nftables", "ipvs", "", 5), "capabilities": ({"portMappings": True}, {"portMappings": "x"}),
                "runtimeConfig": ({"portMappings": []}, {"portMappings": [{"hostPort": 8080, "containerPort": 80, "protocol": "tcp"}]}, {"portMappings": "x"})},
    "firewall": {"backend": ("iptables", "", "bogus", 5), "iptablesAdminChainName": ("ADMIN", "", "x" * 40, 5), "firewalldZone": ("trusted", "", 5),
                 "ingressPolicy": ("", "open", "same-bridge", "isolated", "Open", 5)},
    "vrf": {"vrfname": ("blue", "", 5, "a" * 16, ABSENT), "table": (0, 100, "100")},
    "loopback": {}, "macvlan": {"master": ("eth2",)}, "nosuch": {}, "Tuning": {}, "bandwith": {}, "": {},
}


def pick(random_, values):
    return copy.deepcopy(random_.choice(values))


def put(where, key, value):
    if value is ABSENT:
        where.pop(key, None)
    else:
        where[key] = value


def shown(value):
    return "(absent)" if value is ABSENT else json.dumps(value)


class Case:
    """A configuration that is being composed: the main plugin, its IPAM, the plugins after it, and the objects around them."""

    def __init__(self, random_):
        self.random, self.how, self.more = random_, [], {}
        kind = random_.choices(("macvlan", "bridge", "cnv-bridge", "host-device", "ptp", "dummy", "tap"), (50, 30, 5, 8, 3, 2, 2))[0]
        self.kind = "bridge" if kind == "cnv-bridge" else kind
        self.main = {"type": kind}
        if kind == "macvlan":
            self.main.update(master=random_.choice(("eth1", "eth1", "eth2")), mode="bridge")
        elif self.kind == "bridge":
            self.main["bridge"] = random_.choice(("br-mig", "br-mig", "br-jumbo"))
        elif kind == "host-device":
            self.main["device"] = "eth2"
        self.ipam = copy.deepcopy(random_.choices((POOL, POOL6, BOTH), (75, 15, 10))[0])
        self.version = random_.choices(("0.3.1", "0.4.0", "1.0.0", "1.1.0", "0.3.0", "0.2.0", ABSENT), (60, 12, 10, 5, 3, 3, 7))[0]
        self.name = NAME
        self.plugins = [self.main]
        self.around = {}
        self.listed = random_.random() < 0.3
        self.text = None
        if random_.random() < 0.15:
            self.add_plugin()

    def say(self, where, key, value):
        self.how.append(f"{where}.{key} = {shown(value)}"[:200])

    def change(self, where, target, table):
        key = self.random.choices(tuple(table), [len(values) ** 0.7 for values in table.values()])[0]
        value = pick(self.random, table[key])
        put(target, key, value)
        self.say(where, key, value)

    def change_main(self):
        self.change(self.kind, self.main, PLUGINS[self.kind] or COMMON)

    def change_common(self):
        self.change(self.kind, self.main, COMMON)

    def change_pool(self):
        if not isinstance(self.ipam, dict):
            return
        key = self.random.choices(tuple(WHEREABOUTS), [6 if k in ("range", "range_start", "range_end", "exclude", "gateway", "routes", "ipRanges", "network_name") else 1
                                                       for k in WHEREABOUTS])[0]
        value = pick(self.random, WHEREABOUTS[key])
        if key == "range_start" and "range_end" not in self.ipam and self.random.random() < 0.5:
            put(self.ipam, "range_end", pick(self.random, ENDS))
            self.say("ipam", "range_end", self.ipam["range_end"])
        put(self.ipam, key, value)
        self.say("ipam", key, value)

    def change_routes(self):
        if not isinstance(self.ipam, dict):
            return
        routes = []
        for _ in range(self.random.choice((1, 1, 1, 2))):
            route = {}
            put(route, "dst", pick(self.random, NETWORKS))
            put(route, "gw", pick(self.random, GATEWAYS))
            for key, values in (("mtu", (1400, 0, "1400")), ("priority", (0, 100, -1)), ("table", (100, 254, 0)), ("scope", (0, 253, 254, 255)), ("advmss", (1000,))):
                if self.random.random() < 0.06:
                    route[key] = self.random.choice(values)
            routes.append(route)
        self.ipam["routes"] = routes
        self.say("ipam", "routes", routes)

    def change_ipam(self):
        self.ipam = pick(self.random, OTHER_IPAM)
        self.say(self.kind, "ipam", self.ipam)

    def add_plugin(self):
        kind = self.random.choices(tuple(CHAIN), [10, 5, 6, 5, 5, 2] + [1] * (len(CHAIN) - 6))[0]
        plugin = {"type": kind}
        self.how.append(f"chain + {kind or '(empty)'}")
        for _ in range(self.random.choice((0, 1, 1, 2)) if CHAIN[kind] else 0):
            self.change(kind, plugin, CHAIN[kind])
        if self.random.random() < 0.05:
            self.change(kind, plugin, COMMON)
        self.plugins.insert(0 if self.random.random() < 0.07 else len(self.plugins), plugin)
        self.listed = True

    def change_version(self):
        self.version = pick(self.random, VERSIONS + (ABSENT, None, 5))
        self.say("", "cniVersion", self.version)

    def change_name(self):
        self.name = pick(self.random, NAMES + (ABSENT, None, 5))
        self.say("", "name", self.name)

    def change_list(self):
        self.listed = True
        key, values = self.random.choice((("disableCheck", (True, False, "true", "x", 1, None)), ("disableGC", (True, "x")), ("cniVersions", ([], ["0.3.1", "1.0.0"], ["1.1.0"], ["9.9.9"], "x", None)),
                                         ("loadOnlyInlinedPlugins", (True, False, "x")), ("type", ("", "macvlan", None)), ("ipam", (POOL, None)), ("plugin", ([],)), ("Plugins", ([],))))
        value = pick(self.random, values)
        self.more[key] = value
        self.say("list", key, value)

    def change_around(self):
        """Adds other NADs, machines or settings to the case."""
        what = self.random.choice(("range", "part", "apart", "blue", "host-local", "vlan", "there", "annotation", "namespace"))
        other = {"name": "other", "config": json.dumps({"cniVersion": "0.3.1", "name": "other", "type": "macvlan", "master": self.main.get("master", "eth1"), "mode": "bridge", "ipam": {
            "range": POOL, "part": {"type": "whereabouts", "range": "10.99.0.128/25"}, "apart": {"type": "whereabouts", "range": "10.90.0.0/24"},
            "blue": {**POOL, "network_name": "blue"}, "host-local": {"type": "host-local", "subnet": "10.99.0.0/24"}}.get(what, POOL)})}
        if what in ("range", "part", "apart", "blue", "host-local"):
            self.around["others"] = [{**other, "attach": True}]
        elif what == "vlan":
            self.around["others"] = [{**other, "config": other["config"].replace('"eth1"', '"eth3"')}]
        elif what == "there":
            self.around["there"] = [self.random.choice(("10.99.0.1/24", "10.99.0.200/24", "10.90.0.1/24"))]
        elif what == "annotation":
            self.around["annotation"] = f"openshift-cnv/{NAME}"
        else:
            self.around["nad_annotations"] = {"k8s.v1.cni.cncf.io/resourceName": self.random.choice(("", "openshift.io/vf", "x"))}
        self.how.append(f"around: {what}")

    def change_text(self):
        """Changes the JSON text itself; `case` does that last."""
        self.text = self.random.choice(("upper", "capital", "twice", "twice-other", "float", "exponent", "escape", "comma", "comment", "single", "bom", "tail", "newline", "null", "long"))
        self.how.append(f"text: {self.text}")

    def change_once(self):
        self.random.choices((self.change_main, self.change_common, self.change_pool, self.change_routes, self.change_ipam, self.add_plugin, self.change_version, self.change_name,
                             self.change_list, self.change_around, self.change_text), (20, 5, 28, 9, 3, 14, 5, 4, 3, 4, 5))[0]()

    def case(self, identity, changes):
        for _ in range(changes):
            self.change_once()
        put(self.main, "ipam", self.ipam)
        top = {}
        put(top, "cniVersion", self.version)
        put(top, "name", self.name)
        if self.listed:
            top.update({"plugins": self.plugins, **self.more})
        else:
            top.update(self.main)
        return {"group": "generated", "id": identity, "config": self.written(top), "how": self.how, **self.around}

    def written(self, top):
        text = json.dumps(top, ensure_ascii=self.random.random() < 0.5, indent=self.random.choice((None, None, 2)))
        keys = [k for k in ("type", "master", "mode", "ipam", "range", "bridge", "mtu", "plugins", "cniVersion") if f'"{k}"' in text]
        key = self.random.choice(keys)
        simple = [k for k in ("type", "master", "mode", "range", "bridge") if f'"{k}": "' in text]
        if self.text in ("upper", "capital"):
            new = key.upper() if self.text == "upper" else key[:1].upper() + key[1:]
            self.how.append(f"{key} -> {new}")
            return text.replace(f'"{key}":', f'"{new}":', 1)
        if self.text in ("twice", "twice-other") and simple:
            key = self.random.choice(simple)
            begin = text.index(f'"{key}": "')
            end = text.index('"', begin + len(key) + 5) + 1
            again = text[begin:end] if self.text == "twice" else f'"{key}": "x"'
            self.how.append(f"{again} first")
            return text[:begin] + again + ", " + text[begin:]
        if self.text in ("float", "exponent"):
            return text[:1] + '"mtu": ' + ("1400.0" if self.text == "float" else "1.4e3") + ", " + text[1:]
        if self.text == "escape":
            return text.replace('"type"', '"t\\u0079pe"', 1)
        return {"comma": lambda: text[:-1] + ",}", "comment": lambda: text[:1] + " /* why */ " + text[1:], "single": lambda: text.replace('"', "'"), "bom": lambda: "\ufeff" + text,
                "tail": lambda: text + " x", "newline": lambda: "\n" + text + "\n\n", "null": lambda: text.replace(f'"{key}":', f'"{key}": null, "unused":', 1),
                "long": lambda: text[:1] + '"comment": "' + "x" * 5000 + '", ' + text[1:]}.get(self.text, lambda: text)()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--count", type=int, default=100)
    a = p.parse_args()
    random_, seen, n = random.Random(a.seed), set(), 0
    while n < a.count:
        made = Case(random_)
        case = made.case(f"generated-{a.seed}-{n}", random_.choices((1, 2, 3), (60, 30, 10))[0])
        same = (made.kind, tuple(made.how))
        if same not in seen:
            seen.add(same)
            print(json.dumps(case))
            n += 1


if __name__ == "__main__":
    main()
