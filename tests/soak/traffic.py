#!/usr/bin/env python3
"""Mixed traffic for the soak test. Compares every answer with the expected one, counts lost ones, and watches memory, descriptors and
threads of the instances that are never restarted. Ends on SIGTERM with a line of results.

  traffic.py --ca FILE --work DIR --rate N --out FILE TARGET...

TARGET is NAME=PORT:PID:METRICS:REVIEWS[@ANSWERS][,REVIEWS[@ANSWERS]...]; PID 0 means several instances behind one port,
which are restarted; METRICS is the port of its metrics, 0 for none.
run.sh creates the file `quiet` in DIR when descriptors and threads are to be counted; it is removed afterwards. While the file
`away` exists, the API server is unreachable."""

import argparse
import collections
import json
import os
import pathlib
import random
import signal
import ssl
import statistics
import sys
import threading
import time

from connection import Connection, Lost
from corpus import Corpus, Request

WORKERS = 3  # a target
FRESH = 0.25  # of all requests
KEPT_FOR = 200  # requests on one connection
CROWDS = 5
SETTLE = 15  # seconds for a connection that was closed to be gone on the server's side too


class Tally:
    """Counts, and the first ten failures."""

    def __init__(self):
        self.lock = threading.Lock()
        self.counts, self.kinds, self.faults = collections.Counter(), collections.Counter(), []
        self.slowest, self.begin = 0.0, time.time()

    def add(self, what, kind=None, took=0.0):
        """Counts one more."""
        with self.lock:
            self.counts[what] += 1
            self.slowest = max(self.slowest, took)
            if kind is not None:
                self.kinds[kind] += 1

    def fault(self, what, target, request, text):
        """Counts a wrong or lost answer."""
        with self.lock:
            self.counts[what] += 1
            if len(self.faults) < 10:
                self.faults.append(f"{what} after {time.time() - self.begin:.1f} s, {target}, {request.kind} \"{request.name}\": {text}")


class Target:
    """An address and the requests for it."""

    def __init__(self, text, work):
        self.name, _, rest = text.partition("=")
        port, pid, metrics, folders = rest.split(":", 3)
        self.port, self.pid, self.metrics, self.away = int(port), int(pid), int(metrics), work / "away"
        pairs = [folder.partition("@") for folder in folders.split(",")]
        self.corpus = Corpus([(reviews, answers or reviews) for reviews, _, answers in pairs])
        self.steady = self.pid != 0


def excerpt(text, other):
    """Where two texts begin to differ."""
    at = next((i for i, (a, b) in enumerate(zip(text, other)) if a != b), min(len(text), len(other)))
    return text[max(at - 60, 0):at + 160]


class Judge:
    """Compares an answer with the expected one."""

    def __init__(self, target, tally):
        self.target, self.tally = target, tally

    def difference(self, request, reply, answer, away):
        """Returns what is wrong with the answer; None if nothing."""
        if request.kind == "readyz" and not self.target.steady and reply.status == 503 and reply.body == b"shutting down\n":
            return None  # the instance says so to haproxy too
        if reply.status != request.status:
            return f"status {reply.status}, expected {request.status}: {reply.body[:200]!r}"
        wanted = "application/json" if request.status == 200 and request.method == "POST" else "text/plain; charset=utf-8"
        if reply.headers.get("content-type") != wanted:
            return f"Content-Type {reply.headers.get('content-type')}"
        if reply.body == answer:
            return None
        if away and self.is_unavailable(answer, reply):
            self.tally.add("unavailable")
            return None
        return f"\"...{excerpt(reply.body, answer)!r}\", expected \"...{excerpt(answer, reply.body)!r}\""

    @staticmethod
    def is_unavailable(answer, reply):
        """An unknown NAD is looked up. If the API server is unreachable, its absence is no reason to deny."""
        if b"[network-missing]" not in answer:
            return False
        status = json.loads(reply.body)["response"].get("status", {})
        return status.get("code") == 503 and status.get("reason") == "ServiceUnavailable"


