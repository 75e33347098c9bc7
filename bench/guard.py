#!/usr/bin/env python3
"""Reports reviews that need more instructions or allocations than bench/budget.tsv allows, and fails if one needs over 10 % more.
`--accept` writes the current numbers. A check is never left out because of its cost, so a new rule may cost something.

Instructions depend on the compiler and on glibc, so they are compared only if both are those that the budget was written with.
Allocations, and the cost of a large cluster, are always compared."""
import os
import subprocess
import sys

import engine
from lines import ROOT, Results

BUDGET = ROOT / "bench/budget.tsv"
TOLERANCE = 1.10
NOISE = 1.03  # differences between patch levels of compiler and C library are not reported
MORE_BLOCKS = 2  # one allocation more is over 10 % of most reviews
SMALL, ORDINARY, LARGE = "10x3", "100x100", "10000x5000"
KEPT = (ORDINARY, LARGE)
MOST_BY_SIZE = 1.25
# For a whole request on a persistent connection: how many more allocations `serve` makes than the floor.
REQUEST = "request"
FACTS = ("compiler", "libc", "architecture")
HEAD = """# What a review may cost. Written by `make bench-budget`, checked by `make bench-guard`. Instructions are those of the engine
# alone, counted by callgrind; allocations are blocks. Reviews are in tests/payloads/recorded; clusters are NADSxNODES.
"""


def measure():
  found = engine.repeating()
  done = subprocess.run(["bench/serve.py", "--allocations"], stdout=subprocess.PIPE, text=True, check=True)
  request = Results(done.stdout.splitlines())
  extra = request.get("serve", "serve", "allocations")[0] - request.get("serve", "floor", "allocations")[0]
  found.rows["engine", REQUEST, "allocations"] = [round(extra)]
  return found


def kept_cases(found):
  return [case for case in found.cases("engine") if case == REQUEST or case.split()[1] in KEPT]


def accept(found):
  lines = [f"#{name}\t{found.facts[name]}" for name in FACTS] + ["review\tcluster\tinstructions\tallocations"]
  for case in kept_cases(found):
    instructions, allocations = (found.median("engine", case, metric) for metric in ("instructions", "allocations"))
    name, _, size = case.partition(" ")
    lines.append(f"{name}\t{size or '-'}\t{'-' if instructions is None else f'{instructions:.0f}'}\t{allocations:.0f}")
  BUDGET.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
  print(f"guard: wrote {BUDGET.relative_to(ROOT)}")


def read_budget():
  facts, rows = {}, {}
  for line in BUDGET.read_text(encoding="utf-8").splitlines():
    fields = line.split("\t")
    if line.startswith("#"):
      if len(fields) == 2:
        facts[fields[0][1:]] = fields[1]
    elif fields[0] != "review":
      rows[fields[0] if fields[1] == "-" else f"{fields[0]} {fields[1]}"] = (None if fields[2] == "-" else int(fields[2]), int(fields[3]))
  return facts, rows


def compare(found, rows, with_instructions):
  faults, more, less = [], [], []
  for case in kept_cases(found):
    allocations = found.median("engine", case, "allocations")
    instructions = found.median("engine", case, "instructions")
    if case not in rows:
      faults.append(f"{case}: not in the budget")
      continue
    allowed, blocks = rows[case]
    if allocations > blocks:
      fails = allocations > max(blocks * TOLERANCE, blocks + MORE_BLOCKS)
      (faults if fails else more).append(f"{case}: {allocations:.0f} allocations, {blocks} in the budget")
    if allowed is None or not with_instructions:
      continue
    if instructions > allowed * NOISE:
      said = f"{case}: {instructions:,.0f} instructions, {instructions / allowed - 1:+.1%} over the {allowed:,} of the budget"
      (faults if instructions > allowed * TOLERANCE else more).append(said)
    elif instructions * NOISE < allowed:
      less.append(f"{case}: {instructions / allowed - 1:.1%}")
  faults += [f"{case}: in the budget, but no longer measured" for case in rows.keys() - set(kept_cases(found))]
  return faults, more, less


def compare_sizes(found):
  """Compares the instructions for both clusters, if they give the same answer."""
  faults, worst = [], 0
  for case in found.cases("engine"):
    name, _, size = case.partition(" ")
    small = f"{name} {SMALL}"
    if size != LARGE or found.get("engine", case, "answer") != found.get("engine", small, "answer"):
      continue
    ratio = found.median("engine", case, "instructions") / found.median("engine", small, "instructions")
    worst = max(worst, ratio)
    if ratio > MOST_BY_SIZE:
      faults.append(f"{name}: {ratio:.2f} times as many instructions with {LARGE} NADs and nodes as with {SMALL}; the limit is {MOST_BY_SIZE}")
  return faults, worst


def main():
  found = measure()
  if "--accept" in sys.argv:
    accept(found)
    return 0
  facts, rows = read_budget()
  other = [f"{name} is {found.facts[name]}, but {facts.get(name)} in the budget" for name in FACTS if found.facts[name] != facts.get(name)]
  if other:
    print("guard: INSTRUCTIONS ARE NOT COMPARED: " + "; ".join(other), "guard: CI compares them, on Debian 12 with its gcc.", sep="\n", file=sys.stderr)
  faults, more, less = compare(found, rows, not other)
  size_faults, worst = compare_sizes(found)
  for said in more:
    print(f"guard: note: {said}")
  for fault in faults + size_faults:
    print(f"guard: {fault}", file=sys.stderr)
  if faults or size_faults:
    print("guard: reduce the cost (docs/performance.md shows how to find it with callgrind), or, if it is justified, accept it with "
          "`make bench-budget` and say why in the commit", file=sys.stderr)
    return 1
  print(f"guard: {len(rows)} rows within {TOLERANCE - 1:.0%} of the budget's instructions{' (not compared)' if other else ''} and allocations; "
        f"the large cluster costs at most {worst:.2f} times the small one")
  if less:
    print(f"guard: {len(less)} rows are cheaper than the budget, such as {less[0]}; `make bench-budget` lowers the budget")
  return 0


os.chdir(ROOT)
sys.exit(main())
