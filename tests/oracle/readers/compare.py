#!/usr/bin/env python3
"""compare.py INPUT READERS DROVEWAY OVN TABLE: prints how the real readers and Droveway differ

There are three kinds of difference: `miss` (a reader rejects it, but no rule about reading denies it), `refused` (all readers accept
it, but such a rule denies it) and `value` (both read it, but differently). Differences that a row of TABLE explains are counted. The
others are printed, and the exit status is 1."""
import collections
import json
import re
import sys

# Rules about the meaning or the risks of a configuration. Their denials do not mean that it can't be read.
MEANING = set("""
 cni-ambiguous-key mac-fixed ipam-lookalike-key ipam-unknown-key range-class range-leading-zero overlap-self gateway-in-pool
 gateway-outside overlap-cluster-network overlap-network overlap-remote-cluster node-address-in-pool migration-namespace migration-name migration-opaque
 migration-plugin master-required master-in-container master-missing master-unverified master-is-port master-down master-primary master-shared
 mtu-above-master mtu-inconsistent bridge-uplink bridge-vlan ipam-required ipam-per-node pool-too-small pool-tight reservation-off default-route
 range-ignored exclude-outside ovn-mapping ovn-conflict device-missing route-unusable node-slice
 plugin-chain interface-name""".split())
# Those of them about configurations with which pods fail. A reader may reject these configurations, too.
FAILING = set("""cni-ambiguous-key device-missing migration-plugin ipam-required route-unusable node-slice master-required bridge-uplink
 ipam-lookalike-key plugin-chain interface-name range-class mtu-above-master""".split())
NUMBERS = re.compile(r"[0-9a-f]*:[0-9a-f:.]*|\d[\d.]*")


def lines(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


def denials(found):
    return [f for f in found if f["denies"]]


def misses_and_refusals(row, reader, verdict, ovn):
    reading = [f for f in denials(verdict["other"]) if f["rule"] not in MEANING]
    failing = [f for f in denials(verdict["migration"]) if f["rule"] in FAILING or f["rule"] not in MEANING]
    refused_by, error = (reader["by"], reader["error"]) if reader["verdict"] == "refused" else (None, None)
    if any(p["type"] == "ovn-k8s-cni-overlay" for p in reader["plugins"]) and refused_by is None:
        refused_by, error = ("ovn", ovn["error"]) if ovn.get("error") else (None, None)
    elif reader["verdict"] == "unknown":
        return
    if refused_by is not None and not reading and not failing:
        yield "miss", f"{refused_by}: {error}"
    elif refused_by is None and reading:
        first = reading[0]
        ends = ", ".join(f"{p['type']}: {p.get('outcome', '-')}" for p in reader["plugins"])
        yield "refused", f"[{first['rule']}] {first['field']}: {first['says']} | {ends}"


def pool_values(pools, keys):
    return [tuple(p.get(k) for k in keys) for p in pools]


# Members, and the plugins that read them.
READ = {"master": ("macvlan", "ipvlan", "vlan"), "mode": ("macvlan", "ipvlan"),
        "mtu": ("macvlan", "ipvlan", "vlan", "bridge", "cnv-bridge", "ptp", "tap", "tuning", "ovs")}


def values(row, reader, verdict, ovn):
    """Yields differences in the values, if both can read the configuration."""
    if reader["verdict"] != "accepted" or any(f["rule"] not in MEANING for f in denials(verdict["other"])):
        return
    if any(f["rule"] == "cni-ambiguous-key" for f in verdict["other"]):
        return
    if len(reader["plugins"]) != len(verdict["plugins"]):
        yield "value", f"plugins {[p['type'] for p in reader['plugins']]} {[p['type'] for p in verdict['plugins']]}"
        return
    for theirs, ours in zip(reader["plugins"], verdict["plugins"]):
        for key in ("type", "master", "mode", "mtu"):
            known = key in ours and ours["type"] in READ.get(key, (ours["type"],))
            if known and theirs.get(key) != (ours[key] or None):
                yield "value", f"{ours['type']} {key}: {theirs.get(key)!r} is {ours[key]!r}"
        if "ipam" in theirs:
            yield from ipam_values(theirs["ipam"], ours["ipam"])


def ipam_values(theirs, ours):
    if theirs["type"] != ours["type"]:
        yield "value", f"ipam.type: {theirs['type']!r} is {ours['type']!r}"
    elif theirs["type"] == "whereabouts" and not theirs.get("outcome"):
        for key in ("networkName", "gateway"):
            if theirs.get(key, "") != ours.get(key, ""):
                yield "value", f"whereabouts {key}: {theirs.get(key)!r} is {ours.get(key)!r}"
        keys = ("subnet", "first", "last", "next", "count")
        if pool_values(theirs["pools"], keys) != pool_values(ours["pools"], keys):
            yield "value", f"whereabouts pools: {pool_values(theirs['pools'], keys)} is {pool_values(ours['pools'], keys)}"
    elif theirs["type"] == "host-local":
        keys = ("subnet", "next", "count", "gateway")
        if sorted(map(str, pool_values([p for p in theirs["pools"] if p["count"]], keys))) != sorted(map(str, pool_values(ours["local"], keys))):
            yield "value", f"host-local pools: {pool_values(theirs['pools'], keys)} is {pool_values(ours['local'], keys)}"


def table(path):
    rows = []
    with open(path) as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                kind, difference, config, reason = line.rstrip("\n").split("\t")
                rows.append((kind, re.compile(difference), re.compile(config, re.S), reason))
    return rows


def main():
    rows = table(sys.argv[5])
    counts, used, unexplained = collections.Counter(), collections.Counter(), collections.defaultdict(list)
    for row, reader, verdict, ovn in zip(*map(lines, sys.argv[1:5]), strict=True):
        assert row["id"] == reader["id"] == verdict["id"] == ovn["id"]
        counts["texts"] += 1
        counts[reader["verdict"]] += 1
        counts["plugins read"] += len(reader["plugins"])
        for kind, difference in list(misses_and_refusals(row, reader, verdict, ovn)) + list(values(row, reader, verdict, ovn)):
            for i, (row_kind, pattern, config, _) in enumerate(rows):
                if kind == row_kind and pattern.search(difference) and config.search(row["config"]):
                    used[i] += 1
                    break
            else:
                unexplained[kind, NUMBERS.sub("#", difference)[:70]].append((row["id"], difference, row["config"]))
    print(", ".join(f"{counts[key]} {key}" for key in ("texts", "accepted", "refused", "unknown", "plugins read")))
    for i, count in used.most_common():
        print(f"  {count} explained: {rows[i][0]}: {rows[i][3]}")
    total = sum(map(len, unexplained.values()))
    print(f"{total} differences unexplained, in {len(unexplained)} groups")
    for (kind, group), cases in sorted(unexplained.items(), key=lambda item: -len(item[1]))[:int(sys.argv[6]) if len(sys.argv) > 6 else 30]:
        print(f"\n{len(cases)} x {kind}")
        for number, difference, config in cases[:2]:
            print(f"  #{number} {difference[:400]}\n    {config[:700]}")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
