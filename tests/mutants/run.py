#!/usr/bin/env python3
"""Makes small wrong changes ("mutants") in the sources and reports those that no test notices.

Each mutant is compiled alone. Those that do not compile, or whose object file is the same as that of the original, do not count. The others
are linked into a shared library in a copy of the tree, and the tests that may notice them run until one fails. The worktree is only read.

Environment: MUTANTS (how many; 300), SEED (for the choice; today's date), MUTATE (folders or files to change), BUILD (build), JOBS (2). NEAR=1
runs only the tests of a source's own folder; that is faster while you write them, but also reports mutants that other tests would notice.
Exits with 1 if more than 5 % survive.

With the argument "rows" it makes no mutants; it exits with 2 if a row of equivalent.tsv is not a mutant of the current sources."""
import collections
import concurrent.futures
import datetime
import os
import pathlib
import queue
import random
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import mutate

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = "src/rules src/cni src/cluster src/net src/http src/serve"
EQUIVALENT = "tests/mutants/equivalent.tsv"
MOST_SURVIVORS = 0.05
# Limits for a mutant, which may loop forever, and allocate or write in the loop.
SHORTEST_LIMIT, TIMES_USUAL, MEMORY, FILE_SIZE = 20, 5, 8 << 30, 1 << 30
BUILD = ["make", "-s", "BUILD=build", "SHARED=1", "OPT=-O1", "LTO=", "CFLAGS=-w"]
# The files that contain the objects of the sources: the shared library, and the one test program that is linked statically.
LIBRARY, STATIC_TEST = "build/libdroveway.so", "build/tests/serve/test_live"

Result = collections.namedtuple("Result", "mutant outcome by")


def die(message):
  print(f"mutants: {message}", file=sys.stderr)
  sys.exit(2)


def files_of(targets):
  found = []
  for target in targets:
    path = ROOT / target
    found += sorted(path.glob("*.c")) if path.is_dir() else [path]
  for path in found:
    if not path.is_file():
      die(f"{path.relative_to(ROOT)} does not exist")
  return [str(path.relative_to(ROOT)) for path in found]


# --- known equivalent mutants ---------------------------------------------------------------------------------------

class Equivalent:
  """The rows of equivalent.tsv: file, function, the lines before and after, and why no test can notice."""

  def __init__(self):
    self.rows = {}
    for number, line in enumerate((ROOT / EQUIVALENT).read_text(encoding="utf-8").splitlines(), 1):
      fields = line.split("\t")
      if line.startswith("#") or fields[0] == "file":
        continue
      if len(fields) != 5 or not all(fields):
        die(f"{EQUIVALENT}:{number}: expected file, function, before, after, reason, separated by tabs")
      self.rows[tuple(fields[:4])] = number

  def check(self, mutants):
    """Exits if a row matches no mutant of its file, because it is out of date."""
    keys = {mutant.key() for mutant in mutants}
    files = {mutant.path for mutant in mutants}
    stale = [number for key, number in self.rows.items() if key[0] in files and key not in keys]
    if stale:
      die(f"{EQUIVALENT}: no mutant matches line {', '.join(map(str, stale))}")

  def __contains__(self, mutant):
    return mutant.key() in self.rows


# --- the choice of mutants --------------------------------------------------------------------------------------------------

def in_random_order(mutants, seed):
  """First one mutant of each line, in random order, then a second one of each, and so on, so that no line has most of them."""
  chance = random.Random(seed)
  lines = collections.defaultdict(list)
  for mutant in mutants:
    lines[mutant.path, mutant.line].append(mutant)
  rounds = []
  for key in sorted(lines):
    chance.shuffle(lines[key])
    rounds += [(turn, chance.random(), mutant) for turn, mutant in enumerate(lines[key])]
  return [mutant for _, _, mutant in sorted(rounds, key=lambda item: item[:2])]


class Compiler:
  """Compiles a source as the build does, but from standard input, so that the tree does not change."""

  def __init__(self, tree):
    source = next(iter(sorted((tree / "src/net").glob("*.c")))).relative_to(tree)
    shown = subprocess.run(BUILD + ["-n", "-W", str(source), "V=1", f"build/obj/{source.with_suffix('.o')}"], cwd=tree, check=True, text=True,
                           stdout=subprocess.PIPE).stdout
    line = next(shlex.split(line) for line in shown.splitlines() if line.endswith(str(source)))
    self.tree, self.command = tree, [word for word in line[:line.index("-MMD")] if word]
    self.originals = {}

  def compile(self, path, source):
    """The bytes of the object file, or None if it does not compile."""
    with tempfile.NamedTemporaryFile(suffix=".o") as out:
      done = subprocess.run(self.command + ["-iquote", str(pathlib.Path(path).parent), "-c", "-o", out.name, "-x", "c", "-"], cwd=self.tree,
                            input=f'# 1 "{path}"\n{source}', text=True, stderr=subprocess.DEVNULL, check=False)
      return pathlib.Path(out.name).read_bytes() if done.returncode == 0 else None

  def original(self, path):
    if path not in self.originals:
      self.originals[path] = self.compile(path, (self.tree / path).read_text(encoding="utf-8"))
    return self.originals[path]

  def changed(self, mutant):
    """The object file of MUTANT; None if it does not compile or is the same as the original."""
    compiled = self.compile(mutant.path, mutant.source)
    return None if compiled == self.original(mutant.path) else compiled


