"""Bar charts as SVG. They have a background, so that they are readable on light and dark pages."""
import html
import math

from lines import spread

WIDTH, LEFT, RIGHT, BAR, GAP, HEAD, FOOT = 760, 250, 96, 17, 12, 80, 48
# What each class looks like: attributes, because many programs that draw SVG know no CSS, and the CSS for dark pages.
LOOKS = {
  "i": ('fill="#1c2430"', "fill:#e6e9ee"),
  "t": ('fill="#1c2430" font-size="16" font-weight="600"', "fill:#e6e9ee"),
  "s": ('fill="#525c6b" font-size="12"', "fill:#a7b0bd"),
  "b": ('fill="#a3222a" font-size="12"', "fill:#ff9a94"),
  "p": ('fill="#ffffff"', "fill:#1a2029"),
  "g": ('stroke="#c9ced6"', "stroke:#3a4553"),
  "w": ('stroke="#1c2430" stroke-width="1.5"', "stroke:#e6e9ee"),
  "m": ('stroke="#a3222a" stroke-width="2" stroke-dasharray="5 4"', "stroke:#ff9a94"),
  "s0": ('fill="#8a94a3"', "fill:#8f9bab"),
  "s1": ('fill="#2f6fc4"', "fill:#6ea4ee"),
  "s2": ('fill="#1f7a4d"', "fill:#5cc493"),
}
DARK = "".join(f".{name}{{{css}}}" for name, (_, css) in LOOKS.items())


def look(name):
  """The attributes of an element of this class."""
  return f'class="{name}" {LOOKS[name][0]}'


def number(value):
  if value >= 1000:
    return f"{value:,.0f}"
  return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def ticks(most, least):
  """LEAST: where the axis begins, which is then logarithmic."""
  if least:
    return [10.0 ** power for power in range(round(math.log10(least)), math.ceil(math.log10(most)) + 1)]
  step = 10.0 ** math.floor(math.log10(most / 4))
  step = next(step * factor for factor in (1, 2, 5, 10) if step * factor * 6 >= most)
  return [step * i for i in range(int(most / step) + 1)]


class Bars:
  """GROUPS: [(label, [(series, [values])])]. A bar shows the median, and a line on it the lower and the upper quartile."""

  def __init__(self, title, axis, groups, logarithmic=False, mark=None):
    self.title, self.axis, self.groups, self.mark = title, axis, groups, mark
    self.values = [value for _, bars in groups for _, values in bars for value in spread(values)]
    self.series = list(dict.fromkeys(name for _, bars in groups for name, _ in bars))
    most = max(self.values + ([mark[0]] if mark else []), default=1)
    self.least = 10.0 ** math.floor(math.log10(min(self.values))) if logarithmic and self.values else 0
    self.ticks = ticks(most, self.least)
    self.most = max(most, self.ticks[-1])
    self.out = []

  def x(self, value):
    part = math.log(max(value, self.least) / self.least) / math.log(self.most / self.least) if self.least else value / self.most
    return LEFT + part * (WIDTH - LEFT - RIGHT)

  def text(self, x, y, words, style="i", anchor="start"):
    self.out.append(f'<text x="{x:.0f}" y="{y:.0f}" {look(style)} text-anchor="{anchor}">{html.escape(words, False)}</text>')

  def line(self, x1, y1, x2, y2, style):
    self.out.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {look(style)}/>')

  def bar(self, y, name, values):
    middle, lower, upper = spread(values)
    style = f"s{self.series.index(name) if len(self.series) > 1 else 1}"
    self.out.append(f'<rect x="{LEFT}" y="{y}" width="{max(self.x(middle) - LEFT, 1):.1f}" height="{BAR - 3}" {look(style)}/>')
    if len(values) > 1:
      self.line(self.x(lower), y + BAR / 2 - 1.5, self.x(upper), y + BAR / 2 - 1.5, "w")
    self.text(self.x(upper) + 6, y + BAR - 5, number(middle))

  def legend(self):
    x = LEFT
    for i, name in enumerate(self.series if len(self.series) > 1 else []):
      self.out.append(f'<rect x="{x}" y="42" width="12" height="12" ' + look(f"s{i}") + "/>")
      self.text(x + 17, 53, name)
      x += 40 + 8 * len(name)

  def svg(self):
    height = HEAD + FOOT + sum(len(bars) * BAR + GAP for _, bars in self.groups)
    self.text(16, 26, self.title, "t")
    self.legend()
    for tick in self.ticks:
      self.line(self.x(tick), HEAD - 6, self.x(tick), height - FOOT, "g")
      self.text(self.x(tick), height - FOOT + 16, number(tick) if tick else "0", "s", "middle")
    y = HEAD
    for label, bars in self.groups:
      self.text(LEFT - 10, y + len(bars) * BAR / 2 + 3, label, "i", "end")
      for name, values in bars:
        self.bar(y, name, values)
        y += BAR
      y += GAP
    if self.mark:
      self.line(self.x(self.mark[0]), HEAD - 6, self.x(self.mark[0]), height - FOOT, "m")
      self.text(self.x(self.mark[0]), HEAD - 9, self.mark[1], "b", "middle")
    self.text((LEFT + WIDTH - RIGHT) / 2, height - 10, self.axis + (", logarithmic" if self.least else ""), "s", "middle")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="system-ui,\'DejaVu Sans\',sans-serif" '
            f'font-size="13" role="img" aria-labelledby="t">\n<title id="t">{html.escape(self.title, False)}</title>\n'
            f'<style>@media (prefers-color-scheme:dark){{{DARK}}}</style>\n<rect width="{WIDTH}" height="{height}" rx="8" {look("p")}/>\n'
            + "\n".join(self.out) + "\n</svg>\n")
