"""Many connections, slow ones, and some that do not speak the protocol."""

import csv
import os
import random
import resource
import selectors
import socket
import ssl
import struct
import subprocess
import time
from collections import Counter

import wire
from wire import Outcome

CONNECTIONS = 10000
FIRST_OCTET, LAST_OCTET = 3, 50  # the attackers' addresses, 127.0.0.3 to 127.0.0.50
PER_ADDRESS = 300


def counted(counter):
  return ", ".join(f"{count} {what}" for what, count in sorted(counter.items()))


# --- slowhttptest ---

def slow(server, seconds, mode, options):
  """250 connections from one address are accepted; the time limit of requests has to close them."""
  seconds = max(seconds, server.request_timeout + 3)
  prefix = os.path.join(server.folder, "slow")
  command = ["slowhttptest", mode, "-c", "400", "-r", "400", "-l", str(int(seconds)), "-i", "1", "-p", "3", "-g", "-o", prefix,
             *options]
  subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=seconds + 20, check=False)
  with open(prefix + ".csv", encoding="ascii") as file:
    rows = list(csv.DictReader(file))
  most = max(int(row["Connected"]) for row in rows)
  outcome = Outcome(f"400 connections, {' '.join([mode, *options])}")
  outcome.got = f"{most} open at most, {rows[-1]['Closed']} closed, {rows[-1]['Connected']} at the end"
  outcome.rose = ("connections_per_address", "request_time")
  return outcome


def slow_headers(server, seconds):
  return slow(server, seconds, "-H", ["-x", "24", "-u", f"https://127.0.0.1:{server.port}/validate"])


def slow_body(server, seconds):
  return slow(server, seconds, "-B", ["-s", "8192", "-x", "24", "-f", "application/json", "-u",
                                      f"https://127.0.0.1:{server.port}/validate"])


class Unread:
  """Connections that send 3,000 reviews and read no answer; slowhttptest sends 10 at most, whose answers fit the kernel's buffers."""

  def __init__(self, server, count):
    self.connections = []
    path, body, _ = max(wire.reviews(), key=lambda review: len(review[2]) / len(review[1]))
    asked = wire.request(path, body) * 3000
    context = wire.client_context(server)
    for _ in range(count):
      sock = socket.socket()
      sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
      sock.bind(("127.0.0.3", 0))
      sock.connect(server.address)
      connection = context.wrap_socket(sock, server_hostname="localhost")
      connection.settimeout(0.2)
      self.connections.append(connection)
      try:
        connection.sendall(asked)
      except OSError:
        pass  # the server reads no more while its answers are not taken

  def end(self):
    for connection in self.connections:
      connection.close()


def slow_read(server, seconds):
  unread = Unread(server, 10)
  outcome = slow(server, seconds, "-X", ["-w", "1", "-y", "8", "-n", "1", "-z", "1", "-k", "10", "-u",
                                         f"https://127.0.0.1:{server.metrics_port}/metrics"])
  unread.end()
  outcome.sent += f"; {len(unread.connections)} that read nothing"
  outcome.rose = ("request_time",)
  return outcome


# --- idle connections ---

def start_connecting(server, octet):
  sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
  sock.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
  sock.bind((f"127.0.0.{octet}", 0))
  sock.connect_ex(server.address)
  return sock


class Idle:
  """Connections that send nothing, and which of them the server has closed."""

  def __init__(self, server):
    self.server, self.open, self.closed, self.made = server, set(), 0, 0
    self.selector = selectors.DefaultSelector()

  def add(self, count):
    for _ in range(count):
      octet = FIRST_OCTET + self.made // PER_ADDRESS % (LAST_OCTET - FIRST_OCTET + 1)
      sock = start_connecting(self.server, octet)
      self.made += 1
      self.open.add(sock)
      self.selector.register(sock, selectors.EVENT_READ)
      if self.made % 50 == 0:
        self.look(0)

  def look(self, timeout):
    for key, _ in self.selector.select(timeout):
      sock = key.fileobj
      try:
        if sock.recv(4096):
          continue
      except BlockingIOError:
        continue
      except OSError:
        pass
      self.selector.unregister(sock)
      self.open.remove(sock)
      self.closed += 1
      wire.reset(sock)

  def end(self):
    for sock in self.open:
      wire.reset(sock)
    self.selector.close()


def time_to_connect(server, idle, start):
  """Seconds from START to the answer on a new honest connection; None if it takes longer than a request may."""
  context = wire.client_context(server)
  while time.monotonic() - start < server.request_timeout + 2:
    try:
      with wire.connect(server, "127.0.0.2", 1.0, context) as connection:
        connection.sendall(wire.request("/livez", method="GET"))
        if wire.read_answer(connection).status == 200:
          return time.monotonic() - start
    except (OSError, AttributeError):
      idle.look(0.05)
  return None


