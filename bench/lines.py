"""Lines of results: part, case, metric, unit, values; see README.md."""
import pathlib
import statistics

ROOT = pathlib.Path(__file__).resolve().parent.parent


def show(part, case, metric, unit, *values):
  print(part, case, metric, unit, *(f"{value:.7g}" for value in values), sep="\t", flush=True)


def spread(values):
  """(median, lower quartile, upper quartile), which a few outliers do not change."""
  if len(values) < 2:
    return (values[0],) * 3
  lower, middle, upper = statistics.quantiles(values, n=4, method="inclusive")
  return middle, lower, upper


class Results:
  """Values by (part, case, metric). `facts` are the lines `#key<TAB>value`."""

  def __init__(self, lines=()):
    self.rows, self.units, self.facts = {}, {}, {}
    for line in lines:
      self.add(line)

  def add(self, line):
    fields = line.rstrip("\n").split("\t")
    if line.startswith("#"):
      if len(fields) == 2:
        self.facts[fields[0][1:]] = fields[1]
    elif fields != [""]:
      if len(fields) < 5:
        raise ValueError(f"not a line of results: {line!r}")
      key = tuple(fields[:3])
      self.units[key] = fields[3]
      self.rows[key] = [float(value) for value in fields[4:]]

  def get(self, part, case, metric):
    return self.rows.get((part, case, metric))

  def median(self, part, case, metric):
    values = self.get(part, case, metric)
    return statistics.median(values) if values else None

  def cases(self, part):
    return list(dict.fromkeys(case for (of, case, _) in self.rows if of == part))

  def ratio(self, one, other):
    """The ratios of each repetition, as spread(). ONE and OTHER are (part, case, metric). None if one is missing."""
    above, below = self.rows.get(one), self.rows.get(other)
    if not above or not below or not all(below):
      return None
    return spread([a / b for a, b in zip(above, below)])


def read(path):
  with open(path, encoding="utf-8") as file:
    return Results(file)
