#!/usr/bin/env python3
"""Draws pictures with librsvg, which ignores CSS for dark pages, and looks at their pixels: pictures.py PICTURE.svg...

Programs differ in how much CSS they know. So a picture must look the same without its <style>, its paper must have the
intended color, and nothing but text may be nearly black."""
import collections
import os
import re
import struct
import subprocess
import sys
import zlib

WHITE, TERMINAL = "#ffffff", "#16191d"
# By the beginning of the name, the first that fits: the color of the paper, and colors that must cover at least this many pixels.
EXPECTED = (
  ("check", TERMINAL, {"#e6e6e6": 500, "#ff8a80": 50, "#8ee08e": 50, "#7fdbff": 50}),
  ("denial", TERMINAL, {"#e6e6e6": 500, "#7fdbff": 50, "#ffd75f": 50}),
  ("layers", WHITE, {"#eaf1fb": 20000, "#fff4df": 10000}),
  ("recording", TERMINAL, {"#e6e6e6": 500, "#ff8a80": 10, "#8ee08e": 10, "#7fdbff": 10}),
  ("map-hostile", WHITE, {"#3b5f9e": 2000, "#f1efe9": 2000, "#a3222a": 500}),
  ("map", WHITE, {"#3b5f9e": 5000, "#1f7a4d": 500, "#f1efe9": 5000, "#a3222a": 500}),
  ("performance", WHITE, {"#2f6fc4": 1000}),
)
BLACK = 0.005  # of the pixels may be nearly black
PAPER = 0.4  # of the pixels at least


def draw(svg):
  """The PNG that librsvg draws."""
  return subprocess.run(["rsvg-convert", "--format", "png"], input=svg.encode(), stdout=subprocess.PIPE, check=True).stdout


def chunks(png):
  at = 8
  while at < len(png):
    length, kind = struct.unpack(">I4s", png[at:at + 8])
    yield kind, png[at + 8:at + 8 + length]
    at += length + 12


def paeth(row, above, bytes_each):
  for i in range(len(row)):
    left, corner = (row[i - bytes_each], above[i - bytes_each]) if i >= bytes_each else (0, 0)
    up = above[i]
    to_left, to_up, to_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
    row[i] = (row[i] + (left if to_left <= to_up and to_left <= to_corner else up if to_up <= to_corner else corner)) & 255


def unfilter(kind, row, above, bytes_each):
  """Restores one row of a PNG in place (PNG specification, section 9)."""
  if kind == 1:
    for i in range(bytes_each, len(row)):
      row[i] = (row[i] + row[i - bytes_each]) & 255
  elif kind == 2:
    row[:] = bytes((value + up) & 255 for value, up in zip(row, above))
  elif kind == 3:
    for i in range(len(row)):
      row[i] = (row[i] + ((row[i - bytes_each] if i >= bytes_each else 0) + above[i]) // 2) & 255
  elif kind == 4:
    paeth(row, above, bytes_each)


def count(png):
  """{color as #rrggbb: pixels}, without those that are not opaque"""
  parts = list(chunks(png))
  width, height, depth, color = struct.unpack(">IIBB", parts[0][1][:10])
  if depth != 8 or color not in (2, 6):
    sys.exit(f"pictures: can't read a PNG of depth {depth} and color type {color}")
  bytes_each = 3 if color == 2 else 4
  stride = width * bytes_each
  data = zlib.decompress(b"".join(body for kind, body in parts if kind == b"IDAT"))
  colors, above = collections.Counter(), bytearray(stride)
  for at in range(0, height * (stride + 1), stride + 1):
    row = bytearray(data[at + 1:at + 1 + stride])
    unfilter(data[at], row, above, bytes_each)
    colors.update(struct.unpack(f"{bytes_each}s" * width, row))
    above = row
  return {"#" + pixel[:3].hex(): pixels for pixel, pixels in colors.items() if len(pixel) == 3 or pixel[3] == 255}


def problems_of(name, svg):
  paper, wanted = next(((paper, wanted) for begin, paper, wanted in EXPECTED if name.startswith(begin)), (WHITE, {}))
  png = draw(svg)
  if draw(re.sub("<style>.*?</style>", "", svg, flags=re.S)) != png:
    yield "looks different without CSS"
  colors = count(png)
  pixels = sum(colors.values())
  if colors.get(paper, 0) < PAPER * pixels:
    yield f"only {colors.get(paper, 0)} of {pixels} pixels have the color of the paper, {paper}"
  black = sum(number for color, number in colors.items() if all(int(color[i:i + 2], 16) < 16 for i in (1, 3, 5)))
  if black > BLACK * pixels:
    yield f"{black} of {pixels} pixels are black"
  for color, least in wanted.items():
    if colors.get(color, 0) < least:
      yield f"only {colors.get(color, 0)} pixels have the color {color}, expected {least} or more"


def main():
  failed = False
  for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
      svg = file.read()
    for problem in problems_of(os.path.basename(path), svg):
      print(f"{path}: {problem}", file=sys.stderr)
      failed = True
  if failed:
    sys.exit(1)
  print(f"{len(sys.argv) - 1} pictures look as intended")


main()
