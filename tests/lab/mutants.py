#!/usr/bin/env python3
"""Checks that the laboratory would notice a wrong rule. Judges the recorded corpus again with each rule that it shows switched off, and
with each bound of shifts.tsv shifted. A change is noticed if `make lab` or tests/rules/test_reality would fail.

mutants.py DROVEWAY   exits with 1 if a change is not noticed and shifts.tsv gives no reason, or if it gives one for a noticed change
mutants.py rows       only checks shifts.tsv against the sources

Environment: BUILD (build), ONLY (a pattern of rules)."""
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from judge import HERE, STATE, WRONG, all_of, classify, corpus, reasons, verdict

ROOT = pathlib.Path(HERE).parents[1]
SHIFTS = "tests/lab/shifts.tsv"
COLUMNS = ["rule", "file", "text", "replacement", "unnoticed"]
MAKE = ["make", "-s", f"-j{os.cpu_count()}", "BUILD=build", "LTO=", "NO_LTO=-fno-lto"]
AT_ONCE = 24
EXPECT_ALONE = ", by its `expect` alone"


def die(message):
    print(f"lab-mutants: {message}", file=sys.stderr)
    sys.exit(2)


def shifts():
    """The rows of the table. `unnoticed` is empty, or the reason why the corpus can't notice the shift; `at` is the place for messages."""
    rows = [line.split("\t") for line in (ROOT / SHIFTS).read_text(encoding="utf-8").splitlines()]
    for number, row in enumerate(rows, 1):
        if len(row) != len(COLUMNS) or not all(row[:-1]) or (number == 1 and row != COLUMNS):
            die(f"{SHIFTS}:{number}: expected {', '.join(COLUMNS)}, separated by tabs")
    return [{**dict(zip(COLUMNS, row)), "at": f"{SHIFTS}:{number}"} for number, row in enumerate(rows[1:], 2)]


def check_rows():
    for row in shifts():
        source = ROOT / row["file"]
        times = source.read_text(encoding="utf-8").count(row["text"]) if source.is_file() else 0
        if times != 1 or row["text"] == row["replacement"]:
            die(f"{row['at']}: {row['file']} has `{row['text']}` {times} times, expected once")
        if not (ROOT / f"src/rules/explanations/{row['rule']}.yaml").is_file():
            die(f"{row['at']}: unknown rule {row['rule']}")
    print(f"lab-mutants: {len(shifts())} rows of {SHIFTS} match the sources")


# --- wrong verdicts --------------------------------------------------------------------------------------------------

def is_expected(row, said):
    """The same check as in tests/rules/test_reality.c."""
    answer = "denied" if said["deny"] else "warned" if said["warn"] else "allowed"
    return {"any": True, "works": answer != "denied", "told": answer != "allowed"}.get(row.get("expect", "any"), row.get("expect") == answer)


class Corpus:
    def __init__(self, droveway):
        self.why = reasons()
        self.rows = corpus()
        for row, said in zip(self.rows, all_of(lambda row: verdict(droveway, STATE, row), self.rows)):
            row["found"] = set(said["deny"] + said["warn"])
            if self.is_wrong(row, said):
                die(f"the verdict on {row['group']}/{row['id']} is wrong without any change")

    def is_wrong(self, row, said):
        """What the verdict SAID contradicts: what happened, or only the row's `expect`. None if it is right."""
        kind, because = classify({**row, "verdict": said}, self.why)
        if kind in WRONG and not because:
            return "what happened"
        return None if is_expected(row, said) else "expect"

    def notice(self, droveway, rows, *options):
        """A row whose verdict is wrong now, preferably one that contradicts what happened; None if there is none."""
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start:start + AT_ONCE]
            try:
                said = all_of(lambda row: verdict(droveway, STATE, row, *options), some)
                wrong = {}
                for row, words in zip(some, said):
                    wrong.setdefault(self.is_wrong(row, words), f"{row['group']}/{row['id']}")
            except (SystemExit, subprocess.TimeoutExpired) as problem:
                return str(problem)
            for by in ("what happened", "expect"):
                if by in wrong:
                    return wrong[by] + ("" if by != "expect" else EXPECT_ALONE)
        return None

    def with_rule(self, rule):
        return [row for row in self.rows if rule in row["found"]]

    def rule_first(self, rule):
        return sorted(self.rows, key=lambda row: rule not in row["found"])


# --- the changes ------------------------------------------------------------------------------------------------------

def switch_off(droveway, cases, only):
    """Yields (change, case that noticed it or None, reason why it need not be noticed or None)."""
    for rule in filter(only.search, sorted({rule for row in cases.rows for rule in row["found"]})):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as policy:
            json.dump({"apiVersion": "droveway.io/v1alpha1", "kind": "Policy", "rules": {rule: "off"}}, policy)
            policy.flush()
            yield f"{rule}: off", cases.notice(droveway, cases.with_rule(rule), "--policy", policy.name), None


def copy_sources(tree):
    """Copies the files that git knows, as they are now. Earlier build results are kept."""
    names = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "Makefile", "include", "src", "tools"], cwd=ROOT, check=True,
                           stdout=subprocess.PIPE, text=True).stdout.split("\0")
    for name in filter(None, names):
        source, target = ROOT / name, tree / name
        if source.is_file() and not (target.is_file() and target.read_bytes() == source.read_bytes()):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
            target.chmod(source.stat().st_mode)


def build(tree):
    done = subprocess.run([*MAKE, "build/droveway"], cwd=tree, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        die(f"{tree} does not build\n{done.stdout[-2000:]}")
    return tree / "build/droveway"


def shift(cases, only):
    tree = (ROOT / os.environ.get("BUILD", "build") / "lab-mutants").resolve()
    rows = [row for row in shifts() if only.search(row["rule"])]
    if not rows:
        return
    copy_sources(tree)
    build(tree)
    for row in rows:
        source = tree / row["file"]
        text = source.read_text(encoding="utf-8")
        source.write_text(text.replace(row["text"], row["replacement"]), encoding="utf-8")
        try:
            noticed = cases.notice(build(tree), cases.rule_first(row["rule"]))
        finally:
            source.write_text(text, encoding="utf-8")
        yield f"{row['rule']}: {row['text']} -> {row['replacement']} ({row['file']})", noticed, row["unnoticed"]


def report(title, results):
    """Prints the unexpected results (V=1: all) and returns their number."""
    counts = collections.Counter()
    for what, noticed, reason in results:
        if noticed and reason:
            print(f"{what}: noticed by {noticed}, but listed as not noticed", flush=True)
        elif not noticed and not reason:
            print(f"{what}: no case notices it", flush=True)
        elif os.environ.get("V"):
            print(f"{what}: {'noticed by ' + noticed if noticed else 'not noticed: ' + reason}", flush=True)
        counts.update(all=1, noticed=bool(noticed), alone=bool(noticed and noticed.endswith(EXPECT_ALONE)), reason=bool(not noticed and reason),
                      wrong=bool(noticed) == bool(reason))
    print(f"lab-mutants: {counts['all']} {title}: {counts['noticed']} noticed, {counts['alone']} of them by `expect` alone; {counts['reason']} not noticed "
          f"for a reason; {counts['wrong']} wrong", flush=True)
    return counts["wrong"]


def main(droveway):
    check_rows()
    only = re.compile(os.environ.get("ONLY") or "")
    cases = Corpus(droveway)
    wrong = report("rules switched off", switch_off(droveway, cases, only)) + report("bounds shifted", shift(cases, only))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(check_rows() if sys.argv[1:] == ["rows"] else main(sys.argv[1]))
