"""Every relative link of the Markdown files leads to a file and an anchor that exist; every command and option that they name
after `droveway` is one that the program's help knows. check.py DROVEWAY"""
import pathlib
import re
import subprocess
import sys

droveway = sys.argv[1]
root = pathlib.Path(__file__).resolve().parent.parent.parent
files = [root / name for name in subprocess.run(["git", "ls-files", "*.md"], cwd=root, capture_output=True, text=True, check=True).stdout.split()]
faults = []


def anchors(path):
  """As GitHub makes them of headings."""
  text = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.S | re.M)
  return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in re.findall(r"^#+ +(.*?)\s*$", text, re.M)} | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


def links(path):
  text = re.sub(r"^(```.*?^```|(?: {4}|\t).*$)", "", path.read_text(), flags=re.S | re.M)
  for target in re.findall(r"\]\(([^)\s]+)\)", text):
    if re.match(r"[a-z]+:", target):
      continue
    name, _, anchor = target.partition("#")
    other = (path.parent / name).resolve() if name else path
    if not other.exists():
      faults.append(f"{path.relative_to(root)}: {target}: no such file")
    elif anchor and other.suffix == ".md" and anchor not in anchors(other):
      faults.append(f"{path.relative_to(root)}: {target}: no such anchor")
    yield target


def help_of(*command):
  done = subprocess.run([droveway, *command, "--help"], capture_output=True, text=True, check=False)
  return done.stdout if done.returncode == 0 else ""


commands = {name: help_of(name) for name in re.findall(r"^  ([a-z]+) ", help_of(), re.M)}


def uses(path):
  for command, rest in re.findall(r"(?:^|[`|/ ])droveway ([a-z]+)\b([^`|\n]*)", path.read_text()):
    if command not in commands:
      continue  # prose: "droveway is"
    for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", rest.split(" #")[0]):
      yield command, option
      if not re.search(re.escape(option) + r"(?![\w-])", commands[command]):
        faults.append(f"{path.relative_to(root)}: droveway {command} knows no {option}")


linked = sum(len(list(links(path))) for path in files)
used = sum(len(list(uses(path))) for path in files)
named = {command for path in files for command in re.findall(r"droveway ([a-z]+)\b", path.read_text())}
faults += [f"no document names droveway {command}" for command in commands if command not in named]
for fault in faults:
  print(f"docs: {fault}", file=sys.stderr)
print(f"docs: {len(files)} files, {linked} links, {used} options of {len(commands)} commands")
sys.exit(1 if faults or not linked or not used else 0)
