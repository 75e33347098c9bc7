#!/usr/bin/env python3
"""Runs the parts one after another and writes their output to bench/results.tsv; with --smoke, to a temporary file.
Arguments: names of the parts to run; the results of the others are kept."""
import datetime
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile
import time

from lines import ROOT, Results

BUILD = pathlib.Path(os.environ.get("BUILD", "build"))
RESULTS = ROOT / "bench/results.tsv"

# The name and the command of each part.
PARTS = {
  "serve": ["bench/serve.py"],
  "engine": ["bench/engine.py"],
  "scale": ["bench/scale.py"],
  "api-server": ["bench/api_server.sh"],
}


def first(command, pattern=r"(.+)"):
  done = subprocess.run(command, capture_output=True, text=True, check=False)
  found = re.search(pattern, done.stdout + done.stderr)
  return found[1].strip() if found else "unknown"


def facts():
  """The machine, the commit and the compiler."""
  packages = first(["dpkg-query", "-W", "-f", "${source:Package} ${Version}; ", "libmicrohttpd12", "libgnutls30"])
  dirty = subprocess.run(["git", "diff", "--quiet", "HEAD", "--", "src", "include"], check=False).returncode != 0
  return {
    "date": datetime.date.today().isoformat(),
    "commit": first(["git", "rev-parse", "--short=12", "HEAD"]) + (" and changes" if dirty else ""),
    "processor": f"{first(['lscpu'], r'Model name: *(.+)')}, {len(os.sched_getaffinity(0))} cores"
                 + (f", virtual ({first(['lscpu'], r'Hypervisor vendor: *(.+)')})" if "Hypervisor" in first(["lscpu"], r"((?s:.+))") else ""),
    "memory": first(["free", "-g"], r"Mem: +(\d+)") + " GB",
    "kernel": f"{platform.system()} {platform.release()}",
    "system": first(["sh", "-c", ". /etc/os-release; echo $PRETTY_NAME"]),
    "libraries": packages.strip("; "),
    "wrk": first(["wrk", "-v"], r"wrk (\S+)").removeprefix("debian/"),
    "valgrind": first(["valgrind", "--version"], r"valgrind-(\S+)"),
  }


def run(name, command, smoke):
  """The output of a part; exits if the part fails."""
  print(f"bench: {name}", file=sys.stderr, flush=True)
  begin = time.monotonic()
  done = subprocess.run([*command, *(["--smoke"] if smoke else [])], env=dict(os.environ, BUILD=str(BUILD)), stdout=subprocess.PIPE, text=True, check=False)
  if done.returncode != 0:
    sys.exit(f"bench: {name} failed ({' '.join(map(str, command))}: exit {done.returncode})")
  print(f"   ({time.monotonic() - begin:.0f} s)", file=sys.stderr, flush=True)
  return done.stdout.splitlines()


def write(results, path):
  lines = ["# Written by `make bench`; the format is in bench/README.md."]
  lines += [f"#{key}\t{value}" for key, value in results.facts.items()]
  lines += ["\t".join([*key, results.units[key], *(f"{value:.7g}" for value in values)]) for key, values in results.rows.items()]
  path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
  smoke = "--smoke" in sys.argv
  wanted = [word for word in sys.argv[1:] if word != "--smoke"]
  unknown = set(wanted) - set(PARTS)
  if unknown:
    sys.exit(f"bench: unknown part {', '.join(unknown)}; use {', '.join(PARTS)}")
  begin = time.monotonic()
  fresh = Results()
  for name in wanted or PARTS:
    for line in run(name, PARTS[name], smoke):
      fresh.add(line)
  minutes = (time.monotonic() - begin) / 60
  if smoke:
    with tempfile.TemporaryDirectory() as folder:
      write(fresh, pathlib.Path(folder) / "results.tsv")
    print(f"bench: {len(fresh.rows)} lines of results in {minutes * 60:.0f} s; the results of a smoke run are discarded")
    return
  results = Results()
  if wanted and RESULTS.exists():
    results = Results(RESULTS.read_text(encoding="utf-8").splitlines())
  results.facts.update(facts() | fresh.facts | {"took": f"{minutes:.0f} minutes"})
  results.rows.update(fresh.rows)
  results.units.update(fresh.units)
  write(results, RESULTS)
  print(f"bench: {len(fresh.rows)} lines of results in {minutes:.1f} minutes: {RESULTS.relative_to(ROOT)}")


os.chdir(ROOT)
main()
