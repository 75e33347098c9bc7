#!/usr/bin/env python3
"""Rejects words that make a text hard to read for native readers: words.py

It reads the documents, the manifests, and the strings of src/ (and so every message and --help text). A line that needs the word
anyway says so with `words: ok` in a comment at its end."""
import re
import subprocess
import sys

# A pattern (case-insensitive), and what to use instead.
REFUSED = [
  (r"mend(?:s|ed|ing)?", "fix"),
  (r"anew", "again"),
  (r"unless told(?: otherwise)?", "by default"),
  (r"out of reach", "unreachable"),
  (r"spelt", "written"),
  (r"for ever", "forever"),
  (r"heard of", "last contact, news"),
  (r"can(?:'t|not)? be had", "is (not) available"),
  (r"pass(?:ed|es)? over", "skipped, ignored"),
  (r"in the place of", "instead of"),
  (r"(?:is|are|was|be) told", "is reported, is shown"),
  (r"stands? (?:twice|in|already|there|now|beside|after|before)", "is, exists, appears"),
  (r"lies? in", "is in"),
  (r"by (?:itself|themselves)", "automatically, alone"),
  (r"beside", "next to, in addition to"),
  (r"tells? of", "reports, describes"),
  (r"tells? (?:whether|which)", "shows, returns true if"),
  (r"what stands", "existing objects"),
  (r"of (?:its|their) own", "own, separate"),
  (r"(?<!there )(?<=\w )is no (?!more\b|longer\b|such\b|need\b|other\b|different\b)[\w`]+", "is not a (valid)"),
  (r"are no (?:text|JSON|UTF-8|numbers?|objects?|lists?|strings?)", "are not"),
  (r"where there (?:is|are) (?:no|none)", "if there is none"),
  (r"knows? of", "knows about"),
  (r"among others", "among other things"),
  (r"at rest", "idle"),
  (r"leave (?:it|them) out", "remove it"),
  (r"lies? (?:above|below|between|inside|outside)", "is above, ..."),
  (r"both at once", "the combination"),
  (r"the one before", "the previous one"),
  (r"as it were", "(omit it)"),
]
STRING = re.compile(r'"(?:\\.|[^"\\])*"')


def lines_of(path):
  """(line number, text) of everything in PATH that a user can read."""
  with open(path, encoding="utf-8") as file:
    for number, line in enumerate(file, 1):
      if "words: ok" in line:
        continue
      if path.endswith((".c", ".h")):
        line = "" if line.lstrip().startswith("#") else " ".join(STRING.findall(line))
      yield number, line


def found():
  patterns = [(re.compile(r"(?<![\w-])(?:" + pattern + r")(?![\w-])", re.IGNORECASE), instead) for pattern, instead in REFUSED]
  paths = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md", ":!docs/rules.md", "src/*/*.[ch]",
                          "src/rules/explanations/*.yaml", "manifests/*.yaml", ".github/*.yml"], capture_output=True, text=True, check=True).stdout.split()
  for path in paths:
    for number, line in lines_of(path):
      for pattern, instead in patterns:
        for match in pattern.finditer(line):
          yield path, number, match.group(0), instead


def main():
  bad = list(found())
  for path, number, word, instead in bad:
    print(f"{path}:{number}: \"{word}\": use {instead}", file=sys.stderr)
  return 1 if bad else 0


sys.exit(main())