def choose(candidates, known, wanted, compiler, jobs):
  """The first WANTED of CANDIDATES that change the object file, with their object files; how many of those tried are known as
  equivalent; and how many were tried."""
  chosen, equivalent, at = [], 0, 0
  for path in sorted({mutant.path for mutant in candidates}):
    compiler.original(path)
  with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
    while len(chosen) < wanted and at < len(candidates):
      batch = candidates[at:at + wanted - len(chosen)]
      at += len(batch)
      equivalent += sum(mutant in known for mutant in batch)
      batch = [mutant for mutant in batch if mutant not in known]
      chosen += [(mutant, built) for mutant, built in zip(batch, pool.map(compiler.changed, batch)) if built is not None]
  return chosen, equivalent, at


# --- copies of the tree -----------------------------------------------------------------------------------------

def copy_tree(to):
  """Copies the files that git knows, as they are now."""
  names = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                         stdout=subprocess.PIPE).stdout.split(b"\0")
  for name in filter(None, names):
    source, target = ROOT / os.fsdecode(name), to / os.fsdecode(name)
    if source.is_file() and not (target.is_file() and target.read_bytes() == source.read_bytes()):
      target.parent.mkdir(parents=True, exist_ok=True)
      shutil.copy2(source, target)
  known = {os.fsdecode(name) for name in names}
  for path in to.rglob("*"):
    inside = str(path.relative_to(to))
    if not inside.startswith("build") and (path.is_file() or path.is_symlink()) and inside not in known:
      path.unlink()


def prepare(work, jobs):
  """Builds a tree, which is kept for the next run and never changed, and makes JOBS copies of it."""
  kept = work / "tree"
  copy_tree(kept)
  print("mutants: building", flush=True)
  built = subprocess.run(BUILD + [f"-j{jobs}", "test-build"], cwd=kept, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
  if built.returncode != 0:
    die(f"the tests do not build\n{built.stdout[-2000:]}")
  trees = [work / f"tree-{number}" for number in range(1, jobs + 1)]
  for tree in trees:
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(kept, tree, symlinks=True)
  return trees


# --- running tests --------------------------------------------------------------------------------------------------

def bounds():
  resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
  resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_SIZE, FILE_SIZE))
  resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run_test(tree, program, limit):
  """The exit status; None if it takes longer than LIMIT."""
  with tempfile.TemporaryDirectory(prefix="droveway-mutant-") as folder:
    environment = dict(os.environ, BUILD="build", TMPDIR=folder)
    child = subprocess.Popen([tree / program], cwd=tree, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, start_new_session=True, preexec_fn=bounds)
    try:
      return child.wait(limit)
    except subprocess.TimeoutExpired:
      return None
    finally:
      try:
        os.killpg(child.pid, signal.SIGKILL)
      except ProcessLookupError:
        pass
      child.wait()


def layers():
  """{folder: the folders that may include it}, from tools/layers.sh."""
  lines = (ROOT / "tools/layers.sh").read_text(encoding="utf-8")
  may = {name: below.split() for name, below in re.findall(r'may\["(\w+)"\] = "([^"]*)"', lines)}
  return {name: {above for above in may if name in may[above]} for name in may}


class Tests:
  """The test programs, how long each usually takes, and which of them may notice a change of a source: first its own tests, then those
  that noticed other changes of the file, then those of its folder, then those above it. The fuzzers' saved inputs are in no folder."""

  def __init__(self, trees, paths):
    near = os.environ.get("NEAR")
    self.above = {name: {name} if near else above | {"replay"} for name, above in layers().items()}
    self.usual, self.noticed = {}, collections.Counter()
    programs = sorted(str(path.relative_to(trees[0])) for path in (trees[0] / "build/tests").glob("*/*") if os.access(path, os.X_OK))
    concerned = set().union(*(self.above[path.split("/")[1]] for path in paths))
    self.programs = [program for program in programs if program.split("/")[2] in concerned]
    free = queue.SimpleQueue()
    for tree in trees:
      free.put(tree)

    def measure(program):
      tree, begin = free.get(), time.monotonic()
      status = run_test(tree, program, 600)
      free.put(tree)
      return program, status, time.monotonic() - begin
    with concurrent.futures.ThreadPoolExecutor(len(trees)) as pool:
      for program, status, took in pool.map(measure, self.programs):
        if status != 0:
          die(f"{program} fails without any mutant")
        self.usual[program] = took

  def of(self, path):
    folder, stem = path.split("/")[1], pathlib.Path(path).stem

    def rank(program):
      _, _, layer, name = program.split("/")
      own = 0 if name == f"test_{stem}" else 1 if name.startswith(f"test_{stem}_") or stem.startswith(name[len("test_"):]) else 2
      return own, -self.noticed[path, program], layer != folder, layer == "replay", self.usual[program]
    return sorted((program for program in self.programs if program.split("/")[2] in self.above[folder]), key=rank)

  def limit(self, program):
    return max(SHORTEST_LIMIT, TIMES_USUAL * self.usual[program])


