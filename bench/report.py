#!/usr/bin/env python3
"""Generates, from bench/results.tsv, the marked sections of docs/performance.md and its charts; with --check, only says whether they
are up to date."""
import re
import sys

import lines
from chart import Bars, number
from lines import ROOT

DOCUMENT = ROOT / "docs/performance.md"
IMAGES = ROOT / "docs/images"
CONNECTIONS = (1, 16, 128)
SIZES = ("10x3", "100x100", "1000x500", "10000x5000")
SMALL, ORDINARY, LARGE = SIZES[0], SIZES[1], SIZES[3]
CONNECTED = "900 connections"
PAYLOAD = "validate-nad-create"
WIDE = "validate-nad-create-wide"

results = lines.read(ROOT / "bench/results.tsv")


# --- words ---


def ratio_text(ratio):
  return "not measured" if ratio is None else f"{ratio[0]:.2f} ({ratio[1]:.2f} to {ratio[2]:.2f})"


def value(part, case, metric, scale=1):
  """The median, followed by the quartiles if there are several values."""
  values = [v * scale for v in results.get(part, case, metric) or ()]
  if not values:
    return "-"
  middle, lower, upper = lines.spread(values)
  return number(middle) + (f" ({number(lower)} to {number(upper)})" if len(values) > 1 else "")


