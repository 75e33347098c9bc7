"""Bodies that cost more than their size suggests."""

import concurrent.futures
import gzip
import random
import time
import zlib
from collections import Counter

import wire
from wire import MIB, Outcome

LIMIT = 8 * MIB  # --max-body


def post(server, body, headers=(), path="/validate"):
  """(status, seconds); the status is 0 if the connection was closed without an answer."""
  with wire.connect(server, timeout=20.0) as connection:
    start = time.monotonic()
    try:
      connection.sendall(wire.request(path, body, headers=headers))
    except OSError:
      pass  # it may have been refused by its head
    try:
      answer = wire.read_answer(connection)
    except OSError:
      answer = None
    return (answer.status if answer else 0), time.monotonic() - start


def review(annotations="{}", spec="{}", extra=""):
  """A review of a NetworkAttachmentDefinition, as JSON text."""
  kind = '{"group":"k8s.cni.cncf.io","version":"v1","kind":"NetworkAttachmentDefinition"}'
  resource = '{"group":"k8s.cni.cncf.io","version":"v1","resource":"network-attachment-definitions"}'
  nad = ('{"apiVersion":"k8s.cni.cncf.io/v1","kind":"NetworkAttachmentDefinition","metadata":{"name":"a","namespace":"default",'
         f'"annotations":{annotations}}},"spec":{spec}}}')
  return ('{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"attack",'
          f'"kind":{kind},"resource":{resource},"requestKind":{kind},"requestResource":{resource},"name":"a",'
          f'"namespace":"default","operation":"CREATE","userInfo":{{"username":"mallory"}},{extra}"object":{nad},'
          '"oldObject":null,"dryRun":false}}').encode()


def filled(body, mark, fill):
  """BODY with MARK replaced by a list of FILL that makes it LIMIT bytes long."""
  room = LIMIT - len(body) + len(mark) - 2
  count = (room + 1) // (len(fill) + 1)
  text = b"[" + b",".join([fill] * count) + b"]"
  return body.replace(mark, text + b" " * (room + 2 - len(text)))


def tally(outcome, counts, name, status, want):
  counts[status] += 1
  if status not in want:
    outcome.wrong.append(f"{name}: HTTP status {status}, not {' or '.join(map(str, want))}")


def counted(counts):
  return ", ".join(f"{count} x {status or 'closed'}" for status, count in sorted(counts.items()))


def memory_grew(server, outcome, before, most):
  grew = server.memory("VmHWM") - before
  if grew > most:
    outcome.wrong.append(f"memory grew by {grew / MIB:.1f} MiB, over {most / MIB:.0f}")
  return f"+{grew / MIB:.1f} MiB at most"


def rounds(seconds, least=1):
  end, number = time.monotonic() + seconds, 0
  while number < least or time.monotonic() < end:
    yield number
    number += 1


# --- compressed bombs ---

def bombs(server, seconds):
  zeros = b"0" * (100 * MIB)
  compressed = gzip.compress(zeros, 6)
  twice = gzip.compress(compressed, 9)
  raw = zlib.compress(zeros, 6)
  del zeros
  shapes = [("gzip", compressed, ["Content-Encoding: gzip"]), ("x-gzip", compressed, ["Content-Encoding: x-gzip"]),
            ("deflate", raw, ["Content-Encoding: deflate"]), ("gzip in gzip", twice, ["Content-Encoding: gzip, gzip"]),
            ("br", raw, ["Content-Encoding: br"]), ("GZIP", compressed, ["content-encoding: GZIP"]),
            ("identity, gzip", compressed, ["Content-Encoding: identity, gzip"])]
  outcome, counts, before = Outcome(), Counter(), server.memory("VmRSS")
  for _ in rounds(seconds):
    for name, body, headers in shapes:
      tally(outcome, counts, name, post(server, body, headers)[0], (415,))
    tally(outcome, counts, "gzip, not said", post(server, compressed)[0], (400,))
  outcome.sent = f"{sum(counts.values())} bodies of {len(twice)} to {len(compressed)} bytes that inflate to 100 MiB"
  outcome.got = f"{counted(counts)}; {memory_grew(server, outcome, before, 16 * MIB)}"
  return outcome


# --- deep ---

