#!/usr/bin/env python3
"""Prints N mutated CNI configurations, one JSON object per line: mutate.py N SEED

The originals are configurations from the repository: seeds.jsonl, the corpus of tests/lab, the manifests of tests/reports and those of
the rules' explanations. They are mutated first as trees of tokens (types, numbers, keys), then by value (known values of the key), and
finally as bytes."""
import json
import pathlib
import random
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]


class Raw(str):
    """A token that is written unchanged."""


class Pairs(list):
    """An object: its members in order. A key may occur twice."""


def parse(text):
    return json.loads(text, object_pairs_hook=Pairs, parse_int=Raw, parse_float=Raw, parse_constant=Raw)


# --- the originals ---

def block_configs(path):
    """The values of `config:` in a YAML manifest: block scalars and quoted strings that contain JSON."""
    lines = path.read_text().split("\n")
    for at, line in enumerate(lines):
        match = re.match(r"^(\s*)config:\s*(.*)$", line)
        if not match:
            continue
        indent, rest = len(match.group(1)), match.group(2).strip()
        if rest[:1] in ("|", ">"):
            body = []
            for below in lines[at + 1:]:
                if below.strip() and len(below) - len(below.lstrip()) <= indent:
                    break
                body.append(below)
            yield "\n".join(body)
        elif rest[:1] == "'" and rest[-1:] == "'":
            yield rest[1:-1].replace("''", "'")


