"""HTTP that two readers could understand differently, many requests in one write, and heads that are too large."""

import random
import select
import ssl
import time
from collections import Counter
from dataclasses import dataclass

import wire
from bodies import counted, tally
from wire import Outcome

# The permitted results of a shape. REJECTED: a 4xx, or the connection is closed. ONCE: the same, or an answer to the first request
# (RFC 9112 leaves this to the server). An answer to the hidden request is never permitted.
REJECTED, ONCE = "rejected", "once"
QUIET = 0.7  # seconds without a byte after which no more answers are awaited


# --- pipelining ---

def pipelining(server, seconds):
  rng, reviews, outcome, counts = random.Random(4), wire.reviews(), Outcome(), Counter()
  end, context = time.monotonic() + seconds, wire.client_context(server)
  while not counts or time.monotonic() < end:
    with wire.connect(server, context=context) as connection:
      for _ in range(10):
        chosen = [rng.choice(reviews) for _ in range(20)]
        connection.sendall(b"".join(wire.request(path, body) for path, body, _ in chosen))
        data = b""
        for number, (_, _, golden) in enumerate(chosen):
          while (parsed := wire.parse_answer(data)) is None:
            more = connection.recv(65536)
            if not more:
              outcome.wrong.append(f"closed after {number} of 20 answers")
              return outcome
            data += more
          answer, data = parsed
          right = answer.status == 200 and answer.body == golden
          counts["right" if right else "wrong"] += 1
          if not right:
            outcome.wrong.append(f"answer {number + 1} of 20 is not the one expected there")
        if data:
          outcome.wrong.append("more than 20 answers")
  outcome.sent = f"{counts.total()} reviews, 20 in one write"
  outcome.got = f"{counts['right']} right answers in order, {counts['wrong']} wrong"
  return outcome


# --- smuggling ---

@dataclass
class Shape:
  name: str
  head: list  # header lines after Host
  body: bytes
  verdict: str = REJECTED
  line: str = "POST /validate HTTP/1.1"
  end: bytes = b"\r\n"

  def raw(self, body):
    lines = [self.line, "Host: localhost", "Content-Type: application/json", *self.head, "", ""]
    return self.end.join(line.encode("latin-1") for line in lines) + body


REVIEW, HIDDEN = b"@REVIEW@", b"@HIDDEN@"  # in a shape's body and head: the review and the hidden request
HIDDEN_LENGTH, REVIEW_LENGTH, BOTH_LENGTH = "@HIDDENLENGTH@", "@REVIEWLENGTH@", "@BOTHLENGTH@"


def chunk(data, size=None, end=b"\r\n"):
  return (size if size is not None else b"@REVIEWHEX@") + end + data + end


CHUNKED = chunk(REVIEW) + b"0\r\n\r\n"
TE, CL = "Transfer-Encoding: chunked", f"Content-Length: {REVIEW_LENGTH}"


def length_shapes():
  over = ["-1", "+5", "0x10", "1e3", "5 5", "5,", "5abc", "", "٣".encode().decode("latin-1"), "18446744073709551616",
          "18446744073709551617", "9223372036854775808", "-9223372036854775809", "9" * 40, f"0{'9' * 19}"]
  for value in over:
    yield Shape(f"length {value[:22]!r}", [f"Content-Length: {value}"], HIDDEN)
  yield Shape("lengths 0 and all", ["Content-Length: 0", f"Content-Length: {HIDDEN_LENGTH}"], HIDDEN)
  yield Shape("lengths all and 0", [f"Content-Length: {HIDDEN_LENGTH}", "Content-Length: 0"], HIDDEN)
  yield Shape("lengths of the review and of all", [CL, f"Content-Length: {BOTH_LENGTH}"], REVIEW + HIDDEN)
  yield Shape("lengths of all and of the review", [f"Content-Length: {BOTH_LENGTH}", CL], REVIEW + HIDDEN)
  yield Shape("lengths in a list", [f"Content-Length: 0, {HIDDEN_LENGTH}"], HIDDEN)
  yield Shape("the same length in a list", [f"Content-Length: {REVIEW_LENGTH}, {REVIEW_LENGTH}"], REVIEW, ONCE)
  yield Shape("the same length twice", [CL, CL], REVIEW, ONCE)


