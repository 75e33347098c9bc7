"""Runs one attack against a server and measures what an honest client notices of it.
usage: attack.py NAME PORT PID FOLDER REQUEST_TIMEOUT SECONDS; or `attack.py` alone for the names. Exit status 0: as it should be;
1: not."""

import os
import subprocess
import sys
import time

import bodies
import floods
import shapes
import wire

QUIET_SECONDS = 3.0
MOST_RATIO, LEAST_QUIET = 10.0, 0.002  # under 2 ms the machine's own noise is what is measured
TRIES = 3  # neighbours on a shared machine can spoil a p99 of a few hundred answers; wrong answers count at once
# A real attacker uses another machine. Here it only gets the CPU time that the server and the honest client leave.
NICE = 5
MOST_MEMORY = 200 * 1000 * 1000

ATTACKS = {
    "slow-headers": floods.slow_headers, "slow-body": floods.slow_body, "slow-read": floods.slow_read,
    "idle-connections": floods.idle_connections, "handshakes": floods.handshakes, "half-handshakes": floods.half_handshakes,
    "tls-probes": floods.tls_probes, "pipelining": shapes.pipelining, "smuggling": shapes.smuggling, "headers": shapes.headers,
    **bodies.BODIES,
}


class Honest:
  """The honest client, a separate process, from before the attack to the end of the last try."""

  def __init__(self, server):
    self.file = os.path.join(server.folder, "honest")
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "honest.py")
    self.process = subprocess.Popen([sys.executable, script, str(server.port), server.folder, self.file],
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    if self.process.stdout.readline() != b"connected\n":
      raise RuntimeError("the honest client can't connect")

  def results(self):
    """(start, seconds, verdict) of each review so far."""
    with open(self.file, encoding="utf-8") as file:
      lines = [line.rstrip("\n").split(" ", 2) for line in file if line.endswith("\n")]
    return [(float(start), float(took), verdict) for start, took, verdict in lines]

  def is_past(self, moment):
    return any(start > moment for start, _, _ in self.results())

  def results_until(self, moment):
    """All reviews that started before MOMENT. Waits until a later one has its answer, too."""
    if not wire.until(30, lambda: self.process.poll() is not None or self.is_past(moment)):
      raise RuntimeError("the honest client gets no answers")
    if self.process.poll() is not None:
      raise RuntimeError("the honest client can't connect again")
    return [result for result in self.results() if result[0] <= moment]

  def end(self):
    self.process.stdin.close()
    self.process.wait(30)


def p99(times):
  ordered = sorted(times)
  return ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]


def settled(server):
  try:
    return server.connections() <= 1  # the honest client's
  except (OSError, AttributeError):  # an attack's connections may still take all room
    return False


def attempt(name, server, honest, seconds):
  """One try: its outcome, p99 before and during it, and the limits that were hit."""
  base = server.descriptors()
  before = server.limits()
  begin = time.monotonic()
  time.sleep(QUIET_SECONDS)
  server.forget_peak()
  start = time.monotonic()
  outcome = ATTACKS[name](server, seconds)
  end = time.monotonic()
  answers = honest.results_until(end)
  quiet = [took for at, took, _ in answers if begin <= at < start]
  during = [took for at, took, _ in answers if start <= at < end]
  bad = [verdict for at, _, verdict in answers if at >= begin and verdict != "right"]
  if bad:
    outcome.wrong.append(f"{len(bad)} of {len(answers)} honest answers, first: {bad[0]}")
  if not server.lives():
    outcome.wrong.append("the server has ended")
    return outcome, quiet, during, {}
  if not wire.until(server.request_timeout + 5, lambda: settled(server)):
    outcome.wrong.append(f"{server.connections()} connections are still open")
  if base is not None and not wire.until(10, lambda: server.descriptors() <= base):
    outcome.wrong.append(f"the server has {server.descriptors()} descriptors open, {base} before")
  rose = {limit: count - before[limit] for limit, count in server.limits().items() if count > before[limit]}
  outcome.wrong += [f"the limit {limit} was not hit" for limit in outcome.rose if limit not in rose]
  if server.memory("VmHWM") > MOST_MEMORY:
    outcome.wrong.append(f"memory went to {server.memory('VmHWM') / 1e6:.0f} MB")
  return outcome, quiet, during, rose


def tell(name, server, outcome, quiet, during, rose):
  """Prints the line about an attack; returns the ratio."""
  ratio = p99(during) / max(p99(quiet), LEAST_QUIET)
  limits = " ".join(f"{limit}+{count}" for limit, count in rose.items()) or "none"
  peak = server.memory("VmHWM") / 1e6 if server.lives() else 0
  print(f"{name} | {outcome.sent} | {outcome.got} | limits hit: {limits} | peak {peak:.0f} MB | "
        f"p99 quiet {p99(quiet) * 1e3:.2f} ms, during {p99(during) * 1e3:.2f} ms ({len(during)} answers) | ratio {ratio:.1f}", flush=True)
  return ratio


def run(name, server, honest, seconds):
  os.nice(NICE)
  for _ in range(TRIES):
    result = attempt(name, server, honest, seconds)
    ratio = tell(name, server, *result)
    for wrong in result[0].wrong[:40]:
      print(f"  wrong: {wrong}", flush=True)
    if result[0].wrong:
      return 1
    if ratio <= MOST_RATIO:
      return 0
    print(f"  over {MOST_RATIO:.0f} times; tried {TRIES} times at most", flush=True)
  return 1


def main():
  if len(sys.argv) == 1:
    print("\n".join(ATTACKS))
    return 0
  name = sys.argv[1]
  server = wire.Server(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], float(sys.argv[5]))
  honest = Honest(server)
  try:
    return run(name, server, honest, float(sys.argv[6]))
  finally:
    honest.end()


if __name__ == "__main__":
  sys.exit(main())