class Worker(threading.Thread):
    """A client with one persistent connection at most."""

    def __init__(self, target, number, options):
        super().__init__(daemon=True)
        self.target, self.options, self.number = target, options, number
        self.judge = Judge(target, options.tally)
        self.dice = random.Random(f"{target.name} {number}")
        self.kept = None
        self.sent = 0
        self.paused = threading.Event()

    def run(self):
        interval = 1 / self.options.each
        due = time.monotonic() + self.dice.random() * interval
        while not self.options.stop.is_set():
            if self.target.steady and self.options.quiet.is_set():
                self.drop()
                self.paused.set()
                time.sleep(0.05)
                continue
            self.paused.clear()
            time.sleep(max(0.0, due - time.monotonic()))
            due = max(due + interval * (0.5 + self.dice.random()), time.monotonic() - 2)
            self.send(self.target.corpus.pick(self.dice))
        self.drop()

    def drop(self):
        """Closes the connection."""
        if self.kept is not None:
            self.kept.close()
        self.kept = None

    def connection(self, fresh):
        """The server may have closed the connection while it was idle; then no request is lost."""
        if fresh:
            return Connection(self.target.port, self.options.context)
        if self.kept is not None and (self.kept.used >= KEPT_FOR or self.kept.is_closed()):
            self.options.tally.add("reopened" if self.kept.used < KEPT_FOR else "retired")
            self.drop()
        if self.kept is None:
            self.kept = Connection(self.target.port, self.options.context)
        return self.kept

    def send(self, request):
        """Sends one request and checks the answer."""
        self.sent += 1
        body, answer = request.with_uid(f"{self.number:08x}-50a4-4000-8000-{self.sent:012x}")
        fresh = self.dice.random() < FRESH
        away = self.target.away.exists()
        begin = time.monotonic()
        try:
            link = self.connection(fresh)
            reply = link.ask(request, body, fresh, self.dice.random() < 0.05)
        except Lost as error:
            self.drop()
            self.options.tally.fault("lost", self.target.name, request, str(error))
            return
        if fresh:
            link.close()
        elif reply.closes:
            self.drop()
        wrong = self.judge.difference(request, reply, answer, away or self.target.away.exists())
        self.options.tally.add("fresh" if fresh else "kept", request.kind, time.monotonic() - begin)
        if wrong is not None:
            self.options.tally.fault("wrong", self.target.name, request, wrong)