def chunked_shapes():
  yield Shape("chunked, then a length", [TE, "Content-Length: 4"], CHUNKED + HIDDEN, ONCE)
  yield Shape("a length, then chunked", ["Content-Length: 4", TE], CHUNKED + HIDDEN, ONCE)
  yield Shape("a length over a chunked nothing", [f"Content-Length: {BOTH_LENGTH}", TE], b"0\r\n\r\n" + HIDDEN)
  for value in ("xchunked", "chunked, identity", "identity", "identity, chunked", "chunked, chunked", "gzip, chunked",
                "\x0bchunked", "chunked\x00", "chunkedx", "chunked;a=b", "chunk", '"chunked"', "chunked,"):
    yield Shape(f"coding {value!r} and a length", [f"Transfer-Encoding: {value}", f"Content-Length: {BOTH_LENGTH}"],
                b"0\r\n\r\n" + HIDDEN)
    yield Shape(f"coding {value!r}", [f"Transfer-Encoding: {value}"], b"0\r\n\r\n" + HIDDEN)
  yield Shape("two codings", [TE, "Transfer-Encoding: identity"], b"0\r\n\r\n" + HIDDEN)
  yield Shape("two codings, the other way", ["Transfer-Encoding: identity", TE], b"0\r\n\r\n" + HIDDEN)
  yield Shape("chunked in HTTP/1.0", [TE], b"0\r\n\r\n" + HIDDEN, line="POST /validate HTTP/1.0")
  yield Shape("chunked in HTTP/1.0 and a length", [TE, CL, "Connection: keep-alive"], CHUNKED + HIDDEN,
              line="POST /validate HTTP/1.0")
  for size in (b"0x5", b"-1", b"+5", b"-0", b"g", b"", b" 5", b"5 5", b"f" * 16 + b"1", b"1" + b"0" * 16, b"1" + b"0" * 20,
               b"8" + b"0" * 15,
               b"f" * 16):
    yield Shape(f"chunk size {size.decode()!r}", [TE], chunk(b"hello", size) + b"0\r\n\r\n" + HIDDEN)
  yield Shape("a chunk longer than it says", [TE], b"5\r\nhelloXX\r\n0\r\n\r\n" + HIDDEN)
  yield Shape("a chunk that no CRLF ends", [TE], b"5\r\nhello0\r\n\r\n" + HIDDEN)
  yield Shape("a chunk ended by LF", [TE], chunk(b"hello", b"5", b"\n") + b"0\n\n" + HIDDEN)
  yield Shape("a chunk ended by CR", [TE], chunk(b"hello", b"5", b"\r") + b"0\r\r" + HIDDEN)
  yield Shape("LF in a chunk's extension", [TE], b"5;\nhello\r\n0\r\n\r\n" + HIDDEN)
  yield Shape("a length in the trailer", [TE, "Connection: close"],
              chunk(REVIEW) + b"0\r\nContent-Length: 5\r\n\r\n" + HIDDEN, ONCE)