def idle_connections(server, seconds):
  outcome = Outcome(rose=("connections", "connections_per_address", "request_time"))
  hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
  resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
  count = CONNECTIONS if hard == resource.RLIM_INFINITY else min(CONNECTIONS, hard - 100)
  end, rounds, slowest, at_once, closed = time.monotonic() + seconds, 0, 0.0, 0, 0
  while rounds == 0 or time.monotonic() < end:
    idle, start = Idle(server), time.monotonic()
    idle.add(count)
    at_once = max(at_once, idle.closed)
    took = time_to_connect(server, idle, start)
    if took is None:
      outcome.wrong.append(f"no new honest connection {server.request_timeout + 2:.0f} s after the flood began")
    slowest = max(slowest, took or float("inf"))
    if not wire.until(server.request_timeout + 3, lambda: idle.look(0.1) or not idle.open):
      outcome.wrong.append(f"{len(idle.open)} idle connections were not closed")
    closed += idle.closed
    idle.end()
    rounds += 1
  outcome.sent = f"{rounds} x {count} connections that say nothing"
  outcome.got = f"{closed} closed, {at_once} in a round at once; a new honest one after {slowest:.1f} s"
  return outcome


# --- handshakes ---

def hello(context):
  """The bytes of a ClientHello."""
  out = ssl.MemoryBIO()
  session = context.wrap_bio(ssl.MemoryBIO(), out, server_hostname="localhost")
  try:
    session.do_handshake()
  except ssl.SSLWantReadError:
    pass
  return out.read()


class Handshaker:
  """One of many concurrent handshakes; WHOLE ones are completed, of the others only the ClientHello is sent."""

  def __init__(self, server, context, whole, octet):
    self.whole, self.done, self.sent = whole, False, False
    self.sock = start_connecting(server, octet)
    self.hello = None if whole else hello(context)
    if whole:
      self.sock = context.wrap_socket(self.sock, server_hostname="localhost", do_handshake_on_connect=False)

  def step(self):
    """The events to wait for; 0 at the end."""
    try:
      return self.step_whole() if self.whole else self.step_half()
    except ssl.SSLWantReadError:
      return selectors.EVENT_READ
    except ssl.SSLWantWriteError:
      return selectors.EVENT_WRITE
    except OSError:
      return 0

  def step_whole(self):
    self.sock.do_handshake()
    self.done = True
    return 0

  def step_half(self):
    if not self.sent:
      self.sock.sendall(self.hello)
      self.sent = True
      return selectors.EVENT_READ
    self.done = len(self.sock.recv(4096)) > 100
    return 0


def flood_of_handshakes(server, seconds, whole, at_once=100):
  selector, counts, number = selectors.DefaultSelector(), Counter(), 0
  context = wire.client_context(server)
  end = time.monotonic() + seconds
  while time.monotonic() < end:
    while len(selector.get_map()) < at_once:
      number += 1
      one = Handshaker(server, context, whole, FIRST_OCTET)
      selector.register(one.sock, selectors.EVENT_WRITE, one)
    for key, _ in selector.select(0.1):
      events = key.data.step()
      if events:
        selector.modify(key.fileobj, events, key.data)
        continue
      counts["answered" if key.data.done else "closed"] += 1
      selector.unregister(key.fileobj)
      wire.reset(key.fileobj)
  for key in list(selector.get_map().values()):
    wire.reset(key.fileobj)
  what = "TLS handshakes" if whole else "ClientHellos, no more"
  outcome = Outcome(f"{number} {what}, {at_once} at once", f"{counted(counts)}; {counts['answered'] / seconds:.0f} a second")
  if counts["answered"] == 0:
    outcome.wrong.append("no handshake was answered")
  return outcome


def handshakes(server, seconds):
  return flood_of_handshakes(server, seconds, True)


def half_handshakes(server, seconds):
  return flood_of_handshakes(server, seconds, False)


# --- TLS probes ---

def record(kind, body, version=0x0301, length=None):
  return struct.pack(">BHH", kind, version, len(body) if length is None else length) + body


