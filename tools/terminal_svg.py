#!/usr/bin/env python3
"""Draws a terminal: reads text with ANSI colors from standard input and prints SVG: terminal_svg.py [--recording] TITLE [COLUMNS]

With --recording, the picture moves: lines that begin with "$ " are typed, then the lines below them appear. What does not know
CSS, or is asked for less motion, shows all lines at once."""
import argparse
import html
import re
import sys

COLORS = {"1": "bold", "31": "red", "32": "green", "33": "yellow", "35": "magenta", "36": "cyan", "2": "dim", "90": "dim"}
# As attributes: many programs that draw SVG know no CSS.
LOOKS = {"bold": 'font-weight="bold"', "dim": 'fill="#9aa4ad"', "red": 'fill="#ff8a80"', "green": 'fill="#8ee08e"', "yellow": 'fill="#ffd75f"',
         "magenta": 'fill="#f0a0f0"', "cyan": 'fill="#7fdbff"'}
LINE, CHARACTER, MARGIN, HEAD = 19, 8.43, 16, 28
PAPER, INK = "#16191d", "#e6e6e6"
# Seconds of a recording.
KEY, ENTER, READ_LINE, READ, LAST = 0.05, 0.5, 0.6, 1.2, 6


def pieces(line):
  """(character, looks) for each character of LINE; its escape sequences select the looks."""
  looks = set()
  for part in re.split(r"(\x1b\[[0-9;]*[mK])", line):
    if not part.startswith("\x1b"):
      yield from ((c, frozenset(looks)) for c in part)
    elif part.endswith("m"):
      for code in part[2:-1].split(";"):
        if code in ("", "0"):
          looks.clear()
        for number in (code, code.lstrip("0")):
          if number in COLORS:
            looks.add(COLORS[number])


def wrap(cells, columns):
  """Lines of at most COLUMNS, broken at spaces if possible."""
  while len(cells) > columns:
    at = max((i for i in range(columns // 2, columns + 1) if cells[i][0] == " "), default=columns)
    yield cells[:at]
    cells = cells[at:].copy()
    while cells and cells[0][0] == " ":
      cells.pop(0)
    cells = [(" ", frozenset())] * 4 + cells
  yield cells


def spans(cells):
  text, current = "", frozenset()
  for character, looks in cells + [("", None)]:
    if looks != current:
      if text:
        attributes = " ".join(LOOKS[look] for look in sorted(current))
        yield f"<tspan {attributes}>{html.escape(text, False)}</tspan>" if attributes else html.escape(text, False)
      text, current = "", looks
    text += character


def is_command(cells):
  return "".join(character for character, _ in cells[:2]) == "$ "


def moments(lines):
  """(when a line appears, when it has been typed or None) for each line, and the length of the recording. In seconds."""
  found, now, read = [], 0.5, 0.0
  for cells in lines:
    if is_command(cells):
      now += read
      typed = now + ENTER + KEY * (len(cells) - 2)
      found.append((now, typed))
      now, read = typed + ENTER, READ
    else:
      found.append((now, None))
      read += READ_LINE
  return found, now + read + LAST


def motion(lines):
  """The CSS of a recording: line I has the class "lI", and what hides a command that is being typed "tI"."""
  times, length = moments(lines)
  rules = []
  for i, (begin, typed) in enumerate(times):
    rules.append(f"@keyframes l{i}{{0%{{opacity:0}}{100 * begin / length:.2f}%,100%{{opacity:1}}}}.l{i}{{animation:l{i} {length:.1f}s step-end infinite}}")
    if typed is not None:
      keys = len(lines[i]) - 2
      first, last = 100 * (begin + ENTER) / length, 100 * typed / length
      rules.append(f"@keyframes t{i}{{0%{{opacity:1}}{first:.2f}%{{opacity:1;transform:translateX(0);animation-timing-function:steps({keys})}}"
                   f"{last:.2f}%{{opacity:1;transform:translateX({keys * CHARACTER:.1f}px)}}{last + 100 * ENTER / length:.2f}%,100%{{opacity:0}}}}"
                   f".t{i}{{animation:t{i} {length:.1f}s step-end infinite}}")
  return "@media (prefers-reduced-motion:no-preference){" + "".join(rules) + "}"


def cover(i, y, cells):
  """The paper over a command, with a cursor at its left edge. Only a recording shows it."""
  x, top = MARGIN + 2 * CHARACTER, y - 15
  return (f'<g class="t{i}" opacity="0"><rect x="{x:.1f}" y="{top}" width="{(len(cells) - 1) * CHARACTER:.1f}" height="{LINE + 1}" fill="{PAPER}"/>'
          f'<rect x="{x:.1f}" y="{top + 2}" width="{CHARACTER:.1f}" height="{LINE - 3}" fill="{INK}"/></g>')


def main():
  parser = argparse.ArgumentParser()
  parser.add_argument("--recording", action="store_true")
  parser.add_argument("title")
  parser.add_argument("columns", type=int, nargs="?", default=110)
  given = parser.parse_args()
  lines = [w for line in sys.stdin.read().rstrip("\n").split("\n") for w in wrap(list(pieces(line)), given.columns)]
  width, height = round(given.columns * CHARACTER + 2 * MARGIN), len(lines) * LINE + 2 * MARGIN + HEAD
  print(f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="14" fill="{INK}" role="img" aria-labelledby="t">
<title id="t">{html.escape(given.title)}</title>
<rect width="{width}" height="{height}" rx="8" fill="{PAPER}"/>
<circle cx="20" cy="18" r="6" fill="#ff5f57"/><circle cx="40" cy="18" r="6" fill="#febc2e"/><circle cx="60" cy="18" r="6" fill="#28c840"/>""")
  if given.recording:
    print(f"<style>{motion(lines)}</style>")
  for i, cells in enumerate(lines):
    y = HEAD + MARGIN + i * LINE
    text = f'<text x="{MARGIN}" y="{y}" xml:space="preserve">{"".join(spans(cells))}</text>'
    if given.recording:
      text = f'<g class="l{i}">{text}{cover(i, y, cells) if is_command(cells) else ""}</g>'
    print(text)
  print("</svg>")


main()