def judge(mutant, built, tree, tests):
  """Runs the tests that may notice MUTANT. A test must fail twice, because it may fail once if the machine is busy."""
  target = tree / "build/obj" / pathlib.Path(mutant.path).with_suffix(".o")
  original = target.read_bytes()
  target.write_bytes(built)
  try:
    programs = tests.of(mutant.path)
    linked = subprocess.run(BUILD + [LIBRARY] + [STATIC_TEST] * (STATIC_TEST in programs), cwd=tree, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, check=False)
    if linked.returncode != 0:
      return Result(mutant, "killed", "the linker")
    for program in programs:
      status = run_test(tree, program, tests.limit(program))
      if status is None:
        return Result(mutant, "hung", program)
      if status != 0 and run_test(tree, program, tests.limit(program)) != 0:
        tests.noticed[mutant.path, program] += 1
        return Result(mutant, "killed", program)
    return Result(mutant, "survived", "")
  finally:
    target.write_bytes(original)


def judge_all(chosen, trees, tests):
  free = queue.SimpleQueue()
  for tree in trees:
    free.put(tree)

  def one(item):
    tree = free.get()
    try:
      return judge(*item, tree, tests)
    finally:
      free.put(tree)
  with concurrent.futures.ThreadPoolExecutor(len(trees)) as pool:
    for number, result in enumerate(pool.map(one, chosen), 1):
      if result.outcome == "survived":
        print(f"{result.mutant.path}:{result.mutant.line}: survived, in {result.mutant.place}")
        print("\n".join(f"    {line}" for line in result.mutant.diff()), flush=True)
      elif number % 50 == 0:
        print(f"  {number} of {len(chosen)}", flush=True)
      yield result


# --- the report -----------------------------------------------------------------------------------------------------

def report(results, work):
  """Prints the counts. Writes the survivors to WORK/survivors.tsv, as rows for equivalent.tsv that lack only the reason."""
  rows = ["\t".join(result.mutant.key()) + "\t\n" for result in results if result.outcome == "survived"]
  (work / "survivors.tsv").write_text("".join(rows), encoding="utf-8")
  counts = collections.defaultdict(collections.Counter)
  for result in results:
    for folder in (str(pathlib.Path(result.mutant.path).parent), "all"):
      counts[folder][result.outcome] += 1
  print(f"{'folder':<14}{'made':>6}{'killed':>8}{'hung':>6}{'survived':>10}")
  for folder in sorted(counts, key=lambda name: (name == "all", name)):
    row = counts[folder]
    print(f"{folder:<14}{row.total():>6}{row['killed']:>8}{row['hung']:>6}{row['survived']:>10}{100 * row['survived'] / row.total():>7.1f} %")
  return counts["all"]


def changes_of(paths):
  return [mutant for path in paths for mutant in mutate.mutants_of(path, (ROOT / path).read_text(encoding="utf-8"))]


def check_rows():
  known = Equivalent()
  known.check(changes_of(files_of(sorted({path for path, *_ in known.rows}))))
  print(f"mutants: {len(known.rows)} rows of {EQUIVALENT} match the sources")


def main():
  if sys.argv[1:] == ["rows"]:
    check_rows()
    return
  wanted, jobs = int(os.environ.get("MUTANTS") or 300), int(os.environ.get("JOBS") or 2)
  seed = os.environ.get("SEED") or datetime.date.today().isoformat()
  print(f"mutants: SEED={seed} MUTANTS={wanted}", flush=True)
  mutants = changes_of(files_of((os.environ.get("MUTATE") or FOLDERS).split()))
  known = Equivalent()
  known.check(mutants)
  work = (ROOT / (os.environ.get("BUILD") or "build") / "mutants").resolve()
  trees = prepare(work, jobs)
  chosen, equivalent, tried = choose(in_random_order(mutants, seed), known, wanted, Compiler(trees[0]), jobs)
  print(f"mutants: {tried} of {len(mutants)} changes tried; {len(chosen)} made, {equivalent} known as equivalent, {tried - len(chosen) - equivalent} "
        "do not compile or change nothing", flush=True)
  if not chosen:
    die("no mutant was made")
  counts = report(list(judge_all(chosen, trees, Tests(trees, {mutant.path for mutant, _ in chosen}))), work)
  sys.exit(counts["survived"] > MOST_SURVIVORS * counts.total())


if __name__ == "__main__":
  main()