def table(head, rows):
  return "\n".join(["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)] + ["| " + " | ".join(row) + " |" for row in rows])


def size_words(size):
  nads, nodes = (f"{int(n):,}" for n in size.split("x"))
  return f"{nads} NADs, {nodes} nodes"


def against_floor(metric, case, floor="floor"):
  return results.ratio(("serve", f"serve {case}", metric), ("serve", f"{floor} {case}", metric))


# --- the targets ---


def met(values, most):
  known = [v for v in values if v is not None]
  return "-" if len(known) < len(values) or not known else "yes" if all(v <= most for v in known) else "**no**"


def target_ratio(what, metric, most):
  ratios = [against_floor(metric, f"c={n}") for n in CONNECTIONS]
  words = "; ".join(f"{ratio_text(ratio)} at {n}" for ratio, n in zip(ratios, CONNECTIONS))
  return [what, f"{most} times the floor's", words + " connections", met([ratio and ratio[0] for ratio in ratios], most)]


def same_answer(name):
  return results.get("engine", f"{name} {LARGE}", "answer") == results.get("engine", f"{name} {SMALL}", "answer")


def size_ratios():
  """{review: ratio of the instructions on the large cluster to those on the small one}, for reviews with the same answer on both."""
  names = dict.fromkeys(case.split()[0] for case in results.cases("engine"))
  ratios = {name: results.ratio(("engine", f"{name} {LARGE}", "instructions"), ("engine", f"{name} {SMALL}", "instructions")) for name in names}
  return {name: ratio[0] for name, ratio in ratios.items() if ratio and same_answer(name)}


def target_size():
  ratios = size_ratios()
  worst = max(ratios, key=ratios.get) if ratios else None
  words = f"{ratios[worst]:.2f} at the most (`{worst}`)" if worst else "not measured"
  return [f"Instructions with {size_words(LARGE)}", f"1.25 times those with {size_words(SMALL)}", words, met([ratios.get(worst)], 1.25)]


def target_memory(size, most):
  kinds = (("resident", "idle"), ("resident-under-load", "under load"), ("resident-api", "idle, with an API server"))
  known = [(words, results.median("scale", size, metric)) for metric, words in kinds if results.get("scale", size, metric)]
  return [f"Resident memory, {size_words(size)}", f"{most} MB", "; ".join(f"{number(v)} MB {words}" for words, v in known) or "not measured",
          met([v for _, v in known] or [None], most)]


def target_ready(size, most):
  known = [(words, results.median("scale", size, metric)) for metric, words in (("ready-folder", "from a folder"), ("ready-api", "from an API server"))
           if results.get("scale", size, metric)]
  return [f"Ready, {size_words(size)}", f"{number(most * 1000)} ms", "; ".join(f"{number(v * 1000)} ms {words}" for words, v in known) or "not measured",
          met([v for _, v in known] or [None], most)]


def target_allocations():
  serve, floor = (results.median("serve", name, "allocations") for name in ("serve", "floor"))
  engine = results.median("engine", f"{PAYLOAD} {ORDINARY}", "allocations")
  extra = None if serve is None or floor is None else round(serve - floor)
  return ["Allocations a request", "3 over the floor's: body, arena, answer", "not measured" if extra is None else
          f"{extra} over the floor's {floor:.0f}; {engine:.0f} of them in the engine", met([extra], 3)]


def threads_measured(kind):
  return sorted(int(case.split("=")[1]) for case in results.cases("cores") if case.startswith(kind + " "))


def target_cores():
  threads = threads_measured("engine")
  most = threads[-1] if threads else 1
  ratio = results.ratio(("cores", f"engine threads={most}", "rate"), ("cores", "engine threads=1", "rate")) if most > 1 else None
  cpu = results.ratio(("cores", f"serve threads={most}", "cpu"), ("cores", "serve threads=1", "cpu")) if most > 1 else None
  return ["Linear in cores", f"{most} times the decisions on {most} cores, at no more CPU each",
          f"{ratio_text(ratio)} times the decisions of the engine; CPU of `serve` {ratio_text(cpu)} times",
          met([ratio and most * 0.9 - ratio[0], cpu and cpu[0] - 1.1], 0)]


def targets():
  fresh = against_floor("cpu", "fresh", "floor-best")
  rows = [
    target_ratio("CPU per decision", "cpu", 2),
    target_ratio("p99 of the latency", "p99", 1.5),
    ["CPU of a fresh connection", "the floor's with the best settings", ratio_text(fresh) + " times", met([fresh and fresh[0]], 1.0)],
    target_size(), target_memory(ORDINARY, 12), target_memory(LARGE, 64), target_ready(SMALL, 0.05), target_ready(LARGE, 2),
    target_allocations(), target_cores()]
  return table(["", "at most", "measured", "met"], rows)


# --- the parts ---


def serve():
  rows = []
  for n in CONNECTIONS:
    for metric, words in (("cpu", "CPU per decision, µs"), ("rate", "decisions per second"), ("p50", "p50, µs"), ("p99", "p99, µs"), ("p99.9", "p99.9, µs")):
      rows.append([str(n), words, value("serve", f"floor c={n}", metric), value("serve", f"serve c={n}", metric), ratio_text(against_floor(metric, f"c={n}"))])
  return table(["connections", "", "floor", "`serve`", "ratio"], rows)


def idle():
  rows = [[str(n), value("serve", f"alone c={n}", "cpu"), value("serve", f"crowded c={n}", "cpu"),
           ratio_text(results.ratio(("serve", f"crowded c={n}", "cpu"), ("serve", f"alone c={n}", "cpu")))] for n in CONNECTIONS[:2]]
  return table(["connections", "CPU per decision, µs", "with 900 idle ones", "ratio"], rows)


FRESH = (("floor", "floor, GnuTLS's defaults"), ("floor-no-tickets", "floor, no tickets"), ("floor-aes-128", "floor, AES-128-GCM and SHA-256"),
         ("floor-x25519", "floor, X25519"), ("floor-rsa", "floor, all three, RSA-2048 key"), ("floor-best", "floor, all three: settings of serve"), ("serve", "serve"))


def fresh():
  rows = [[words, value("serve", f"{case} fresh", "cpu"), value("serve", f"{case} fresh", "p50"), value("serve", f"{case} fresh", "p99"),
           ratio_text(results.ratio(("serve", f"{case} fresh", "cpu"), ("serve", "floor fresh", "cpu"))),
           ratio_text(results.ratio(("serve", f"{case} fresh", "cpu"), ("serve", "floor-best fresh", "cpu")))]
          for case, words in FRESH]
  return table(["", "CPU, µs", "p50, µs", "p99, µs", "CPU, ratio to GnuTLS's defaults", "CPU, ratio to the settings of serve"], rows)


def cores():
  rows = [[f"engine, {n} threads", value("cores", f"engine threads={n}", "rate"), "-",
           ratio_text(results.ratio(("cores", f"engine threads={n}", "rate"), ("cores", "engine threads=1", "rate")))] for n in threads_measured("engine")]
  rows += [[f"`serve --threads {n}`, client on the same cores", value("cores", f"serve threads={n}", "rate"), value("cores", f"serve threads={n}", "cpu"),
            ratio_text(results.ratio(("cores", f"serve threads={n}", "rate"), ("cores", "serve threads=1", "rate")))] for n in threads_measured("serve")]
  return table(["", "decisions per second", "CPU per decision, µs", "decisions, ratio to one thread"], rows)


def reviews():
  return list(dict.fromkeys(case.split()[0] for case in results.cases("engine")))


def engine():
  rows = [[f"`{name}`", value("engine", f"{name} {ORDINARY}", "instructions"), value("engine", f"{name} {ORDINARY}", "allocations"),
           value("engine", f"{name} {ORDINARY}", "time", 0.001)] for name in reviews()]
  return table(["review", "instructions", "allocations", "CPU, µs"], rows)


def sizes():
  rows = []
  for name in reviews():
    ratio = results.ratio(("engine", f"{name} {LARGE}", "instructions"), ("engine", f"{name} {SMALL}", "instructions"))
    rows.append([f"`{name}`"] + [value("engine", f"{name} {size}", "instructions") for size in SIZES]
                + [("-" if ratio is None else f"{ratio[0]:.2f}") + ("" if same_answer(name) else ", another answer")])
  return table(["instructions"] + [size_words(size) for size in SIZES] + ["last to first"], rows)


SCALE = (("ready-folder", "ready from a state folder, s"), ("resident", "resident when idle, MB"), ("resident-anonymous", "... of it not backed by files, MB"),
         ("resident-under-load", "resident under load, MB"), ("peak", "at the most, MB"), ("ready-api", "ready from a real API server, s"),
         ("ready-api-cpu", "... CPU of `serve` until then, s"), ("lists-alone", "... what the API server takes for the same lists, s"),
         ("resident-api", "resident when idle, MB, API server"),
         ("peak-api", "... at the most, MB"), ("resident-watched", "... after the changes, MB"), ("peak-watched", "at the most, MB, API server"),
         ("behind", "last of 10,000 changes until it counts, s"), ("catch-up", "catching up with 10,000 changes after a pause, s"),
         ("watch-cpu", "CPU for 10,000 changes, s"))


def scale():
  rows = [[words] + [value("scale", size, metric) for size in SIZES] for metric, words in SCALE if any(results.get("scale", size, metric) for size in SIZES)]
  if not rows:
    return "Not measured here."
  connection = value("scale", CONNECTED, "connection")
  return table([""] + [size_words(size) for size in SIZES], rows) + f"\n\nEach open connection adds {connection} KB, measured with {CONNECTED}."


def apply():
  rows = []
  for metric in ("p50", "p99", "mean"):
    added = [b - a for a, b in zip(results.get("apply", "without", metric) or (), results.get("apply", "with", metric) or ())]
    if added:
      rows.append([f"{metric}, ms", value("apply", "without", metric), value("apply", "with", metric),
                   "{:.2f} ({:.2f} to {:.2f})".format(*lines.spread(added))])
  return table(["", "without the webhook", "with it", "added, ms"], rows) if rows else "Not measured here."


def other():
  known = {("serve", m) for m in ("cpu", "rate", "p50", "p99", "p99.9", "allocations")} | {("cores", "cpu"), ("cores", "rate")}
  known |= {("engine", m) for m in ("time", "instructions", "allocations", "answer")} | {("apply", m) for m in ("p50", "p99", "mean")}
  known |= {("scale", metric) for metric, _ in SCALE} | {("scale", "connection")}
  rows = [[part, case, metric, value(part, case, metric), results.units[part, case, metric]] for part, case, metric in results.rows if (part, metric) not in known]
  return table(["part", "case", "metric", "value", "unit"], rows) if rows else ""


def machine():
  words = {"date": "date", "commit": "commit", "processor": "processor", "memory": "memory", "kernel": "kernel", "system": "system", "compiler": "compiler",
           "libc": "C library", "libraries": "libraries", "wrk": "wrk", "valgrind": "valgrind", "took": "`make bench` took"}
  return table(["", ""], [[name, results.facts[key]] for key, name in words.items() if key in results.facts])


# --- charts ---


def groups(rows):
  """Leaves out what was not measured. ROWS: [(label, [(series, key, scale)])]."""
  found = [(label, [(name, [v * scale for v in results.rows[key]]) for name, key, scale in bars if key in results.rows]) for label, bars in rows]
  return [(label, bars) for label, bars in found if bars]


def charts():
  pair = ("floor", "serve")
  words = {n: "1 connection" if n == 1 else f"{n} connections" for n in CONNECTIONS}
  by_size = [(size_words(size), size) for size in SIZES]
  return {
    "cpu": Bars("CPU per decision: serve and bare libmicrohttpd with TLS", "µs of CPU per decision, less is better",
                groups([(words[n], [(s, ("serve", f"{s} c={n}", "cpu"), 1) for s in pair]) for n in CONNECTIONS])),
    "latency": Bars("Latency at full load", "µs, less is better",
                    groups([(f"{metric}, {words[n]}", [(s, ("serve", f"{s} c={n}", metric), 1) for s in pair]) for n in CONNECTIONS for metric in ("p50", "p99", "p99.9")]),
                    logarithmic=True),
    "fresh": Bars("A fresh TLS connection with one decision", "µs of CPU a connection, less is better",
                  groups([(words, [("", ("serve", f"{case} fresh", "cpu"), 1)]) for case, words in FRESH])),
    "engine": Bars("Instructions per review, in the engine alone", "thousands of instructions, less is better",
                   groups([(name.replace("-bridge-dhcp-serverside", "-serverside"), [("", ("engine", f"{name} {ORDINARY}", "instructions"), 0.001)]) for name in reviews()])),
    "sizes": Bars("Instructions per review, by the cluster's size", "thousands of instructions, less is better",
                  groups([(words, [(label, ("engine", f"{name} {size}", "instructions"), 0.001) for name, label in ((WIDE, "NAD CREATE"), ("validate-hco-v1-create", "HyperConverged CREATE"))])
                          for words, size in by_size])),
    "memory": Bars("Resident memory of serve, by the cluster's size", "MB, less is better",
                   groups([(words, [("idle", ("scale", size, "resident"), 1), ("under load", ("scale", size, "resident-under-load"), 1),
                                    ("idle, API server", ("scale", size, "resident-api"), 1)]) for words, size in by_size]), mark=(64, "at most 64")),
    "ready": Bars("From start until ready, by the cluster's size", "ms, less is better",
                  groups([(words, [("state folder", ("scale", size, "ready-folder"), 1000), ("API server", ("scale", size, "ready-api"), 1000)])
                          for words, size in by_size]), logarithmic=True, mark=(2000, "at most 2,000")),
  }


def main():
  text = DOCUMENT.read_text(encoding="utf-8")
  for section in (targets, serve, idle, fresh, cores, engine, sizes, scale, apply, other, machine):
    begin, end = f"<!-- {section.__name__}: written by make bench -->", f"<!-- end of {section.__name__} -->"
    if begin not in text or end not in text:
      sys.exit(f"report: {DOCUMENT.relative_to(ROOT)} has no {begin} ... {end}")
    text = re.sub(re.escape(begin) + ".*?" + re.escape(end), lambda _, s=section: f"{begin}\n{s()}\n{end}", text, flags=re.S)
  written = {DOCUMENT: text} | {IMAGES / f"performance-{name}.svg": chart.svg() for name, chart in charts().items() if chart.groups}
  if "--check" in sys.argv:
    old = [str(path.relative_to(ROOT)) for path, new in written.items() if path.read_text(encoding="utf-8") != new]
    sys.exit(f"report: not what bench/results.tsv says: {', '.join(old)}; run `make bench-report`" if old else 0)
  for path, new in written.items():
    path.write_text(new, encoding="utf-8")
  print(f"report: wrote {DOCUMENT.relative_to(ROOT)} and its charts")


main()