def field(pid, name):
    """A value of a process's status."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(name + ":"):
            return line.partition(":")[2]
    raise OSError(f"process {pid} has no {name}")


def crowd(target, context):
    """Connections for looking up NADs are opened when they are first needed. So concurrent requests open all of them before
    descriptors are counted."""
    request = next(request for request in target.corpus.kinds["denied"] if request.name == "hco-v1-network-missing")
    together = threading.Barrier(8)

    def ask():
        link = Connection(target.port, context)
        for _ in range(4):
            together.wait(30)
            link.ask(request, request.body, False, False)
        link.close()

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(together.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Watcher(threading.Thread):
    """Watches memory and metrics every second, and descriptors and threads while there are no requests."""

    def __init__(self, targets, workers, options):
        super().__init__(daemon=True)
        self.targets = [target for target in targets if target.steady]
        self.workers = [worker for worker in workers if worker.target.steady]
        self.options = options
        self.memory = {target.name: [] for target in self.targets}
        self.counted = {target.name: [] for target in self.targets}  # as counts_of()
        self.missing = None

    @staticmethod
    def memory_of(target):
        """VmRSS, in KiB."""
        return int(field(target.pid, "VmRSS").split()[0])

    @staticmethod
    def counts_of(target):
        """Descriptors by type, and threads."""
        kinds = collections.Counter()
        for entry in os.scandir(f"/proc/{target.pid}/fd"):
            try:
                kinds[os.readlink(entry.path).partition(":[")[0]] += 1
            except FileNotFoundError:
                continue  # closed meanwhile
        return tuple(sorted(kinds.items())), int(field(target.pid, "Threads"))

    def scrape(self, target):
        """Scrapes like Prometheus, but more often."""
        request = Request("metrics", "metrics", "/metrics", method="GET")
        try:
            link = Connection(target.metrics, self.options.context)
            reply = link.ask(request, b"", True, False)
            link.close()
        except Lost as error:
            self.options.tally.fault("lost", target.name, request, str(error))
            return
        if reply.status != 200 or not reply.body.startswith(b"# HELP droveway_") or not reply.body.endswith(b"\n"):
            self.options.tally.fault("wrong", target.name, request, f"no metrics: {reply.status} {reply.body[:200]!r}")

    def run(self):
        due = time.monotonic()
        while not self.options.stop.is_set():
            try:
                for target in self.targets:
                    self.scrape(target)
                    self.memory[target.name].append(self.memory_of(target))
                if (self.options.work / "quiet").exists():
                    self.count_quiet()
            except OSError as error:
                self.missing = f"an instance is gone: {error}"
                return
            due = max(due + 1, time.monotonic())
            self.options.stop.wait(due - time.monotonic())

    def count_quiet(self):
        """Stops the traffic to these instances and waits until they have as many descriptors and threads as before."""
        self.options.quiet.set()
        while not all(worker.paused.is_set() for worker in self.workers):
            time.sleep(0.02)
        for target in self.targets:
            self.counted[target.name].append(self.counted_with_all_connections(target))
        self.options.quiet.clear()
        (self.options.work / "quiet").unlink()

    def counted_with_all_connections(self, target):
        """On a busy machine, concurrent requests may not overlap, and then fewer connections to the API server are opened."""
        for _ in range(CROWDS):
            crowd(target, self.options.context)
            now = None if not self.counted[target.name] else self.settled(target)
            if now is not None and now == self.counted[target.name][0]:
                return now
        return self.settled(target)

    def settled(self, target):
        """The first time: values that do not change for two seconds."""
        end = time.monotonic() + SETTLE
        last, since = None, 0.0
        while time.monotonic() < end:
            now = self.counts_of(target)
            if self.counted[target.name] and now == self.counted[target.name][0]:
                return now
            if now != last:
                last, since = now, time.monotonic()
            if not self.counted[target.name] and time.monotonic() - since > 2:
                return now
            time.sleep(0.1)
        return last

    def judge(self, limit):
        """(text, good) for each instance."""
        for target in self.targets:
            memory, counted = self.memory[target.name], self.counted[target.name]
            third = len(memory) // 3  # of half an hour: ten minutes, after five to warm up
            if third < 2 or not counted:
                yield f"{target.name}: too short to tell", False
                continue
            first = statistics.mean(memory[third // 2:third // 2 + third])
            last = statistics.mean(memory[-third:])
            change = 100 * (last - first) / first
            same = len(set(counted)) == 1
            text = ", ".join(f"{sum(count for _, count in files)}/{threads}" for files, threads in dict.fromkeys(counted))
            if not same:
                text += " (" + "; ".join(str(dict(files)) for files, _ in dict.fromkeys(counted)) + ")"
            yield (f"{target.name} memory {first / 1024:.2f} to {last / 1024:.2f} MiB ({change:+.2f} %, limit {limit} %), "
                   f"descriptors/threads {text} at {len(counted)} quiet points"), same and abs(change) <= limit


def learn(targets, options):
    """The texts of refusals: all targets must always use the same ones."""
    words = {}
    for target in targets:
        for request in target.corpus.refused:
            link = Connection(target.port, options.context)
            reply = link.ask(request, request.body, True, False)
            link.close()
            request.answer = words.setdefault((request.name, request.body), reply.body)
            if reply.status != request.status or reply.body != request.answer:
                raise SystemExit(f"soak: {target.name}, {request.kind} \"{request.name}\": {reply.status} {reply.body!r}, "
                                 f"expected {request.status} {request.answer!r}")


def report(options, watcher, took):
    """Writes the line of results to --out; returns true if all is well."""
    tally = options.tally
    limit = 2 if took >= 1800 else 5 if took >= 600 else 10  # per cent: short runs are still warming up
    parts = [f"{took:.0f} s, {sum(tally.kinds.values()) + tally.counts['lost']} requests ({tally.counts['kept']} on kept and "
             f"{tally.counts['fresh']} on fresh connections: " +
             ", ".join(f"{count} {kind}" for kind, count in sorted(tally.kinds.items())) + ")",
             f"{tally.counts['wrong']} wrong, {tally.counts['lost']} lost",
             f"{tally.counts['unavailable']} answered 503 while the API server was away, {tally.counts['reopened']} idle connections "
             f"reopened, slowest {tally.slowest:.2f} s"]
    good = tally.counts["wrong"] == tally.counts["lost"] == 0 and watcher.missing is None and len(tally.kinds) == 9
    for text, fine in watcher.judge(limit):
        parts.append(text)
        good = good and fine
    if watcher.missing:
        parts.append(watcher.missing)
    if os.environ.get("VERBOSE"):
        for name, memory in watcher.memory.items():
            print(f"soak: {name} memory each 5 s, KiB: {memory[::5]}", file=sys.stderr)
    for fault in tally.faults:
        print(f"soak: {fault}", file=sys.stderr)
    options.out.write_text("; ".join(parts) + "\n", encoding="utf-8")
    return good


def main():
    """Runs everything."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ca", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--rate", required=True, type=float)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("targets", nargs="+")
    options = parser.parse_args()
    targets = [Target(text, options.work) for text in options.targets]
    options.context = ssl.create_default_context(cafile=options.ca)
    options.each = options.rate / (WORKERS * len(targets))
    options.tally, options.stop, options.quiet = Tally(), threading.Event(), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: options.stop.set())
    learn(targets, options)
    workers = [Worker(target, 100 * i + n, options) for i, target in enumerate(targets) for n in range(WORKERS)]
    watcher = Watcher(targets, workers, options)
    begin = time.monotonic()
    for thread in [watcher, *workers]:
        thread.start()
    (options.work / "running").touch()
    while not options.stop.wait(0.5):
        pass
    took = time.monotonic() - begin
    for thread in [watcher, *workers]:
        thread.join()
    return 0 if report(options, watcher, took) else 1


if __name__ == "__main__":
    sys.exit(main())
