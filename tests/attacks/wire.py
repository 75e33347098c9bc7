"""Shared by the attacks and the honest client: TLS connections, HTTP answers, and the server's metrics."""

import os
import re
import socket
import ssl
import struct
import time
from dataclasses import dataclass, field, replace

REPO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MIB = 1 << 20


@dataclass
class Server:
  port: int
  pid: int
  folder: str  # of the certificates and the log
  request_timeout: float

  @property
  def address(self):
    return ("127.0.0.1", self.port)

  def log(self):
    with open(os.path.join(self.folder, "log"), "rb") as file:
      return file.read()

  def lives(self):
    try:
      with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:
        return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
      return False

  def connections(self):
    """The number of open connections."""
    return int(re.search(r"^droveway_connections (\d+)", self.metrics(), re.M).group(1))

  def descriptors(self):
    """None if this user may not read them, because the server is not dumpable."""
    try:
      return len(os.listdir(f"/proc/{self.pid}/fd"))
    except PermissionError:
      return None

  def memory(self, what):
    """VmHWM, the maximum so far, or VmRSS, the current value; in bytes."""
    with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
      return int(re.search(rf"^{what}:\s+(\d+) kB", file.read(), re.M).group(1)) << 10

  def forget_peak(self):
    """Resets the peak if this user may; otherwise it is the peak of all attacks so far."""
    try:
      with open(f"/proc/{self.pid}/clear_refs", "w", encoding="ascii") as file:
        file.write("5")
    except PermissionError:
      pass

  @property
  def metrics_port(self):
    return int(re.search(rb'"serving metrics","address":"127\.0\.0\.1:(\d+)"', self.log()).group(1))

  def metrics(self):
    with connect(replace(self, port=self.metrics_port), "127.0.0.2") as connection:
      connection.sendall(request("/metrics", method="GET"))
      return read_answer(connection).body.decode()

  def limits(self):
    """droveway_limit_hits_total by limit."""
    found = re.findall(r'^droveway_limit_hits_total{limit="(\w+)"} (\d+)', self.metrics(), re.M)
    return {name: int(count) for name, count in found}


@dataclass
class Outcome:
  """What an attack did, its results, and what is wrong with them."""

  sent: str = ""
  got: str = ""
  rose: tuple = ()  # limits that have to be hit
  wrong: list = field(default_factory=list)


def client_context(server, low=None, high=None, ciphers=None):
  context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
  context.load_verify_locations(os.path.join(server.folder, "ca.crt"))
  if ciphers:
    context.set_ciphers(ciphers)
  if low:
    context.minimum_version = low
  if high:
    context.maximum_version = high
  return context


def connect_plain(server, source="127.0.0.1", timeout=10.0):
  sock = socket.create_connection(server.address, timeout, (source, 0))
  sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
  return sock


def connect(server, source="127.0.0.1", timeout=10.0, context=None):
  sock = connect_plain(server, source, timeout)
  try:
    return (context or client_context(server)).wrap_socket(sock, server_hostname="localhost")
  except BaseException:
    sock.close()
    raise


def reset(sock):
  """Closes without TIME_WAIT, so that a flood does not run out of ports."""
  try:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
  except OSError:
    pass
  sock.close()


def request(path, body=b"", method="POST", headers=()):
  head = [f"{method} {path} HTTP/1.1", "Host: localhost"]
  if method == "POST":
    head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
  return "\r\n".join([*head, *headers, "", ""]).encode("latin-1") + body


@dataclass
class Answer:
  status: int
  body: bytes
  closes: bool


def parse_answer(data):
  """The first answer in DATA and the rest of DATA; None if the answer is not complete yet."""
  while True:
    end = data.find(b"\r\n\r\n")
    if end < 0:
      return None
    if data.startswith(data[:end + 4] * 2):  # libmicrohttpd before 0.9.76 writes the head of its own errors twice
      data = data[end + 4:]
    head = data[:end].decode("latin-1")
    match = re.match(r"HTTP/1\.[01] (\d{3})", head)
    if not match:
      raise ValueError(f"no HTTP answer: {data[:80]!r}")
    if match.group(1) != "100":
      break
    data = data[end + 4:]
  length = re.search(r"(?im)^content-length:\s*(\d+)\s*$", head)
  stop = end + 4 + int(length.group(1) if length else 0)
  if len(data) < stop:
    return None
  closes = re.search(r"(?im)^connection:\s*close\s*$", head) is not None
  return Answer(int(match.group(1)), data[end + 4:stop], closes), data[stop:]


def read_answer(connection, data=b""):
  """None if the connection ends before the answer is complete."""
  while True:
    parsed = parse_answer(data)
    if parsed:
      if parsed[1]:
        raise ValueError(f"more than an answer: {parsed[1][:80]!r}")
      return parsed[0]
    more = connection.recv(65536)
    if not more:
      return None
    data += more


def reviews():
  """The recorded reviews: (path, body, golden answer)."""
  payloads = os.path.join(REPO, "tests", "payloads")
  found = []
  for name in sorted(os.listdir(os.path.join(payloads, "recorded"))):
    if not name.endswith(".json"):
      continue
    with open(os.path.join(payloads, "recorded", name), "rb") as file:
      body = file.read()
    with open(os.path.join(payloads, "recorded-answers", name[:-5] + ".answer.json"), "rb") as file:
      golden = file.read()
    found.append(("/mutate" if name.startswith("mutate-") else "/validate", body, golden))
  if len(found) < 16:
    raise ValueError("there are fewer recorded reviews than there were")
  return found


def until(seconds, condition, pause=0.02):
  """Waits for CONDITION; returns false if it is not true within SECONDS."""
  end = time.monotonic() + seconds
  while not condition():
    if time.monotonic() >= end:
      return False
    time.sleep(pause)
  return True
