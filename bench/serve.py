#!/usr/bin/env python3
"""Compares `serve` with the floor: CPU, rate and latency of the recorded NAD CREATE. Prints lines of results (README.md).

Servers run on the first core, wrk on the last one. Each round measures all servers, one after another."""
import contextlib
import mmap
import os
import pathlib
import re
import socket
import ssl
import statistics
import struct
import subprocess
import sys
import tempfile
import time

from lines import ROOT, show

SMOKE = "--smoke" in sys.argv
BUILD = pathlib.Path(os.environ.get("BUILD", "build"))
BODY = "tests/payloads/recorded/validate-nad-create.json"
# SECONDS include WARM; wrk accepts only whole seconds.
ROUNDS, FEWER_ROUNDS, SECONDS, FRESH_SECONDS, WARM = (1, 1, 1, 1, 0.3) if SMOKE else (7, 5, 2, 1, 0.4)
CONNECTIONS = (1, 16, 128)
FRESH_CONNECTIONS = 8
IDLE = 40 if SMOKE else 900
CORES = sorted(os.sched_getaffinity(0))
NADS, NODES = 100, 100


def own_priorities():
  """The GnuTLS priorities of `serve`, from its source."""
  for path in sorted((ROOT / "src/http").glob("*.c")):
    found = re.search(r'\bpriorities\[\] =((?:\s*"[^"]*")+);', path.read_text())
    if found:
      return "".join(re.findall(r'"([^"]*)"', found[1]))
  sys.exit("serve.py: no GnuTLS priorities found in src/http")


class Server:
  """A server that runs until the `with` block ends. COUNT: its allocations are counted."""

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

  def floor(self, name, priorities, cores, count=False, pair=None):
    return self.start([BUILD / "bench/floor", *(pair or self.pair), "--priorities", priorities], name, cores, count)

  def rsa_pair(self):
    certificate, key = self.folder / "rsa.crt", self.folder / "rsa.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2", "-out", certificate, "-keyout", key],
                   check=True, capture_output=True)
    return ["--tls-cert", certificate, "--tls-key", key]

  def serve(self, name, threads, cores, count=False):
    return self.start([BUILD / "droveway", "serve", "--listen", "127.0.0.1:0", *self.pair, "--state", self.folder / "state", "--threads", threads,
                       "--audit-interval", "0", "--shutdown-delay", "0", "--connection-rate", "60000",
                       "--max-connections-per-address", "1000"], name, cores, count)


def run_wrk(server, connections, fresh, pinned):
  seconds = FRESH_SECONDS if fresh else SECONDS
  environment = dict(os.environ, BODY=BODY, START=str(WARM), CLOSE="1" if fresh else "0", SERVER=str(server.process.pid))
  done = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", "bench/post.lua", f"https://127.0.0.1:{server.port}/"],
                        env=environment, capture_output=True, text=True, check=False,
                        preexec_fn=lambda: os.sched_setaffinity(0, {CORES[-1]} if pinned else set(CORES)))
  os.truncate(server.log, 0)
  return re.search(r"^result (\d+) (-?\d+) (\S+) (\S+) (\S+) (\S+) (\d+)$", done.stdout, re.M), done.stdout + done.stderr


def load(server, connections, fresh=False, pinned=True):
  """One run of wrk: (CPU time per request in us, requests per second, p50, p99 and p99.9 in us)."""
  for _ in range(3):
    found, text = run_wrk(server, connections, fresh, pinned)
    if found and int(found[7]) == 0 and int(found[2]) > connections:
      cpu, requests, seconds = int(found[1]), int(found[2]), float(found[3])
      return cpu / 1000 / requests, requests / seconds, float(found[4]), float(found[5]), float(found[6])
    print(f"serve.py: trying again, because wrk could not measure:\n{text}", file=sys.stderr)
  sys.exit(1)


METRICS = (("cpu", "us"), ("rate", "1/s"), ("p50", "us"), ("p99", "us"), ("p99.9", "us"))


def compare(part, cases, metrics=METRICS, rounds=FEWER_ROUNDS):
  """CASES: {name: function that measures once}. Measures them in turn, forwards and backwards."""
  taken = {name: [] for name in cases}
  for turn in range(rounds):
    for name in list(cases) if turn % 2 == 0 else reversed(cases):
      taken[name].append(cases[name]())
  for name, runs in taken.items():
    for i, (metric, unit) in enumerate(metrics):
      show(part, name, metric, unit, *(values[i] for values in runs))