def header_shapes():
  zero = ["Content-Length: 0"]
  fold = f"Content-Length: 0\r\n {HIDDEN_LENGTH}"
  yield Shape("a folded length", [fold], HIDDEN)
  yield Shape("a length behind a fold", ["X-A: b\r\n Content-Length: 0", f"Content-Length: {HIDDEN_LENGTH}"], HIDDEN, ONCE)
  yield Shape("a folded coding", ["Transfer-Encoding:\r\n chunked", f"Content-Length: {BOTH_LENGTH}"], b"0\r\n\r\n" + HIDDEN)
  yield Shape("a fold first", [" Content-Length: 0", f"Content-Length: {HIDDEN_LENGTH}"], HIDDEN, ONCE)
  for gap in (" ", "\t", "\x0b", "\x00"):
    yield Shape(f"{gap!r} before the colon of a length", [f"Content-Length{gap}: 0", f"Content-Length: {HIDDEN_LENGTH}"], HIDDEN)
    yield Shape(f"{gap!r} before the colon of the only length", [f"Content-Length{gap}: {REVIEW_LENGTH}"], REVIEW)
    yield Shape(f"{gap!r} before the colon of a coding", [f"Transfer-Encoding{gap}: chunked", f"Content-Length: {BOTH_LENGTH}"],
                b"0\r\n\r\n" + HIDDEN)
    yield Shape(f"{gap!r} before any colon", [f"X-A{gap}: b", *zero], b"")
  yield Shape("CR in a header", [f"X-A: b\rContent-Length: {HIDDEN_LENGTH}", *zero], b"")
  yield Shape("NUL in a header", ["X-A: b\x00c", *zero], b"")
  yield Shape("a line without a colon", [f"Content-Length {HIDDEN_LENGTH}", *zero], b"")
  yield Shape("a header without a name", ["X-A: b", ": b", "POST @MARKER@ HTTP/1.1", "Host: localhost", *zero], b"")
  # The same in a GET is missing here: libmicrohttpd 0.9.75 takes a line that begins with a colon as the end of a head, and the
  # connection is closed only after a POST, where this can matter (SECURITY.md, "Not promised").
  yield Shape("LF only", [CL], REVIEW, ONCE, end=b"\n")
  yield Shape("LF inside", [f"X-A: b\nContent-Length: {REVIEW_LENGTH}"], REVIEW, ONCE)
  yield Shape("LF LF inside", [f"X-A: b\n\nPOST @MARKER@ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0"], b"")
  yield Shape("CR only", zero, HIDDEN, end=b"\r")
  yield Shape("two hosts", ["Host: elsewhere", *zero], b"")
  yield Shape("HTTP/0.9", [], b"", line="POST /validate")
  for version in ("HTTP/9.9", "http/1.1", "HTTP/1.1x", "HTTP/01.1", "HTTP/1.1 @MARKER@ HTTP/1.1", "HTTP/2.0"):
    yield Shape(f"version {version[:12]!r}", zero, b"", line=f"POST /validate {version}")
  yield Shape("a space in the path", zero, b"", line="POST /validate @MARKER@ HTTP/1.1")
  yield Shape("a body of a GET", ["Connection: close", f"Content-Length: {HIDDEN_LENGTH}"], HIDDEN, ONCE, "GET /livez HTTP/1.1")


def all_shapes():
  return [*length_shapes(), *chunked_shapes(), *header_shapes()]


def marker_of(number):
  return f"/smuggled-marker-{number}."


def fill_in(shape, number, review):
  """The bytes of a shape."""
  marker = marker_of(number)
  hidden = wire.request(marker, b"") if HIDDEN in shape.body else b""
  body = shape.body.replace(b"@REVIEWHEX@", b"%x" % len(review)).replace(REVIEW, review).replace(HIDDEN, hidden)
  raw = shape.raw(b"")
  for mark, value in ((HIDDEN_LENGTH, len(hidden)), (REVIEW_LENGTH, len(review)), (BOTH_LENGTH, len(body)), ("@MARKER@", marker)):
    raw = raw.replace(mark.encode(), str(value).encode())
  return raw + body


class Exchange:
  """A shape on a separate connection."""

  def __init__(self, server, shape, number, review):
    self.shape, self.number, self.data, self.open, self.heard = shape, number, b"", True, time.monotonic()
    self.connection = wire.connect(server)
    self.connection.sendall(fill_in(shape, number, review))
    self.connection.setblocking(False)

  def hear(self):
    try:
      while more := self.connection.recv(65536):
        self.data += more
        self.heard = time.monotonic()
    except ssl.SSLWantReadError:
      return
    except OSError:
      pass
    self.open = False
    self.connection.close()

  def answers(self):
    found, rest = [], self.data
    while parsed := wire.parse_answer(rest):
      found.append(parsed[0].status)
      rest = parsed[1]
    return found

  def ended(self):
    """Returns true if the connection is closed, or was answered and is quiet since."""
    return not self.open or (self.data and time.monotonic() - self.heard > QUIET)

  def fault(self, log):
    answers = self.answers()
    if b'"path":"%s"' % marker_of(self.number).encode() in log:
      return f"the hidden request was taken (answers: {answers})"
    if len(answers) > 1:
      return f"{len(answers)} answers: {answers}"
    if answers and not 400 <= answers[0] < 500 and not (answers[0] == 200 and self.shape.verdict == ONCE):
      return f"answered with {answers[0]}" if answers[0] != 501 and answers[0] != 505 else None
    if not answers and self.open:
      return "left open without an answer"
    return None


