#!/usr/bin/env python3
"""`serve` beside the floor: CPU, rate and latency of the recorded NAD CREATE; lines of results on standard output (README.md).

Servers have core 0, wrk the last one; each round takes every server in turn."""
import contextlib
import http.client
import mmap
import os
import pathlib
import re
import ssl
import struct
import subprocess
import sys
import tempfile
import time

from lines import ROOT, show

SMOKE = "--smoke" in sys.argv
BUILD = pathlib.Path(os.environ.get("BUILD", "build"))
BODY = "tests/payloads/recorded/validate-nad-create.json"
ROUNDS, SECONDS, WARM = (1, 1, 0.3) if SMOKE else (7, 2, 0.4)  # WARM is part of SECONDS, which wrk takes whole
CONNECTIONS = (1, 16, 128)
FRESH_CONNECTIONS = 8
CORES = sorted(os.sched_getaffinity(0))
NADS, NODES = 100, 100


def own_priorities():
  """What `serve` asks of GnuTLS, as its source says."""
  for path in sorted((ROOT / "src/server").glob("*.c")):
    found = re.search(r'\bpriorities\[\] =((?:\s*"[^"]*")+);', path.read_text())
    if found:
      return "".join(re.findall(r'"([^"]*)"', found[1]))
  sys.exit("serve.py: src/server names no priorities")


class Server:
  """A server that runs until the with-block ends. COUNT: its allocations are counted."""

  def __init__(self, command, folder, name, cores, count=False):
    self.log = folder / f"{name}.log"
    self.count = None
    environment = dict(os.environ)
    if count:
      path = folder / f"{name}.count"
      path.write_bytes(bytes(8))
      with open(path, "r+b") as file:
        self.count = mmap.mmap(file.fileno(), 8)
      environment.update(LD_PRELOAD=str((BUILD / "bench/libcount.so").resolve()), BENCH_ALLOCATIONS=str(path))
    with open(self.log, "ab") as log:
      self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment,
                                      preexec_fn=lambda: os.sched_setaffinity(0, cores))
    self.port = self.wait_for_port()

  def wait_for_port(self):
    for _ in range(2000):
      found = re.search(r'^(\d+)$|"listening".*?127\.0\.0\.1:(\d+)', self.log.read_text(), re.M)
      if found:
        return int(found[1] or found[2])
      if self.process.poll() is not None:
        break
      time.sleep(0.01)
    sys.exit(f"serve.py: {self.process.args[0]} did not start:\n{self.log.read_text()[-2000:]}")

  def threads(self):
    return [f"{self.process.pid}/{thread}" for thread in os.listdir(f"/proc/{self.process.pid}/task")]

  def allocations(self):
    return struct.unpack("q", self.count)[0]

  def stop(self):
    self.process.stdin.close()
    self.process.terminate()
    self.process.wait()


class Bench:
  def __init__(self, folder, stack):
    self.folder, self.stack = folder, stack
    subprocess.run([BUILD / "droveway", "certs", "--dir", folder, "--dns", "localhost"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([BUILD / "bench/state", str(NADS), str(NODES), folder / "state"], check=True)
    self.pair = ["--tls-cert", folder / "tls.crt", "--tls-key", folder / "tls.key"]

  def start(self, command, name, cores, count=False):
    server = Server([str(word) for word in command], self.folder, name, cores, count)
    self.stack.callback(server.stop)
    return server

  def floor(self, name, priorities, cores, count=False):
    return self.start([BUILD / "bench/floor", *self.pair, "--priorities", priorities], name, cores, count)

  def serve(self, name, threads, cores, count=False):
    return self.start([BUILD / "droveway", "serve", "--listen", "127.0.0.1:0", *self.pair, "--state", self.folder / "state", "--threads", threads,
                       "--audit-interval", "0", "--shutdown-delay", "0", "--connection-rate", "60000",
                       "--max-connections-per-address", "1000"], name, cores, count)


def run_wrk(server, connections, fresh, pinned):
  environment = dict(os.environ, BODY=BODY, START=str(WARM), CLOSE="1" if fresh else "0", TIDS=" ".join(server.threads()))
  done = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "-s", "bench/post.lua", f"https://127.0.0.1:{server.port}/"],
                        env=environment, capture_output=True, text=True, check=False,
                        preexec_fn=lambda: os.sched_setaffinity(0, {CORES[-1]} if pinned else set(CORES)))
  os.truncate(server.log, 0)
  return re.search(r"^result (\d+) (-?\d+) (\S+) (\S+) (\S+) (\S+) (\d+)$", done.stdout, re.M), done.stdout + done.stderr


