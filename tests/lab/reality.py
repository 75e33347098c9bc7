#!/usr/bin/env python3
"""Prints docs/reality.md: reality.py DROVEWAY. The page shows each rule with the cases of the corpus that show it, how often verdict and
reality agree, and every disagreement with its reason."""
import collections
import glob
import json
import os
import re
import subprocess
import sys

from judge import HERE, STATE, TITLES, WRONG, all_of, classify, corpus, reasons, verdict

ROOT = os.path.dirname(os.path.dirname(HERE))
COMPOSED = f"{HERE}/corpus/composed.json"
EXAMPLES = 3
# Modules, and the folder whose go.mod pins their version.
MODULES = (
    ("CNI plugins", "tests/lab", "github.com/containernetworking/plugins"),
    ("whereabouts", "tests/lab", "github.com/k8snetworkplumbingwg/whereabouts"),
    ("Multus", "tests/lab", "gopkg.in/k8snetworkplumbingwg/multus-cni.v4"),
    ("Kubernetes (kube-apiserver)", "tests/e2e", "k8s.io/kubernetes"),
    ("KubeVirt", "tests/oracle/kubevirt", "kubevirt.io/kubevirt"),
    ("ovs-cni", "tests/oracle/readers", "github.com/k8snetworkplumbingwg/ovs-cni"),
    ("sriov-cni", "tests/oracle/readers", "github.com/k8snetworkplumbingwg/sriov-cni"),
    ("OVN-Kubernetes", "tests/oracle/readers/ovn", "github.com/ovn-org/ovn-kubernetes/go-controller"),
)
# The project of a source file, by its folder.
PROJECTS = (
    (r"pkg/virt-", "KubeVirt"),
    (r"pkg/k8sclient/", "Multus"),
    (r"pkg/(allocate|iphelpers|storage|node-controller)/", "whereabouts"),
    (r"(controllers|api/v1/hyperconverged)", "HyperConverged"),
    (r"(go-controller|pkg/ovn|pkg/util/multi_network|pkg/config)\b", "OVN-Kubernetes"),
)
INTRO = """# Verdicts and reality

After reading this page you know how far Droveway's verdicts agree with what happens on nodes. It is
generated from the recorded results by `make docs`; `make docs-check` fails if it is out of date.

The laboratory (`tests/lab/`) attaches CNI configurations to virt-handler pods (KubeVirt's agent) on
three nodes, which are Linux network namespaces. It uses the real plugins, Multus, whereabouts
(which hands out addresses), kube-apiserver and etcd. A configuration works if every pod gets a
distinct address on migration0, TCP and full-MTU packets get through between all nodes over it, and
the pods still reach the API server, services, their nodes and ordinary pods. Otherwise it fails, at
least in part. Each result is compared with the verdict on the same configuration, for a cluster
that looks like these nodes. `tests/lab/README.md` explains how it works and what else a case can
contain.

    make lab                                 # the recorded corpus, as root
    make lab ONLY='^seed/macvlan-mtu-9000$'  # a single case
    make lab-generated COUNT=500 SEED=7      # configurations composed at random
    make lab-mutants                         # does the laboratory notice if a rule is switched off or changed?
"""
ORACLES = """## Other comparisons

- `make oracle-readers` (root) mutates 20,000 configurations and compares how Droveway reads them
  with the plugins' and whereabouts' own readers. Differences that have a reason are in
  `tests/oracle/readers/explained.tsv`.
- `make oracle-kubevirt` compares which pods use an address of the migration network, and on which
  nodes, with KubeVirt's own code, for generated KubeVirt objects.
"""


def table(head, rows):
    yield f"| {' | '.join(head)} |"
    yield "|" + " --- |" * len(head)
    for row in rows:
        yield "| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |"
    yield ""


def code(words):
    return ", ".join(f"`{word}`" for word in words)


def link(rule):
    return f"[`{rule}`](rules.md#{rule})"


def name_of(row):
    return f"{row['group']}/{row['id']}"


def pinned(folder, module):
    with open(f"{ROOT}/{folder}/go.mod") as file:
        return re.search(rf"(?:^|\s){re.escape(module)} (v\S+)", file.read()).group(1)


def judged(droveway):
    rows, why = corpus(), reasons()
    for row, said in zip(rows, all_of(lambda row: verdict(droveway, STATE, row), rows)):
        row["verdict"] = said
        row["class"], row["because"] = classify(row, why)
    return rows


def composed():
    if not os.path.exists(COMPOSED):
        return None
    with open(COMPOSED) as file:
        return json.load(file)


# --- agreement --------------------------------------------------------------------------------------------------------

def agreement(rows, made):
    columns = [("attached once", collections.Counter(row["class"] for row in rows if "steps" not in row)),
               ("over time", collections.Counter(row["class"] for row in rows if "steps" in row))]
    if made:
        columns.append(("composed at random", collections.Counter(made["classes"])))
    titles = {"agree": "verdict and reality agree", **TITLES}
    yield "## Agreement\n"
    yield from table(["class", "meaning", *(name for name, _ in columns)],
                     [[kind, title, *(counts[kind] for _, counts in columns)] for kind, title in titles.items() if any(counts[kind] for _, counts in columns)]
                     + [["", "all", *(counts.total() for _, counts in columns)]])
    if made:
        seeds = ", ".join(f"{count} with seed {seed}" for seed, count in sorted(made["seeds"].items()))
        yield f"The composed configurations ran on {made['date']}: {seeds} (`tests/lab/corpus/composed.json`)."
    yield "Every disagreement is listed [below](#disagreements).\n"


# --- the rules --------------------------------------------------------------------------------------------------------