def deep(server, seconds):
  def nested(opening, inner, closing, levels):
    return opening * levels + inner + closing * levels

  shapes = [
      ("129 brackets", nested(b"[", b"", b"]", 129)), ("129 objects", nested(b'{"a":', b"0", b"}", 129)),
      ("in a review", review(spec=nested("[", "", "]", 126))), ("in a spec", review(spec=nested('{"a":', "0", "}", 1000))),
      ("100,000", nested(b"[", b"", b"]", 100000)), ("4 million", nested(b"[", b"", b"]", 4000000)),
      ("8 million, never closed", b"[" * 8000000), ("objects, never closed", b'{"":' * 2000000),
      ("mixed", nested(b'[{"a":', b"0", b"}]", 500000)),
  ]
  outcome, counts, before = Outcome(rose=("nesting",)), Counter(), server.memory("VmRSS")
  for _ in rounds(seconds):
    for name, body in shapes:
      tally(outcome, counts, name, post(server, body)[0], (400,))
  status = post(server, review(spec='{"config":"{}"}', extra='"options":{"a":' + nested("[", "", "]", 120) + "},"))[0]
  tally(outcome, Counter(), "120 levels, which is under the limit", status, (200,))
  outcome.sent = f"{sum(counts.values())} bodies 129 to 8 million levels deep"
  outcome.got = f"{counted(counts)}; {memory_grew(server, outcome, before, 64 * MIB)}"
  return outcome


# --- wide ---

def wide(server, seconds):
  zeros = filled(review(extra='"options":{"a":@},'), b"@", b"0")
  shapes = [("zeros", zeros), ("bare zeros", filled(b"@", b"@", b"0")), ("lists", filled(b"@", b"@", b"[]")),
            ("objects", filled(b"@", b"@", b"{}")), ("objects with a member", filled(b"@", b"@", b'{"":0}')),
            ("strings", filled(b"@", b"@", b'""')), ("nulls", filled(b"@", b"@", b"null"))]
  outcome, counts, before = Outcome(rose=("memory", "body")), Counter(), server.memory("VmRSS")
  tally(outcome, counts, "zeros", post(server, zeros)[0], (413,))
  one = memory_grew(server, outcome, before, 64 * MIB)
  with concurrent.futures.ThreadPoolExecutor(8) as pool:
    for number in rounds(seconds):
      chosen = [shapes[(number + i) % len(shapes)] for i in range(8)]
      for (name, _), (status, _) in zip(chosen, pool.map(lambda shape: post(server, shape[1]), chosen)):
        tally(outcome, counts, name, status, (413, 503) if name != "nulls" else (400, 413, 503))
      tally(outcome, counts, "over 8 MiB", post(server, zeros + b" ")[0], (413,))
  outcome.sent = f"{sum(counts.values())} bodies of 8 MiB, 8 at once"
  outcome.got = f"{counted(counts)}; one {one}, 8 {memory_grew(server, outcome, before, 200 * MIB)}"
  return outcome


# --- keys ---

def object_of(keys):
  return "{" + ",".join(f'"{key}":""' for key in keys) + "}"


def keys(server, seconds):
  """The parser's hash has a different seed in each process, so that nobody can choose keys that collide."""
  rng, count = random.Random(4), 100000
  kinds = {
      "mixed": [f"{rng.getrandbits(rng.randrange(40, 160)):x}-{i}" for i in range(count)],
      "of one length": [f"{i:020d}" for i in range(count)],
      "of one prefix": ["a" * 12 + f"{i:08x}" for i in range(count)],
      "of equal sums": ["".join(rng.sample("abcdefghijklmnop", 16)) for _ in range(count)],
  }
  bodies = {name: review(annotations=object_of(dict.fromkeys(chosen))) for name, chosen in kinds.items()}
  outcome, counts, taken = Outcome(), Counter(), {name: [] for name in kinds}
  for _ in rounds(seconds, 3):
    for name, body in bodies.items():
      status, took = post(server, body)
      tally(outcome, counts, name, status, (200, 413))
      taken[name].append(took)
  fastest = {name: min(times) * 1000 for name, times in taken.items()}
  if max(fastest.values()) > 4 * min(fastest.values()):
    outcome.wrong.append("one kind of keys costs more than 4 times another")
  for body in (review(annotations='{"a":"","a":""}'), review(annotations=object_of([*kinds["of one length"], "0" * 20]))):
    tally(outcome, counts, "a key twice", post(server, body)[0], (400,))
  outcome.sent = f"{sum(counts.values())} objects of {count} keys"
  outcome.got = f"{counted(counts)}; fastest in ms: " + ", ".join(f"{name} {ms:.0f}" for name, ms in fastest.items())
  return outcome


BODIES = {"bombs": bombs, "deep-json": deep, "wide-json": wide, "keys": keys}