def seeds():
    found = []
    for line in (HERE / "seeds.jsonl").read_text().splitlines():
        row = json.loads(line, object_pairs_hook=Pairs, parse_int=Raw, parse_float=Raw)
        row = dict(row)
        found.extend([(row["config"], row.get("resourceName"))] * 12)
    texts = []
    for path in sorted((ROOT / "tests/lab/corpus").glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        texts.extend(row["config"] for row in rows if isinstance(row.get("config"), str))
    for folder in ("tests/reports", "src/rules/explanations"):
        for path in sorted((ROOT / folder).rglob("*.yaml")):
            texts.extend(block_configs(path))
    for text in texts:
        try:
            tree = parse(text)
        except (ValueError, TypeError):
            continue
        if isinstance(tree, Pairs) and tree:
            found.append((tree, None))
    return found


# --- known values of keys ---

ADDRESSES = ["10.99.0.0", "10.99.0.1", "10.99.0.255", "10.99.0.5", "10.99.1.5", "010.099.000.005", "10.99.0.05", "::ffff:10.99.0.5",
             "::ffff:a63:5", "fd00:99::5", "FD00:99:0::5", "fe80::1", "fe80::1%eth0", "0.0.0.0", "::", "::1", "255.255.255.255",
             "10.99.0", "10.99.0.256", "10.99.0.5 ", " 10.99.0.5", "10.99.0.5/24", "10.99.0.5/32", "", "x", "1", "10.99.0.5.6", "::10.99.0.5",
             "0x0a.0.0.1", "10.99.0.-1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "fd00:99::00005", "fd00:99::005",
             "0000000010.99.0.5", "10.99.0.5\u0000", "１０.99.0.5", "fd00:99::5:", ":fd00::", "::ffff:010.99.0.5", "1:2:3:4:5:6:10.0.0.1"]
BASES4 = ["10.99.0.0", "10.99.0.7", "192.168.10.128", "010.99.0.0", "0.0.0.0", "224.0.0.0", "169.254.0.0", "127.0.0.0", "255.255.255.0", "100.64.0.0"]
BASES6 = ["fd00:99::", "fd00:99::7", "::", "::1:0", "fe80::", "ff02::", "::ffff:10.99.0.0", "::ffff:10.99.0.8", "2001:db8:0:1::", "FD00::ABCD:0"]
LENGTHS = ["", "0", "1", "7", "8", "16", "22", "23", "24", "25", "28", "29", "30", "31", "32", "33", "024", "00", "-1", "+24", "24 ", "1e1", "x",
           "64", "96", "104", "112", "119", "120", "121", "124", "125", "126", "127", "128", "129", "0128", "255.255.255.0", "4294967320"]
MACS = ["02:00:00:00:00:01", "02-00-00-00-00-01", "0200.0000.0001", "02:00:00:00:00", "02:00:00:00:00:01:02:03", "00:00:00:00:00:00",
        "01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "2:0:0:0:0:1", "020000000001", "", "02:00:00:00:00:0g", "02:00:00:00:00:01 ", "02:00:00-00:00:01",
        "02:00:00:00:00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f", "0200.0000.0001.0203"]
NAMES = ["eth1", "", "lo", "eth1.100", "enp129s0f0np0", "fifteen-letters", "sixteen-letters-", "a/b", "a b", "a:b", ".", "..", "eth\u00e9", "x" * 127, "x" * 128,
         "br-mig", "cni0", "eth1\n", "\u0001"]
INTEGERS = ["0", "-0", "1", "-1", "67", "68", "1279", "1280", "1500", "9000", "9001", "65535", "65536", "2147483647", "2147483648", "4294967295",
            "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615",
            "18446744073709551616", "1500.0", "1500.5", "1.5e3", "15E2", "1e400", "1e-400", "-0.0", "0.0", "1e18", "1e19", "1e20", "1e21", "9007199254740993",
            "100000000000000000000000", "0e0", "1E+2", "1500e-2", "150000e-2"]
BAD_NUMBERS = ["01", "+1", ".5", "1.", "0x10", "1e", "NaN", "Infinity", "-", "1_000", "--1", "1e+", "-01"]
VLANS = ["0", "1", "100", "4093", "4094", "4095", "4096", "-1", "65535", "65536", "100.0", "1e2", "100.5"]
TYPES = ["macvlan", "bridge", "ipvlan", "vlan", "host-device", "tuning", "sbr", "bandwidth", "portmap", "firewall", "vrf", "ptp", "tap", "dummy", "ovs", "sriov",
         "ovn-k8s-cni-overlay", "bond", "cnv-bridge", "loopback", "", "Macvlan", "macvlan ", "nosuch", "a/b", "..", "."]
IPAM_TYPES = ["whereabouts", "host-local", "static", "dhcp", "", "Whereabouts", "nosuch", "a/b"]
VERSIONS = ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0", "", "1.2.0", "0.3.2", "1.0", "v1.0.0", "0.3.1 ", "1", "0.5.0", "2.0.0", "00.3.1", "0.0.0",
            "1.0.0-rc1", "-1.0.0"]
NETWORK_NAMES = ["n", "", "a b", "-a", "a.b", "A_B", "a" * 64, "a" * 240, "\u00e9", "a/b", "_a", "9", "a-", ".a", "migration-network"]
SYSCTLS = ["net.ipv4.conf.IFNAME.arp_notify", "net/ipv4/conf/IFNAME/arp_notify", "kernel.shmmax", "net..x", "", "net.ipv4.ip_forward", "/net/ipv4/ip_forward"]


def cidr(r):
    base = r.choice(BASES4 + BASES6) if r.random() < .8 else r.choice(ADDRESSES)
    good = ["16", "22", "24", "25", "28", "29", "30"] if ":" not in base else ["64", "112", "120", "124", "126"]
    length = r.choice(good) if r.random() < .55 else r.choice(LENGTHS)
    return base + ("/" + length if length or r.random() < .2 else "")


def span(r):
    if r.random() < .5:
        return cidr(r)
    if r.random() < .6:
        base = r.choice(["10.99.0.", "fd00:99::", "::ffff:10.99.0."])
        a, b = r.choice([0, 1, 5, 9, 15, 16, 63, 64, 200, 254, 255, 256]), r.choice([0, 1, 5, 9, 15, 16, 63, 64, 200, 254, 255])
        return f"{base}{a}-{base}{b}/{r.choice(['24', '28', '26', '120', '124', '64', '112', '31', '32', '128', '127'])}"
    return r.choice(ADDRESSES) + r.choice(["-", " - ", "-", "--", ","]) + r.choice(ADDRESSES) + "/" + r.choice(LENGTHS)