def smuggling(server, seconds):
  shapes, outcome, counts = all_shapes(), Outcome(), Counter()
  review = next(body for path, body, _ in wire.reviews() if path == "/validate")
  end, rounds = time.monotonic() + seconds, 0
  faults = {}
  while rounds == 0 or time.monotonic() < end:
    first = rounds * len(shapes)
    exchanges = [Exchange(server, shape, first + i, review) for i, shape in enumerate(shapes)]
    until = time.monotonic() + server.request_timeout + 3
    while time.monotonic() < until and (waiting := [e for e in exchanges if not e.ended()]):
      for exchange in waiting:
        exchange.hear()
      select.select([e.connection for e in waiting if e.open], [], [], 0.1)
    log = server.log()
    for exchange in exchanges:
      fault = exchange.fault(log)
      if fault:
        faults.setdefault(exchange.shape.name, fault)
      for status in exchange.answers() or [0]:
        counts[status] += 1
      exchange.connection.close()
    rounds += 1
  outcome.wrong += [f"{name}: {fault}" for name, fault in faults.items()]
  outcome.sent = f"{rounds} x {len(shapes)} ambiguous requests"
  outcome.got = f"{counted(counts)}; {len(faults)} shapes answered wrongly"
  return outcome


# --- heads ---

def ask(server, head, end=b"\r\n\r\n"):
  """The status, or 0 if the connection was closed without an answer."""
  with wire.connect(server) as connection:
    try:
      connection.sendall(b"\r\n".join([b"GET /livez HTTP/1.1", b"Host: localhost", *head]) + end)
    except OSError:
      pass
    try:
      answer = wire.read_answer(connection)
    except OSError:
      answer = None
    return answer.status if answer else 0


def endless(server):
  """The number of bytes of an endless head that were accepted, and the status."""
  sent = 0
  with wire.connect(server) as connection:
    connection.sendall(b"GET /livez HTTP/1.1\r\n")
    try:
      while sent < 64 * wire.MIB:
        connection.sendall(b"X-A: b\r\n" * 1000)
        sent += 8000
        if select.select([connection], [], [], 0)[0]:
          break
    except OSError:
      pass
    try:
      answer = wire.read_answer(connection)
    except OSError:
      answer = None
    return sent, answer.status if answer else 0


def headers(server, seconds):
  shapes = [
      ("1,000 headers", [b"X-%04d: 0123456789abcdef" % i for i in range(1000)], (431,)),
      ("1,000 of one name", [b"X-A: 0123456789abcdef"] * 1000, (431,)), ("many tiny headers", [b"a:"] * 8000, (431,)),
      ("20,000 headers", [b"X-A: b"] * 20000, (431, 0)), ("a header of 17 KiB", [b"X-A: " + b"b" * 17408], (431,)),
      ("a header of 64 KiB", [b"X-A: " + b"b" * 65536], (431, 0)), ("a header of 1 MiB", [b"X-A: " + b"b" * wire.MIB], (431, 0)),
      ("a name of 17 KiB", [b"X" * 17408 + b": b"], (431,)), ("17 KiB of cookies", [b"Cookie: " + b"a=b; " * 3482], (431,)),
      ("15 KiB of headers", [b"X-%03d: %s" % (i, b"b" * 500) for i in range(30)], (200,)),
      ("a header of 15 KiB", [b"X-A: " + b"b" * 15360], (200,)),
  ]
  outcome, counts = Outcome(rose=("header",)), Counter()
  end = time.monotonic() + seconds
  while not counts or time.monotonic() < end:
    for name, head, want in shapes:
      tally(outcome, counts, name, ask(server, head), want)
    sent, status = endless(server)
    tally(outcome, counts, "a head without an end", status, (431, 0))
    if sent > 4 * wire.MIB:
      outcome.wrong.append(f"{sent} bytes of a head were taken")
  outcome.sent = f"{counts.total()} heads, many headers and large ones"
  outcome.got = counted(counts)
  return outcome