def measure_kept(bench):
  servers = {"floor": bench.floor("floor", "NORMAL", {CORES[0]}), "serve": bench.serve("serve", 1, {CORES[0]})}
  for connections in CONNECTIONS:
    compare("serve", {f"{name} c={connections}": lambda name=name: load(servers[name], connections) for name in servers}, rounds=ROUNDS)


def open_idle(server, stack):
  """Opens connections that are used once and then idle."""
  context = tls_client()
  for _ in range(IDLE):
    stream = stack.enter_context(context.wrap_socket(stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))))
    post(stream, b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")


def measure_idle(bench):
  """Compares two servers, one of which has IDLE idle connections."""
  servers = {"alone": bench.serve("alone", 1, {CORES[0]}), "crowded": bench.serve("crowded", 1, {CORES[0]})}
  with contextlib.ExitStack() as stack:
    open_idle(servers["crowded"], stack)
    for connections in CONNECTIONS[:2]:
      compare("serve", {f"{name} c={connections}": lambda name=name: load(servers[name], connections) for name in servers})


# Each of these differs in one setting from the defaults of GnuTLS.
TLS = {
  "floor": "NORMAL",
  "floor-no-tickets": "NORMAL:%NO_TICKETS",
  "floor-aes-128": "NORMAL:-CIPHER-ALL:+AES-128-GCM",
  "floor-x25519": "NORMAL:-GROUP-ALL:+GROUP-X25519",
}


def measure_fresh(bench):
  own, first = own_priorities(), {CORES[0]}
  servers = {name: bench.floor(name, priorities, first) for name, priorities in TLS.items()}
  servers["floor-rsa"] = bench.floor("floor-rsa", own, first, pair=bench.rsa_pair())
  servers["floor-best"] = bench.floor("floor-best", own, first)
  servers["serve"] = bench.serve("serve", 1, first)
  compare("serve", {f"{name} fresh": lambda name=name: load(servers[name], FRESH_CONNECTIONS, fresh=True) for name in servers})


def measure_cores(bench):
  """Measures on all cores, which the servers share with the client."""
  servers = {n: bench.serve(f"serve-{n}", n, set(CORES)) for n in (1, len(CORES))}
  compare("cores", {f"serve threads={n}": lambda n=n: load(servers[n], 16, pinned=False) for n in servers}, METRICS[:2])


def tls_client():
  context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
  context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
  return context


def post(stream, request):
  """Sends REQUEST in one TLS record, so that the server reads it at once. Reads the whole answer."""
  stream.sendall(request)
  answer = b""

  def more():
    return stream.recv(65536) or sys.exit("serve.py: the server closed the connection")

  while b"\r\n\r\n" not in answer:
    answer += more()
  head, _, body = answer.partition(b"\r\n\r\n")
  missing = int(re.search(rb"(?i)content-length: *(\d+)", head)[1]) - len(body)
  while missing > 0:
    missing -= len(more())
  if not head.startswith(b"HTTP/1.1 200"):
    sys.exit(f"serve.py: unexpected answer {head[:40]!r}")


def count_allocations(server, requests):
  """The allocations of a request on a persistent connection. Returns the most frequent number, because other threads of the server
  allocate, too."""
  body = (ROOT / BODY).read_bytes()
  request = (b"POST /validate?timeout=5s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: kube-apiserver-admission\r\nContent-Length: %d\r\n"
             b"Accept: application/json, */*\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\n\r\n" % len(body)) + body
  taken = []
  with socket.create_connection(("127.0.0.1", server.port)) as connection, tls_client().wrap_socket(connection) as stream:
    post(stream, request)
    for _ in range(requests):
      before = server.allocations()
      post(stream, request)
      time.sleep(0.002)  # for allocations after the answer
      taken.append(server.allocations() - before)
  return statistics.mode(taken)


def measure_allocations(bench):
  requests = 50 if SMOKE else 200
  show("serve", "floor", "allocations", "1", count_allocations(bench.floor("counted-floor", "NORMAL", set(CORES), count=True), requests))
  show("serve", "serve", "allocations", "1", count_allocations(bench.serve("counted-serve", 1, set(CORES), count=True), requests))


def main():
  parts = {"--kept": measure_kept, "--idle": measure_idle, "--fresh": measure_fresh, "--cores": measure_cores, "--allocations": measure_allocations}
  chosen = [parts[word] for word in sys.argv[1:] if word in parts] or parts.values()
  for part in chosen:
    with tempfile.TemporaryDirectory(prefix="droveway-bench.") as folder, contextlib.ExitStack() as stack:
      part(Bench(pathlib.Path(folder), stack))


os.chdir(ROOT)
main()
