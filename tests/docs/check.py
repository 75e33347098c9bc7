"""Checks that the documentation is true: check.py DROVEWAY [ROOT]

Relative links in Markdown files lead to existing files and anchors. Commands, options, Make targets, paths and alerts exist,
and functions are defined in the file named before them. The output shown after `$ droveway` is the real output. With ROOT (an
installed copy), checks only the links."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

droveway = pathlib.Path(sys.argv[1]).resolve()
source = pathlib.Path(__file__).resolve().parent.parent.parent
root = pathlib.Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else source
faults = []
# Options of other programs.
FOREIGN = {"--static", "--smoke", "--instructions", "--no-cache", "--admission-control-config-file", "--user", "--userns"}


def lines_of(*command, **options):
  return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout.split()


def markdown():
  if root != source:
    return sorted(root.rglob("*.md"))
  return [root / name for name in lines_of("git", "ls-files", "*.md", cwd=root)]


def bad(path, text):
  faults.append(f"{path.relative_to(root)}: {text}")


def anchors(path):
  """The anchors that GitHub creates for headings."""
  text = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.S | re.M)
  return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in re.findall(r"^#+ +(.*?)\s*$", text, re.M)} | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


def check_links(path):
  text = re.sub(r"^(?:```.*?^```|(?: {4}|\t)[^\n]*$)", "", path.read_text(), flags=re.S | re.M)
  found = [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", target)]
  for target in found:
    name, _, anchor = target.partition("#")
    other = (path.parent / name).resolve() if name else path
    if not other.exists():
      bad(path, f"{target}: no such file")
    elif anchor and other.suffix == ".md" and anchor not in anchors(other):
      bad(path, f"{target}: no such anchor")
  return len(found)


def help_of(*command):
  done = subprocess.run([droveway, *command, "--help"], capture_output=True, text=True, check=False)
  return done.stdout if done.returncode == 0 else ""


def knows(text, option):
  return re.search(re.escape(option) + r"(?![\w-])", text)


def check_options(path, commands):
  text = path.read_text()
  used = 0
  for command, rest in re.findall(r"(?:^|[`|/ ])droveway ([a-z]+)\b([^`|\n]*)", text):
    if command not in commands:
      continue  # prose, for example "droveway is"
    for option in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", rest.split(" #")[0]):
      used += 1
      if not knows(commands[command], option):
        bad(path, f"droveway {command} has no option {option}")
  for option in re.findall(r"`(--[a-z][a-z0-9-]+)", text):
    used += 1
    if option not in FOREIGN and not any(knows(text, option) for text in commands.values()):
      bad(path, f"no command has the option {option}")
  return used


def check_names(path, targets):
  """Make targets and paths of the repository."""
  text = path.read_text()
  for target in re.findall(r"(?:`|^ {4})make ([a-z][a-z0-9-]*)(?![\w/-])", text, re.M):
    if target not in targets:
      bad(path, f"no make target {target}")
  for name in re.findall(r"`((?:src|include|tests|manifests|integrations|tools|demo|fuzz|bench|release|charts|bundle|examples|docs)/[\w./*-]*)`", text):
    name = re.sub(r"(?<![A-Za-z])[A-Z]{4,}(?:-[A-Z]+)?(?![A-Za-z])", "*", name)  # RULE-ID, LAYER/test_FILE.c
    if not any(root.glob(name.rstrip("/"))) and not any(path.parent.glob(name.rstrip("/"))):
      bad(path, f"no such path: {name}")


def check_functions(path):
  """A function `name()` after `src/FILE.c` in the same paragraph or list item is defined in that file."""
  named = 0
  for block in re.split(r"\n\s*\n|\n(?=\d+\. |- )", path.read_text()):
    code = None
    for span in re.findall(r"`([^`\n]+)`", block):
      if re.fullmatch(r"src/[\w/]+\.[ch]", span):
        code = root / span
      elif re.fullmatch(r"\w+\(\)", span):
        named += 1
        if code is None or not code.exists() or not re.search(rf"^\w[^\n;]*\b{span[:-2]}\(", code.read_text(), re.M):
          bad(path, f"{span} is not in " + ("a file that is named before it" if code is None else str(code.relative_to(root))))
  return named


def expected_matches(expected, got):
  pattern = "\n".join(re.escape(line).replace(re.escape("..."), ".*") for line in expected)
  return re.fullmatch(pattern, "\n".join(got), re.S) is not None


def check_outputs(path):
  """Runs each command that begins with `$ ` in blocks that contain `$ droveway`, in a folder for the page that looks like the root
  of the repository, so that commands can write files."""
  env = dict(os.environ, PATH=f"{droveway.parent}:{os.environ['PATH']}", LC_ALL="C.UTF-8", KUBECONFIG="/dev/null")
  with tempfile.TemporaryDirectory(prefix="droveway-docs.") as folder:
    for name in lines_of("git", "ls-files", cwd=root):
      top = name.split("/")[0]
      if not os.path.lexists(f"{folder}/{top}"):
        os.symlink(root / top, f"{folder}/{top}")
    return run_blocks(path, folder, env)


def check_portable(path):
  """Commands for a user's own machine must work with BSD's tools as well."""
  gnu = r"\bsed (-\S+ )*-i(?![\w.])|(?<!openssl )\bbase64 (-d|-w|--)|\bdate (-d|--)|\bgrep (-\S+ )*-\w*P|\breadlink -f|\bxargs -r|\bsort -V|\bstat -c|\bcp -a\b"
  for line in path.read_text().splitlines():
    if line.startswith("    ") and re.search(gnu, line):
      bad(path, f"only works with GNU tools: {line.strip()}")


def run_blocks(path, folder, env):
  shown = 0
  for block in re.findall(r"(?:^ {4}.*\n)(?:\n*^ {4}.*\n)*", path.read_text(), re.M):
    lines = [line[4:] for line in block.splitlines()]
    starts = [i for i, line in enumerate(lines) if line.startswith("$ ")]
    if not any(lines[start].startswith("$ droveway ") for start in starts):
      continue
    for start, end in zip(starts, starts[1:] + [len(lines)]):
      shown += 1
      done = subprocess.run(["bash", "-c", lines[start][2:]], cwd=folder, env=env, capture_output=True, text=True, check=False)
      got = (done.stdout + done.stderr).splitlines()
      if not expected_matches(lines[start + 1:end], got):
        bad(path, f"{lines[start]}\n  prints\n" + "\n".join("    " + line for line in got))
  return shown


def check_alerts():
  """operations.md describes exactly the alerts that exist. (`make monitoring` checks the metrics.)"""
  path = root / "docs/operations.md"
  alerts = set(re.findall(r"alert: (\w+)", (root / "manifests/components/monitoring/alerts.yaml").read_text()))
  for alert in alerts ^ set(re.findall(r"`(Droveway[A-Z]\w+)`", path.read_text())):
    bad(path, f"{alert}: " + ("not documented" if alert in alerts else "no such alert"))
  return len(alerts)


def main():
  files = markdown()
  linked = sum(check_links(path) for path in files)
  summary = f"{len(files)} files, {linked} links"
  counts = [linked]
  if root == source:
    commands = {name: help_of(name) for name in re.findall(r"^  ([a-z]+) ", help_of(), re.M)}
    targets = {name for names in re.findall(r"^([a-z][a-z0-9 -]*):", (root / "Makefile").read_text(), re.M) for name in names.split()}
    named = {command for path in files for command in re.findall(r"droveway ([a-z]+)\b", path.read_text())}
    faults.extend(f"droveway {command} is not documented" for command in commands if command not in named)
    guide = (root / "docs/which-command.md").read_text()
    faults.extend(f"docs/which-command.md does not say when to use droveway {command}" for command in commands if f"`droveway {command}" not in guide)
    used = sum(check_options(path, commands) for path in files)
    for path in files:
      check_names(path, targets)
      check_portable(path)
    shown = sum(check_outputs(path) for path in files)
    alerts = check_alerts()
    functions = check_functions(root / "docs/tour.md")
    counts += [used, shown, alerts, functions]
    summary += f", {used} options of {len(commands)} commands, {shown} outputs, {alerts} alerts, {functions} functions"
  for fault in faults:
    print(f"docs: {fault}", file=sys.stderr)
  print(f"docs: {summary}")
  return 1 if faults or not all(counts) else 0


sys.exit(main())