def near(r):
    """An address near the ranges of the seeds."""
    return r.choice([f"10.99.0.{r.choice([0, 1, 2, 9, 10, 12, 15, 16, 63, 64, 90, 254, 255])}", f"fd00:99::{r.choice(['0', '1', '5', '20', 'ff', '100', '5f'])}",
                     f"10.99.{r.randrange(15)}.{r.randrange(256)}"])


def words(*choices):
    return lambda r: r.choice(choices)


def raws(choices):
    return lambda r: Raw(r.choice(choices))


def address(r):
    return near(r) if r.random() < .5 else r.choice(ADDRESSES)


def exclude(r):
    return r.choice([cidr, address, lambda r: near(r) + "/" + r.choice(["32", "30", "28", "24", "128", "120"]), span])(r)


BY_KEY = {
    "range": span, "subnet": cidr, "dst": cidr, "address": cidr, "subnets": lambda r: ",".join(cidr(r) for _ in range(r.choice([1, 1, 1, 2]))) + r.choice(["", "", "/24", "/26", "/64"]),
    "excludesubnets": lambda r: ",".join(cidr(r) for _ in range(r.choice([1, 1, 2]))),
    "range_start": address, "range_end": address, "rangestart": address, "rangeend": address, "gateway": address, "gw": address,
    "exclude": lambda r: [exclude(r) for _ in range(r.choice([0, 1, 1, 2, 3]))],
    "mac": words(*MACS), "hwaddr": words(*MACS), "master": words(*NAMES), "bridge": words(*NAMES), "device": words(*NAMES), "vrfname": words(*NAMES),
    "vlan": raws(VLANS), "vlanid": raws(VLANS), "id": raws(VLANS), "minid": raws(VLANS), "maxid": raws(VLANS), "vlanqos": raws(["0", "7", "8", "-1", "1"]),
    "mtu": raws(INTEGERS), "type": words(*TYPES), "cniversion": words(*VERSIONS), "name": words(*NETWORK_NAMES), "network_name": words(*NETWORK_NAMES),
    "mode": words("bridge", "private", "vepa", "passthru", "", "Bridge", "l2", "l3", "l3s", "bridge ", "802.3ad"),
    "node_slice_size": words("/26", "26", "/31", "/32", "/21", "/22", "/33", "", "x", "/0", "/24", "/64"),
    "ingresspolicy": words("open", "same-bridge", "isolated", "", "closed"), "backend": words("iptables", "nftables", "", "firewalld", "x"),
    "ipmasqbackend": words("iptables", "nftables", "", "x"), "option": words("routers", "12", "255", "256", "-1", "", "x", "host-name", "012", "+12"),
    "topology": words("layer2", "layer3", "localnet", "", "Layer2", "flat"), "role": words("primary", "secondary", "", "x"),
    "netattachdefname": words("openshift-cnv/migration-network", "migration-network", "", "a/b"),
    "link_state": words("auto", "enable", "disable", "", "on"), "disablecheck": lambda r: r.choice([True, False, "true", "TRUE", "yes", "", Raw("1")]),
    "disablegc": lambda r: r.choice([True, False, "true", "no", Raw("null")]), "loadonlyinlinedplugins": lambda r: r.choice([True, False, "true", "x"]),
    "cniversions": lambda r: [r.choice(VERSIONS) for _ in range(r.choice([0, 1, 2, 3]))],
}
NEW_KEYS = ["range", "range_start", "range_end", "exclude", "ipRanges", "gateway", "Gateway", "routes", "addresses", "Address", "name", "Name", "cniVersion", "CNIVersion", "type", "plugins",
            "Plugins", "ipam", "mtu", "mode", "vlan", "master", "prevResult", "capabilities", "runtimeConfig", "args", "dns", "disableCheck", "loadOnlyInlinedPlugins", "cniVersions", "unknown", "",
            "rangeStart", "subnet", "ranges", "node_slice_size", "network_name", "PodName", "leader_lease_duration", "datastore", "link\u017fInContainer", "\u212aubernetes", "mtu\u0000", "sysctl",
            "hairpinMode", "promiscMode", "isGateway", "ipMasq", "mac", "runtimeConfig", "bcqueuelen", "vlanTrunk", "trunk", "linkInContainer", "deviceID", "etcd_host", "sleep_for_race", "disableGC"]