def load(server, connections, fresh=False, pinned=True):
  """One run of wrk: (CPU in us a request, requests a second, p50, p99, p99.9 in us)."""
  for _ in range(3):
    found, text = run_wrk(server, connections, fresh, pinned)
    if found and int(found[7]) == 0 and int(found[2]) > connections:
      cpu, requests, seconds = int(found[1]), int(found[2]), float(found[3])
      return cpu / 1000 / requests, requests / seconds, float(found[4]), float(found[5]), float(found[6])
    print(f"serve.py: once more, as wrk could not measure:\n{text}", file=sys.stderr)
  sys.exit(1)


METRICS = (("cpu", "us"), ("rate", "1/s"), ("p50", "us"), ("p99", "us"), ("p99.9", "us"))


def compare(part, cases, metrics=METRICS):
  """CASES: {name: function that measures once}; in turn, forwards and backwards."""
  taken = {name: [] for name in cases}
  for turn in range(ROUNDS):
    for name in list(cases) if turn % 2 == 0 else reversed(cases):
      taken[name].append(cases[name]())
  for name, rounds in taken.items():
    for i, (metric, unit) in enumerate(metrics):
      show(part, name, metric, unit, *(values[i] for values in rounds))


def measure_kept(bench):
  own = own_priorities()
  first = {CORES[0]}
  servers = {"floor": bench.floor("floor", "NORMAL", first), "floor-best": bench.floor("floor-best", own, first), "serve": bench.serve("serve", 1, first)}
  for connections in CONNECTIONS:
    compare("serve", {f"{name} c={connections}": lambda name=name: load(servers[name], connections) for name in ("floor", "serve")})
  compare("serve", {f"{name} fresh": lambda name=name: load(servers[name], FRESH_CONNECTIONS, fresh=True) for name in servers})


def measure_cores(bench):
  """All cores, which the client shares."""
  servers = {n: bench.serve(f"serve-{n}", n, set(CORES)) for n in (1, len(CORES))}
  compare("cores", {f"serve threads={n}": lambda n=n: load(servers[n], 16, pinned=False) for n in servers}, METRICS[:2])


def post(connection, body):
  connection.request("POST", "/validate?timeout=5s", body, {"Content-Type": "application/json", "Accept": "application/json, */*"})
  answer = connection.getresponse()
  answer.read()
  if answer.status != 200:
    sys.exit(f"serve.py: answered with {answer.status}")


def count_allocations(server, requests):
  """A request's on a kept connection: the least of some turns, as other threads of the server allocate too."""
  body = (ROOT / BODY).read_bytes()
  unchecked = ssl._create_unverified_context()
  connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=unchecked)
  least = None
  for _ in range(6):
    before = server.allocations()
    for _ in range(requests):
      post(connection, body)
    taken = (server.allocations() - before) / requests
    least = taken if least is None else min(least, taken)
  connection.close()
  return least


def measure_allocations(bench):
  requests = 50 if SMOKE else 200
  show("serve", "floor", "allocations", "1", count_allocations(bench.floor("counted-floor", "NORMAL", set(CORES), count=True), requests))
  show("serve", "serve", "allocations", "1", count_allocations(bench.serve("counted-serve", 1, set(CORES), count=True), requests))


def main():
  parts = {"--kept": measure_kept, "--cores": measure_cores, "--allocations": measure_allocations}
  chosen = [parts[word] for word in sys.argv[1:] if word in parts] or parts.values()
  for part in chosen:
    with tempfile.TemporaryDirectory(prefix="droveway-bench.") as folder, contextlib.ExitStack() as stack:
      part(Bench(pathlib.Path(folder), stack))


os.chdir(ROOT)
main()