def broken_records(rng, good):
  """(name, bytes) of invalid handshakes; GOOD is a ClientHello."""
  at = rng.randrange(5, len(good))
  return [
      ("plain HTTP", wire.request("/livez", method="GET")),
      ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
      ("SSLv2 hello", bytes.fromhex("802b0100020012000000100100800200800300800600400400800700c0") + rng.randbytes(16)),
      ("SSLv3 hello",
     record(22, b"\x01\x00\x00\x2d\x03\x00" + rng.randbytes(32) + b"\x00\x00\x04\x00\x35\x00\x0a\x01\x00", 0x0300)),
      ("garbage", rng.randbytes(rng.randrange(1, 4096))),
      ("a record of garbage", record(22, rng.randbytes(512))),
      ("record too long", record(22, rng.randbytes(64), length=0xffff)),
      ("record of no length", record(22, b"") * 50),
      ("truncated record", good[:at]),
      ("hello with a changed byte", good[:at] + bytes([good[at] ^ (1 << rng.randrange(8))]) + good[at + 1:]),
      ("hello in 1-byte records", b"".join(record(22, good[i:i + 1]) for i in range(5, len(good)))),
      ("data before the handshake", record(23, rng.randbytes(200), 0x0303)),
      ("a heartbeat", record(24, b"\x01\x40\x00", 0x0302)),
      ("a ChangeCipherSpec first", record(20, b"\x01", 0x0303) * 20 + good),
      ("alerts", record(21, b"\x01\x00", 0x0303) * 200),
      ("two hellos", good + good),
      ("garbage after the hello", good + record(23, rng.randbytes(512), 0x0303)),
      ("handshake of 16 MiB", record(22, b"\x01\xff\xff\xff" + rng.randbytes(16000)) * 20),
  ]


def send_broken(server, data, cut):
  """Returns true if anything except alerts and the server's hello was received."""
  try:
    with wire.connect_plain(server, "127.0.0.1", 2.0) as sock:
      try:
        sock.sendall(data)
        if cut:
          sock.shutdown(socket.SHUT_WR)
        got = sock.recv(4096)
      except TimeoutError:
        return "left open"  # the time for a request ends it
      except OSError:
        return "closed"
      return "closed" if not got else "refused" if got[0] == 21 else "hello" if got[0] == 22 else f"{got[:40]!r}"
  except OSError:
    return "closed"


V = ssl.TLSVersion
CHOICES = [  # versions, ciphers, whether that is taken
    ("TLS 1.3", V.TLSv1_3, V.TLSv1_3, "ALL", True),
    ("TLS 1.2 ECDHE GCM", V.TLSv1_2, V.TLSv1_2, "ECDHE-ECDSA-AES128-GCM-SHA256", True),
    ("TLS 1.2 ChaCha20", V.TLSv1_2, V.TLSv1_2, "ECDHE-ECDSA-CHACHA20-POLY1305", True),
    ("TLS 1.0", V.TLSv1, V.TLSv1, "ALL:@SECLEVEL=0", False),
    ("TLS 1.1", V.TLSv1_1, V.TLSv1_1, "ALL:@SECLEVEL=0", False),
    ("TLS 1.2 CBC", V.TLSv1_2, V.TLSv1_2, "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0", False),
    ("TLS 1.2 RSA", V.TLSv1_2, V.TLSv1_2, "AES128-GCM-SHA256:AES128-SHA:@SECLEVEL=0", False),
    ("TLS 1.2 DHE", V.TLSv1_2, V.TLSv1_2, "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", False),
    ("TLS 1.2 CCM", V.TLSv1_2, V.TLSv1_2, "ECDHE-ECDSA-AES128-CCM:@SECLEVEL=0", False),
    ("TLS 1.2 NULL", V.TLSv1_2, V.TLSv1_2, "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0", False),
    ("TLS 1.2 anonymous", V.TLSv1_2, V.TLSv1_2, "AECDH-AES128-SHA:ADH-AES128-SHA256:@SECLEVEL=0", False),
]


def negotiate(server, low, high, ciphers):
  context = wire.client_context(server, low, high, ciphers)
  if "A" in ciphers and ciphers.startswith("AECDH"):
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
  try:
    with wire.connect(server, context=context):
      return True
  except (ssl.SSLError, ConnectionError):
    return False


def tls_probes(server, seconds):
  rng, outcome, counts, sent = random.Random(4), Outcome(), Counter(), 0
  for name, low, high, ciphers, good in CHOICES:
    if negotiate(server, low, high, ciphers) != good:
      outcome.wrong.append(f"{name} was {'refused' if good else 'taken'}")
  end = time.monotonic() + seconds
  while sent == 0 or time.monotonic() < end:
    good = hello(wire.client_context(server))
    for name, data in broken_records(rng, good):
      result = send_broken(server, data, cut=name == "truncated record" and rng.random() < 0.9)
      sent += 1
      counts[result] += 1
      if result not in ("closed", "refused", "left open", "hello"):
        outcome.wrong.append(f"{name}: {result}")
      if time.monotonic() >= end and sent > 40:
        break
  outcome.sent = f"{len(CHOICES)} choices of version and cipher, {sent} broken hellos and records"
  outcome.got = f"{sum(choice[4] for choice in CHOICES)} choices taken; {counted(counts)}"
  return outcome