BOOL_WORDS = [True, False, "true", "", Raw("0"), Raw("1"), Raw("null")]


# --- trees ---

def places(tree, path=()):
    """All values: (container, index, key or None)."""
    if isinstance(tree, Pairs):
        for i, (key, value) in enumerate(tree):
            yield tree, i, key
            yield from places(value, path + (key,))
    elif isinstance(tree, list):
        for i, value in enumerate(tree):
            yield tree, i, None
            yield from places(value, path)


def get(place):
    holder, i, key = place
    return holder[i][1] if key is not None else holder[i]


def put(place, value):
    holder, i, key = place
    holder[i] = (key, value) if key is not None else value


def any_value(r, depth=0):
    simple = [Raw("null"), True, False, "", "x", "10.99.0.0/24", "true", "1500", Raw(r.choice(INTEGERS)), Raw("0"), Pairs(), []]
    if depth > 2 or r.random() < .75:
        return r.choice(simple)
    if r.random() < .5:
        return [any_value(r, depth + 1) for _ in range(r.choice([1, 1, 2]))]
    return Pairs((r.choice(NEW_KEYS), any_value(r, depth + 1)) for _ in range(r.choice([1, 2])))


def other_case(r, key):
    return r.choice([key.upper(), key.lower(), key.capitalize(), key.swapcase(), key[:1].upper() + key[1:], "".join(r.choice([c.upper(), c.lower()]) for c in key)])


def for_key(r, key):
    maker = BY_KEY.get(key.lower())
    return maker(r) if maker else None


def by_value(r, tree, all_places):
    known = [p for p in all_places if p[2] is not None and p[2].lower() in BY_KEY]
    if not known:
        return
    place = r.choice(known)
    inside_ipam = any(holder_has(tree, place[0], "ipam") for _ in (0,))
    if place[2].lower() == "type" and inside_ipam:
        put(place, r.choice(IPAM_TYPES))
    else:
        put(place, for_key(r, place[2]))


def holder_has(tree, holder, key):
    """Returns true if HOLDER is the member KEY of an object."""
    if isinstance(tree, Pairs):
        return any((k == key and v is holder) or holder_has(v, holder, key) for k, v in tree)
    return isinstance(tree, list) and any(holder_has(v, holder, key) for v in tree)


def retype(r, tree, all_places):
    place = r.choice(all_places)
    value = get(place)
    if isinstance(value, Raw) and r.random() < .7:
        put(place, r.choice([str(value), Raw(r.choice(INTEGERS)), Raw(str(value) + r.choice([".0", "e0", ".5", "0", "E0"])), [value], True, Raw("null")]))
    elif isinstance(value, bool):
        put(place, r.choice(BOOL_WORDS))
    elif isinstance(value, str) and not isinstance(value, Raw):
        put(place, r.choice([[value], Raw("null"), "", value + " ", value.upper(), Raw("1"), True, Pairs([("x", value)]), value + "\u0000", value + "\ud800"]))
    elif isinstance(value, Pairs):
        put(place, r.choice([[value], Raw("null"), "x", [], Pairs(), True, Raw("1")]))
    elif isinstance(value, list):
        put(place, r.choice([value[0] if value else "x", value + value, [], Raw("null"), "x", Pairs(), value + [Raw("null")], value + ["x"], [value], value[1:]]))
    else:
        put(place, any_value(r))


