#!/usr/bin/env python3
"""Measures the engine alone: runs build/bench/engine directly, with allocations counted, and under callgrind. Prints lines of results
(README.md)."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from lines import ROOT, Results, show

BUILD = pathlib.Path(os.environ.get("BUILD", "build"))
# glibc selects its string functions by the features of the processor. Without these features, the number of instructions is the same
# on each x86-64.
PLAIN = ("AVX", "AVX2", "AVX512F", "AVX512VL", "AVX512BW", "AVX_Fast_Unaligned_Load", "BMI1", "BMI2", "ERMS", "FSRM", "RTM", "MOVBE", "LZCNT", "POPCNT",
         "SSSE3", "SSE4_1", "SSE4_2", "Fast_Unaligned_Copy", "Prefer_No_VZEROUPPER")


def engine(*options, **environment):
  return subprocess.run([BUILD / "bench/engine", *options], env=dict(os.environ, **environment), stdout=subprocess.PIPE, text=True, check=True).stdout


def allocations(*options):
  return engine("--allocations", *options, LD_PRELOAD=str((BUILD / "bench/libcount.so").resolve()))


def instructions(*options):
  """Lines of results from the dumps."""
  with tempfile.TemporaryDirectory(prefix="droveway-bench.") as folder:
    out = pathlib.Path(folder) / "dump"
    done = subprocess.run(["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}",
                           BUILD / "bench/engine", "--instructions", *options],
                          env=dict(os.environ, GLIBC_TUNABLES="glibc.cpu.hwcaps=" + ",".join("-" + name for name in PLAIN)),
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
      sys.exit(f"engine.py: {done.stdout}{done.stderr}")
    reviews = int(re.search(r"^#reviews\t(\d+)$", done.stdout, re.M)[1])
    lines = [line for line in done.stdout.splitlines() if line.startswith("#")]
    for dump in sorted(pathlib.Path(folder).glob("dump.*"), key=lambda path: int(path.suffix[1:])):
      text = dump.read_text()
      case = re.search(r"^desc: Trigger: Client Request: (.+)$", text, re.M)
      if case:
        total = int(re.search(r"^(?:summary|totals): (\d+)", text, re.M)[1])
        lines.append(f"engine\t{case[1]}\tinstructions\t1\t{total / reviews:.0f}")
    return lines


def repeating(*options):
  """The measurements that are the same in each run, as Results."""
  return Results(allocations(*options).splitlines() + instructions(*options))


def main():
  smoke = ["--smoke"] if "--smoke" in sys.argv else []
  print(engine(*smoke), end="", flush=True)
  found = repeating(*smoke)
  for (part, case, metric), values in found.rows.items():
    show(part, case, metric, found.units[part, case, metric], *values)
  print(engine("--threads", *smoke), end="", flush=True)


if __name__ == "__main__":
  os.chdir(ROOT)
  main()