def shown(rule, rows):
    """The cases of RULE, except for those that this kernel can't attach, because they show nothing."""
    return [row for row in rows if rule in row["verdict"]["deny"] + row["verdict"]["warn"] and row["class"] != "kernel"]


def counts(rule, cases):
    """The row of a rule that the laboratory shows, with its clearest cases as examples."""
    fails = [row for row in cases if row["reality"] != "works"]
    denied = [row for row in fails if rule in row["verdict"]["deny"]]
    best = sorted(cases, key=lambda row: (len(set(row["verdict"]["deny"] + row["verdict"]["warn"])), row["reality"] == "works", row["class"] != "agree"))
    return [link(rule), len(cases), len(denied), len(fails) - len(denied), len(cases) - len(fails), code(name_of(row) for row in best[:EXAMPLES])]


def functions(text):
    return [word for word in re.findall(r"\w+", text) if re.search(r"[a-z][A-Z]|[A-Z][A-Z][a-z]", word) and word != "KubeVirt"]


def ground(rule):
    """The sources that the rule's explanation names: each file with the functions next to it, or else the sentence about a measurement."""
    with open(f"{ROOT}/src/rules/explanations/{rule}.yaml") as file:
        why = " ".join(re.match(r"why: \|\n((?:  .*\n|\n)*)", file.read()).group(1).split())
    found = []
    for match in re.finditer(r"([\w-]+(?:\.[\w-]+)*(?:/[\w.-]+)+\.go|[\w-]+\.go)\b", why):
        after = re.match(r" \(([^)]*)\)", why[match.end():])
        before = re.search(r"((?:\w+(?:\(\))?(?:,| and) )*\w+(?:\(\))?) in (?:[\w.'-]+ ){0,2}$", why[:match.start()])
        names = functions(after.group(1)) if after else functions(before.group(1)) if before else []
        project = next((name + " " for pattern, name in PROJECTS if re.match(pattern, match.group(1))), "")
        found.append(f"{project}`{match.group(1)}`" + (f" ({', '.join(names)})" if names else ""))
    measured = re.search(r"(?:^|[.:] )([^.:]*\bMeasured\b.*?\.)(?: |$)", why, re.I)
    return "; ".join(dict.fromkeys(found)) or (measured.group(1) if measured else "")


def scopes():
    found = {}
    for path in sorted(glob.glob(f"{ROOT}/src/rules/*.c")):
        with open(path) as file:
            found.update(re.findall(r'^    \{"([a-z-]+)", DW_SCOPE_(\w+),', file.read(), re.M))
    return found


def rules(droveway, rows):
    ids = [rule["id"] for rule in json.loads(subprocess.run([droveway, "rules", "-o", "json"], capture_output=True, check=True).stdout)]
    cases = {rule: shown(rule, rows) for rule in ids}
    scope = scopes()
    some = [rule for rule in ids if cases[rule]]
    rest = [rule for rule in ids if not cases[rule]]
    yield "## Rules that the laboratory shows\n"
    yield f"{len(some)} of {len(ids)} rules. The examples are cases of the corpus, first those in which Droveway reports nothing"
    yield "else. A denied or warned case can still work: the finding may be about something that this topology"
    yield "can't show, about a risk to something else, or belong to another rule.\n"
    yield from table(["rule", "cases", "denied, fails", "warned, fails", "denied or warned, works", "examples"], [counts(rule, cases[rule]) for rule in some])
    for title, chosen in (("Rules about configurations that it can't show", [rule for rule in rest if scope[rule].startswith("NAD") and scope[rule] != "NAD_DELETE"]),
                          ("Rules about objects, not about a CNI configuration", [rule for rule in rest if not scope[rule].startswith("NAD") or scope[rule] == "NAD_DELETE"])):
        yield f"## {title}\n"
        yield "Their explanations cite these sources instead:\n"
        yield from table(["rule", "source"], [[link(rule), ground(rule)] for rule in chosen])


# --- disagreements ----------------------------------------------------------------------------------------------------

def differences(rows, made):
    yield "## Disagreements\n"
    found = collections.defaultdict(list)
    for row in rows:
        if row["class"] in WRONG:
            found[row["class"], row["because"]].append(name_of(row))
    for row in made["differ"] if made else ():
        found[row["class"], row["because"]].append(row["id"])
    yield from table(["class", "cases", "reason", "which"],
                     [[kind, len(names), because or "not explained yet", code(names)] for (kind, because), names in sorted(found.items(), key=lambda item: (item[0][0], item[0][1] or ""))])
    why = reasons()["elsewhere"]
    about = collections.defaultdict(list)
    for row in rows:
        if row["class"] == "elsewhere":
            for rule in dict.fromkeys(row["verdict"]["deny"]):
                about[rule].append(name_of(row))
    yield "Cases of the corpus that are denied because of something that this topology can't show (class"
    yield "`elsewhere`):\n"
    yield from table(["rule", "cases", "reason", "which"], [[link(rule), len(names), why[rule], code(names)] for rule, names in sorted(about.items())])
    lacks = collections.defaultdict(list)
    for row in rows:
        if row["class"] == "kernel":
            lacks[row["because"] or "; ".join(row["problems"])].append(name_of(row))
    yield "What the kernel of the laboratory lacks (class `kernel`), and the upstream line that shows what"
    yield "happens instead:\n"
    yield from table(["source", "which"], [[because, code(names)] for because, names in sorted(lacks.items())])


def page(droveway):
    rows, made = judged(droveway), composed()
    yield INTRO
    yield from table(["program", "version"], [[title, pinned(folder, module)] for title, folder, module in MODULES])
    yield from agreement(rows, made)
    yield ORACLES
    yield from rules(droveway, rows)
    yield from differences(rows, made)


if __name__ == "__main__":
    print("\n".join(page(sys.argv[1])).rstrip())