def number(r, tree, all_places):
    numbers = [p for p in all_places if isinstance(get(p), Raw)]
    if numbers:
        put(r.choice(numbers), Raw(r.choice(INTEGERS)))


def text(r, tree, all_places):
    strings = [p for p in all_places if isinstance(get(p), str) and not isinstance(get(p), Raw) and get(p)]
    if not strings:
        return
    place = r.choice(strings)
    value = get(place)
    at = r.randrange(len(value))
    put(place, r.choice([value[:at] + value[at + 1:], value[:at] + r.choice("0.:/-19a \t%") + value[at:], value[:at] + r.choice("0.:/-19a") + value[at + 1:], value[:at], value[at:] + value[:at]]))


def objects(tree, all_places):
    return [tree] * isinstance(tree, Pairs) + [get(p) for p in all_places if isinstance(get(p), Pairs)]


def key_case(r, tree, all_places):
    keyed = [p for p in all_places if p[2]]
    if keyed:
        holder, i, key = r.choice(keyed)
        holder[i] = (other_case(r, key), holder[i][1])


def key_twice(r, tree, all_places):
    keyed = [p for p in all_places if p[2]]
    if keyed:
        holder, i, key = r.choice(keyed)
        value = for_key(r, key) if r.random() < .5 else holder[i][1]
        holder.insert(r.randrange(len(holder) + 1), (r.choice([key, key, other_case(r, key)]), any_value(r) if value is None else value))


def key_new(r, tree, all_places):
    holder = r.choice(objects(tree, all_places) or [Pairs()])
    key = r.choice(NEW_KEYS)
    value = for_key(r, key) if r.random() < .6 else None
    holder.insert(r.randrange(len(holder) + 1), (key, any_value(r) if value is None else value))


def key_gone(r, tree, all_places):
    keyed = [p for p in all_places if p[2] is not None]
    if keyed:
        holder, i, _ = r.choice(keyed)
        del holder[i]


def key_typo(r, tree, all_places):
    keyed = [p for p in all_places if p[2]]
    if keyed:
        holder, i, key = r.choice(keyed)
        at = r.randrange(len(key))
        holder[i] = (r.choice([key[:at] + key[at + 1:], key.replace("_", ""), key.replace("_", "-"), key + " ", key.replace("k", "\u212a").replace("s", "\u017f")]), holder[i][1])


def element(r, tree, all_places):
    lists = [get(p) for p in all_places if isinstance(get(p), list) and not isinstance(get(p), Pairs)]
    if lists:
        one = r.choice(lists)
        one.insert(r.randrange(len(one) + 1), r.choice([any_value(r), one[0] if one else "x", Raw("null")]))


def wrap(r, tree, all_places):
    place = r.choice(all_places)
    put(place, r.choice([[get(place)], Pairs([("cni", get(place))]), Pairs([(place[2] or "x", get(place))])]))


def option_of(r, tree, all_places):
    """Adds a known key to an object that may have it."""
    holder = r.choice(objects(tree, all_places) or [Pairs()])
    key = r.choice(sorted(BY_KEY))
    for known in NEW_KEYS:
        if known.lower() == key:
            key = known
    holder.append((key, BY_KEY[key.lower()](r)))


def sysctl(r, tree, all_places):
    for place in all_places:
        if place[2] == "sysctl":
            put(place, Pairs([(r.choice(SYSCTLS), r.choice(["1", "", "x", Raw("1"), Raw("null"), True]))]))


TREE = [(by_value, 40), (retype, 14), (number, 8), (text, 8), (key_case, 5), (key_twice, 3), (key_new, 8), (key_gone, 5), (key_typo, 3), (element, 4), (wrap, 2), (option_of, 6),
        (sysctl, 1)]


# --- texts ---

