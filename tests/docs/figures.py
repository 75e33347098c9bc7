#!/usr/bin/env python3
"""Checks the sizes in the documents: each one is in bench/results.tsv, in a manifest, or is a default of `serve`.

FIGURES names the sentences that quote a size, with where it comes from. A size in one of the PAGES that no sentence here covers is an
error, so a new sentence can't state one that nothing checks."""
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "bench"))
import lines

ROOT = lines.ROOT
results = lines.read(ROOT / "bench/results.tsv")
deployment = (ROOT / "manifests/base/deployment.yaml").read_text()
help_text = subprocess.run([sys.argv[1], "serve", "--help"], capture_output=True, text=True, check=True).stdout
PAGES = ["README.md", "SECURITY.md", "manifests/base/deployment.yaml", *(f"docs/{name}.md" for name in ("install", "operations", "image", "which-command"))]
SIZE = r"\d[\d,.]*(?: (?:to|or) \d[\d,.]*)? (?:KB|MB|MiB|GB|GiB)\b"


def measured(case, *metrics):
  """The medians in bench/results.tsv, in MB or KB."""
  found = [results.median("scale", case, metric) for metric in metrics]
  if None in found:
    sys.exit(f"figures: {case}, {metrics}: not in bench/results.tsv; run `make bench`")
  return found


def manifest(pattern):
  return [float(re.search(pattern, deployment)[1])]


def default(option):
  """The default of an option of serve, in MiB or as a number."""
  return [float(re.search(re.escape(option) + r" (?:SIZE|N)\s+[^()]*\(default: *(\d+)", " ".join(help_text.split()))[1])]


def rounded(text, known):
  """True if TEXT, such as "38" or "6 to 7", says what is known: each value is in the range, or within a tenth of the number."""
  numbers = [float(number.replace(",", "")) for number in re.findall(r"\d[\d,.]*\d|\d", text)]
  if len(numbers) == 2:
    return all(numbers[0] - 0.5 <= value < numbers[1] + 0.5 for value in known)
  return all(abs(value - numbers[0]) <= 0.1 * numbers[0] for value in known)


def at_most(text, known):
  return max(known) <= float(text) <= 1.1 * max(known)


def exact(text, known):
  return all(float(text) == value for value in known)


SMALL, LARGE = "100x100", "10000x5000"
IDLE = ("resident", "resident-api")
PEAK = ("peak", "peak-api", "peak-watched")
CONNECTION = measured("900 connections", "connection")
ALL_CONNECTIONS = [CONNECTION[0] * default("--max-connections")[0] / 1024]
REQUEST, LIMIT = manifest(r"requests: \{.*memory: (\d+)Mi"), manifest(r"limits: \{memory: (\d+)Mi")
# The sentence, where the number is in parentheses; how it is compared; what is known.
FIGURES = [
  (r"idle replica uses ([\d to]+) MB with 100 (?:networks|NADs) and 100 nodes", rounded, measured(SMALL, *IDLE)),
  (r"about (\d+) MB with 10,000 (?:networks|NADs) and 5,000 nodes", rounded, measured(LARGE, *IDLE)),
  (r"open connection adds about (\d+) KB", rounded, CONNECTION),
  (r"(\d+) MB at the limit of 1,000", rounded, ALL_CONNECTIONS),
  (r"all connections, (\d+) MB", rounded, ALL_CONNECTIONS),
  (r"largest reviews, (\d+) MB", exact, default("--max-total-memory")),
  (r"at most (\d+) MB while it starts", at_most, measured(LARGE, *PEAK)),
  (r"requests (\d+) MiB", exact, REQUEST),
  (r"limited to (\d+) MiB", exact, LIMIT),
  # What other tests check, or limits of other programs.
  (r"smaller than (20) MB", exact, [20]),                      # tests/image/run.sh
  (r"The image is (14\.8) MB, 6 MB compressed", exact, [14.8]),   # printed by tests/image/run.sh
  (r"which would add (9) MB", exact, [9]),
  (r"a read-only root and (64) MB", exact, REQUEST),
  (r"(1) MiB of (?:lines|results)", exact, [1]),
  (r"no object above (1\.5) MiB", exact, [1.5]),
  (r"up to (16) MiB are", exact, [16]),
  (r"4,096 objects and (16) MiB", exact, [16]),
  (r"An object over (8) MiB", exact, default("--max-body")),
]


def main():
  faults, quoted, used = [], 0, set()
  for page in PAGES:
    text = re.sub(r"\s+(?:# )?", " ", (ROOT / page).read_text())
    covered = []
    for pattern, agrees, known in FIGURES:
      for found in re.finditer(pattern, text):
        quoted += 1
        used.add(pattern)
        covered.append(found.span())
        if not agrees(found[1], known):
          faults.append(f"{page}: \"{found[0]}\", but it is {', '.join(f'{value:.4g}' for value in known)}")
    for found in re.finditer(SIZE, text):
      if not any(begin <= found.start() and found.end() <= end for begin, end in covered):
        faults.append(f"{page}: \"...{text[max(found.start() - 40, 0):found.end() + 20]}...\": FIGURES in tests/docs/figures.py does not say where this comes from")
  faults += [f"no page has this sentence any more: {pattern}" for pattern, *_ in FIGURES if pattern not in used]
  for fault in faults:
    print(f"figures: {fault}", file=sys.stderr)
  print(f"docs: {quoted} sizes agree with bench/results.tsv, the manifests and the options" if not faults else f"docs: {len(faults)} sizes are wrong")
  return 1 if faults else 0


sys.exit(main())
