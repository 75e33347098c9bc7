#!/usr/bin/env python3
"""Draws the layers of src/, which tools/layers.sh defines: layers_svg.py > docs/images/layers.svg

A layer is above those that it may include. A line is left out if other lines lead to the same layer."""
import os
import re

WIDTH, BOX, HEIGHT, GAP, STEP, MARGIN = 860, 140, 46, 28, 84, 20
BEND = 16
SWEEPS = 8
DARK = (".paper{fill:#1a2029}.line{stroke:#6b7583}.inner{fill:#22324a;stroke:#7fa3e6}.outer{fill:#3d3018;stroke:#dfa64a}"
        ".name{fill:#e6e9ee}.library{fill:#eccb93}")
LIBRARIES = {"droveway/": "the public headers", "yaml.h": "libyaml", "curl/": "libcurl", "microhttpd.h": "libmicrohttpd", "gnutls/": "GnuTLS", "openssl/": "OpenSSL", "seccomp.h": "libseccomp"}


def read():
  """{layer: layers that it may include}, {layer: libraries}"""
  with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "layers.sh"), encoding="utf-8") as file:
    text = file.read()
  may = {name: [low for low in lower.split() if low != name] for name, lower in re.findall(r'may\["(\w+)"\] = "([^"]*)"', text)}
  libraries = {}
  for header, layer in re.findall(r'home\["([^"]+)"\] = "(\w+)"', text):
    libraries.setdefault(layer, []).append(LIBRARIES.get(header, header))
  return may, libraries


def direct(may):
  """For each layer, those that it may include directly, but not through another one of them."""
  return {name: [low for low in lower if not any(low in may[other] for other in lower)] for name, lower in may.items()}


def rows_of(edges):
  """Rows from the top. Each layer is in the row below the lowest layer that includes it. A line over several rows has a bend
  in each of them: (from, to, row)."""
  users = {name: [high for high in edges if name in edges[high]] for name in edges}
  depth = {}

  def deep(name):
    if name not in depth:
      depth[name] = 1 + max((deep(high) for high in users[name]), default=-1)
    return depth[name]

  rows = [[] for _ in range(1 + max(deep(name) for name in edges))]
  above = {}  # for each box or bend, the ones above it
  below = {}  # and the ones below it
  for name in edges:
    rows[deep(name)].append(name)
  for high, lower in edges.items():
    for low in lower:
      last = high
      for row in range(deep(high) + 1, deep(low)):
        bend = (high, low, row)
        rows[row].append(bend)
        above.setdefault(bend, []).append(last)
        below.setdefault(last, []).append(bend)
        last = bend
      above.setdefault(low, []).append(last)
      below.setdefault(last, []).append(low)
  return rows, above, below


def spread(row):
  """{box or bend: x of its center}"""
  width = {item: BOX if isinstance(item, str) else BEND for item in row}
  x = (WIDTH - sum(width.values()) - GAP * (len(row) - 1)) / 2
  middle = {}
  for item in row:
    middle[item] = round(x + width[item] / 2)
    x += width[item] + GAP
  return middle


def place(edges):
  rows, above, below = rows_of(edges)
  middle = {}
  for row in rows:
    middle.update(spread(row))
  for turn in range(SWEEPS):
    near = above if turn % 2 == 0 else below
    for row in rows if turn % 2 == 0 else reversed(rows):
      at = {item: sum(middle[other] for other in near[item]) / len(near[item]) if near.get(item) else middle[item] for item in row}
      row.sort(key=lambda item: (at[item], str(item)))
      middle.update(spread(row))
  y = {item: MARGIN + number * STEP for number, row in enumerate(rows) for item in row}
  return middle, y, MARGIN * 2 + (len(rows) - 1) * STEP + HEIGHT


def lines(edges, middle, y):
  for high, lower in edges.items():
    for low in lower:
      bends = sorted((item for item in middle if isinstance(item, tuple) and item[:2] == (high, low)), key=lambda item: item[2])
      points = [(middle[high], y[high] + HEIGHT)]
      for bend in bends:
        points += [(middle[bend], y[bend]), (middle[bend], y[bend] + HEIGHT)]
      points.append((middle[low], y[low]))
      yield " ".join(f"{a},{b}" for a, b in points)


def main():
  may, libraries = read()
  edges = direct(may)
  middle, y, height = place(edges)
  print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" role="img" '
        'font-family="Helvetica, Arial, sans-serif">')
  print("  <title>The layers of src: each may include those below it that it is connected to</title>")
  print(f"  <style>@media (prefers-color-scheme:dark){{{DARK}}}</style>")
  print(f'  <rect width="{WIDTH}" height="{height}" rx="8" class="paper" fill="#ffffff"/>')
  for points in lines(edges, middle, y):
    print(f'  <polyline points="{points}" class="line" fill="none" stroke="#8a94a6" stroke-width="1.5"/>')
  for name in edges:
    library = ", ".join(libraries.get(name, []))
    style, fill, stroke = ("outer", "#fff4df", "#b97a1b") if library else ("inner", "#eaf1fb", "#3d6fb4")
    print(f'  <rect x="{middle[name] - BOX // 2}" y="{y[name]}" width="{BOX}" height="{HEIGHT}" rx="6" class="{style}" fill="{fill}" stroke="{stroke}"/>')
    print(f'  <text x="{middle[name]}" y="{y[name] + (20 if library else 28)}" text-anchor="middle" font-size="15" class="name" fill="#1c2430">{name}</text>')
    if library:
      print(f'  <text x="{middle[name]}" y="{y[name] + 36}" text-anchor="middle" font-size="11" class="library" fill="#5d4310">{library}</text>')
  print("</svg>")


main()
