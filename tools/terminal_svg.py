#!/usr/bin/env python3
"""Draws a terminal: reads text with ANSI colors from standard input and prints SVG. terminal_svg.py TITLE [COLUMNS]"""
import html
import re
import sys

COLORS = {"1": "bold", "31": "red", "32": "green", "33": "yellow", "35": "magenta", "36": "cyan", "2": "dim", "90": "dim"}
# As attributes: many programs that draw SVG know no CSS.
LOOKS = {"bold": 'font-weight="bold"', "dim": 'fill="#9aa4ad"', "red": 'fill="#ff8a80"', "green": 'fill="#8ee08e"', "yellow": 'fill="#ffd75f"',
         "magenta": 'fill="#f0a0f0"', "cyan": 'fill="#7fdbff"'}
LINE, CHARACTER, MARGIN = 19, 8.43, 16


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


def main():
  title, columns = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 110
  lines = [w for line in sys.stdin.read().rstrip("\n").split("\n") for w in wrap(list(pieces(line)), columns)]
  width, height = round(columns * CHARACTER + 2 * MARGIN), len(lines) * LINE + 2 * MARGIN + 28
  print(f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="14" fill="#e6e6e6" role="img" aria-labelledby="t">
<title id="t">{html.escape(title)}</title>
<rect width="{width}" height="{height}" rx="8" fill="#16191d"/>
<circle cx="20" cy="18" r="6" fill="#ff5f57"/><circle cx="40" cy="18" r="6" fill="#febc2e"/><circle cx="60" cy="18" r="6" fill="#28c840"/>""")
  for i, cells in enumerate(lines):
    print(f'<text x="{MARGIN}" y="{28 + MARGIN + i * LINE}" xml:space="preserve">{"".join(spans(cells))}</text>')
  print("</svg>")


main()