def write(r, value, loose):
    def blank():
        return r.choice(["", " ", "\n", "\t", "\r\n", "  "]) if loose else ""

    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, Pairs):
        return "{" + blank() + ",".join(f"{blank()}{quote(r, k, loose)}{blank()}:{blank()}{write(r, v, loose)}" for k, v in value) + blank() + "}"
    if isinstance(value, list):
        return "[" + ",".join(blank() + write(r, v, loose) for v in value) + blank() + "]"
    if isinstance(value, str):
        return quote(r, value, loose)
    return json.dumps(value)


def quote(r, value, loose):
    out = json.dumps(value, ensure_ascii=r.random() < .3 or any("\ud800" <= c <= "\udfff" for c in value))
    if loose and value and r.random() < .1:
        at = r.randrange(len(value))
        if ord(value[at]) < 0x10000:
            out = json.dumps(value[:at])[:-1] + r.choice(["\\u%04x", "\\u%04X"]) % ord(value[at]) + json.dumps(value[at + 1:])[1:]
    return out


def bytes_mutated(r, text):
    at = r.randrange(len(text) + 1)
    last = max(text.rfind("}"), 0)
    return r.choice([
        lambda: text[:at],
        lambda: text[:at] + r.choice(list("{}[],:\"'0-1ex \\/\t\u00a0\u0001\ufeff")) + text[at:],
        lambda: text[:at] + text[at + 1:],
        lambda: "\ufeff" + text,
        lambda: text + r.choice([" ", "\n", "\n\n{}", "x", ",", "//", "\u0000".replace("\u0000", " "), "null", "\x0b", "\u2028"]),
        lambda: text[:last] + "," + text[last:],
        lambda: text.replace('"', "'", 2),
        lambda: text.replace(",", ",,", 1),
        lambda: "/* c */" + text,
        lambda: text.replace("{", "{ // c\n", 1),
        lambda: text.replace(":", ": #c\n", 1),
        lambda: "[" + text + "]",
        lambda: json.dumps(text),
        lambda: r.choice(["", " ", "{}", "[]", "null", "true", "1", "\"\"", "{\"a\":", "[" * 200, "{\"a\":" * 140 + "1" + "}" * 140]),
        lambda: text.replace('"', '"\\u00', 1),
        lambda: re.sub(r"\"([a-z])", lambda m: "\"\\u%04x" % ord(m.group(1)), text, count=1),
        lambda: re.sub(r"(\d)", lambda m: r.choice(BAD_NUMBERS), text, count=1),
        lambda: re.sub(r":\s*(\d+)", lambda m: ": " + r.choice(BAD_NUMBERS), text, count=1),
        lambda: text.replace('": "', '": "\\ud83d', 1),
        lambda: text.replace('": "', '": "\\ud83d\\ude00', 1),
        lambda: text.replace('": "', '": "\\x', 1),
        lambda: text.replace('": "', '": "a\tb', 1),
    ])()


def on_a_nic(r, tree):
    """Replaces most masters by one that exists in the readers' namespace, so that the plugin continues reading."""
    for holder, i, key in places(tree):
        if key == "master" and r.random() < .7:
            holder[i] = (key, r.choice(["eth1", "eth1", "eth2"]))


def copy(tree):
    if isinstance(tree, Pairs):
        return Pairs((k, copy(v)) for k, v in tree)
    return [copy(v) for v in tree] if isinstance(tree, list) else tree


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    r = random.Random(seed)
    begin = seeds()
    functions, weights = zip(*TREE)
    for number_of in range(count):
        tree, resource = r.choice(begin)
        tree = copy(tree)
        on_a_nic(r, tree)
        for _ in range(r.choices([0, 1, 2, 3], [1, 60, 26, 13])[0]):
            all_places = list(places(tree))
            if all_places:
                r.choices(functions, weights)[0](r, tree, all_places)
        config = write(r, tree, r.random() < .3)
        if r.random() < .1:
            config = bytes_mutated(r, config)
        row = {"id": number_of, "name": "migration-network", "namespace": "openshift-cnv", "config": config}
        if resource:
            row["resourceName"] = resource
        print(json.dumps(row))


if __name__ == "__main__":
    main()
