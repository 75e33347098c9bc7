#!/usr/bin/env python3
"""Writes the table of docs/compatibility.md from versions/results.tsv; with --check, only says whether it is up to date."""
import pathlib
import re
import sys

here = pathlib.Path(__file__).resolve().parent
page = here.parent.parent / "docs/compatibility.md"
OPENSHIFT = 13  # Kubernetes 1.30 is in OpenShift 4.17


def scenario(name):
  """The name of a skipped scenario, and its reason."""
  reason = re.search(r"^Needs Kubernetes [\d.]+: (.*)$", (here / f"scenarios/{name}.t").read_text(), re.M)
  return f"`{name}`: {reason[1]}"


def rows():
  notes = []
  for line in (here / "versions/results.tsv").read_text().splitlines():
    if line.startswith("#"):
      continue
    version, passed, failed, skipped, kustomize, date, commit = line.split("\t")
    minor = int(version.split(".")[1])
    names = [] if skipped == "-" else skipped.split()
    notes += [f"- {version}: {scenario(name)}" for name in names]
    yield [version.removeprefix("v"), f"4.{minor - OPENSHIFT}", "`enforce-pre-1.30`" if minor < 30 else "`enforce`", passed,
           failed if failed == "-" else f"**{failed}**", str(len(names)), kustomize, f"{date}, {commit}"]
  yield notes


def table():
  *found, notes = rows()
  head = ["kube-apiserver", "as in OpenShift", "webhooks", "passed", "failed", "not run", "its kubectl builds the manifests", "run on"]
  lines = ["| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *found]]
  known = {".".join(row[0].split(".")[:2]) for row in found}
  missing = sorted(folder.name for folder in (here / "versions").iterdir() if folder.is_dir() and folder.name not in known)
  if missing:
    lines += ["", f"Not run yet: {', '.join(missing)}."]
  return "\n".join(lines + ["", "Not run, because the API server lacks what they need:", "", *(notes or ["- none"])])


begin, end = "<!-- written by make e2e-versions -->", "<!-- end -->"
text = page.read_text()
new = re.sub(re.escape(begin) + ".*" + re.escape(end), lambda _: f"{begin}\n{table()}\n{end}", text, flags=re.S)
if "--check" in sys.argv:
  if new != text:
    sys.exit("docs/compatibility.md is not what tests/e2e/versions/results.tsv says: run `make e2e-versions`")
else:
  page.write_text(new)
