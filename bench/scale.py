#!/usr/bin/env python3
"""Measures the cost of a large cluster, read from a state folder: time until `serve` is ready, and memory. `scale.py [--smoke]
[NADSxNODES...]`; BUILD names the build folder."""
import http.client
import os
import ssl
import subprocess
import sys
import tempfile
import threading
import time

from lines import show
from process import memory, wait_until_ready

BUILD = os.environ.get("BUILD", "build")
DROVEWAY = os.path.join(BUILD, "droveway")
SIZES = ["10x3", "100x100", "1000x500", "10000x5000"]
REVIEW = "tests/payloads/recorded/validate-nad-create.json"
CLIENTS = 16
CONNECTIONS = 900


class Serve:
    """`serve` with a state folder; ends with the `with` block."""

    def __init__(self, folder, pki, *options):
        self.log = tempfile.TemporaryFile()
        self.context = ssl.create_default_context(cafile=pki + "/ca.crt")
        self.begin = time.monotonic()
        self.process = subprocess.Popen([DROVEWAY, "serve", "--listen", "127.0.0.1:0", "--tls-cert", pki + "/tls.crt",
                                         "--tls-key", pki + "/tls.key", "--state", folder, "--shutdown-delay", "0", *options],
                                        stderr=self.log)
        self.port = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()

    def find_port(self):
        """The socket exists before the folder is read; the log shows the port only afterwards."""
        inodes = set()
        for fd in os.listdir(f"/proc/{self.process.pid}/fd"):
            try:
                inodes.add(os.readlink(f"/proc/{self.process.pid}/fd/{fd}").removeprefix("socket:[").rstrip("]"))
            except OSError:
                pass
        with open("/proc/net/tcp", encoding="ascii") as file:
            for line in list(file)[1:]:
                fields = line.split()
                if fields[3] == "0A" and fields[9] in inodes:
                    return int(fields[1].split(":")[1], 16)
        return None

    def connect(self):
        return http.client.HTTPSConnection("localhost", self.port, context=self.context, timeout=60)

    def ask(self):
        connection = self.connect()
        connection.request("GET", "/readyz")
        status = connection.getresponse().status
        connection.close()
        return status

    def wait_until_ready(self):
        while self.port is None:
            self.port = self.find_port()
        return wait_until_ready(self.ask, self.process, self.begin, 120, 0.001)

    def memory(self, key):
        return memory(self.process.pid, key)

    def load(self, seconds):
        """Sends reviews over CLIENTS connections."""
        with open(REVIEW, "rb") as file:
            body = file.read()
        end = time.monotonic() + seconds
        refused = []

        def review():
            connection = self.connect()
            while time.monotonic() < end:
                connection.request("POST", "/validate", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                refused.extend([answer.status] if answer.status != 200 else [])

        threads = [threading.Thread(target=review) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if refused:
            sys.exit(f"scale: {len(refused)} reviews failed, the first one with status {refused[0]}")


def measure(work, size, smoke):
    folder = os.path.join(work, size)
    subprocess.run([os.path.join(BUILD, "bench", "state"), *size.split("x"), folder], check=True)
    ready, rest, anonymous, peak, load = [], [], [], [], []
    for _ in range(1 if smoke else 3):
        with Serve(folder, work) as serve:
            ready.append(serve.wait_until_ready())
            time.sleep(0.1 if smoke else 1.5)
            rest.append(serve.memory("VmRSS"))
            anonymous.append(serve.memory("RssAnon"))
            peak.append(serve.memory("VmHWM"))
            serve.load(0.2 if smoke else 2)
            load.append(serve.memory("VmRSS"))
    show("scale", size, "ready-folder", "s", *ready)
    show("scale", size, "resident", "MB", *rest)
    show("scale", size, "resident-anonymous", "MB", *anonymous)
    show("scale", size, "resident-under-load", "MB", *load)
    show("scale", size, "peak", "MB", *peak)
    subprocess.run(["rm", "-rf", folder], check=True)


def measure_connections(work, smoke):
    """The memory of a connection that was used and is idle."""
    count = 40 if smoke else CONNECTIONS
    folder = os.path.join(work, "connections")
    subprocess.run([os.path.join(BUILD, "bench", "state"), "10", "3", folder], check=True)
    each = []
    for _ in range(1 if smoke else 3):
        with Serve(folder, work, "--max-connections-per-address", "1000", "--connection-rate", "60000") as serve:
            serve.wait_until_ready()
            time.sleep(0.1 if smoke else 1.5)
            before = serve.memory("VmRSS")
            connections = [serve.connect() for _ in range(count)]
            for connection in connections:
                connection.request("GET", "/livez")
                connection.getresponse().read()
            each.append((serve.memory("VmRSS") - before) * 1024 / count)
            for connection in connections:
                connection.close()
    show("scale", f"{CONNECTIONS} connections", "connection", "KB", *each)


def main():
    smoke = "--smoke" in sys.argv
    sizes = [argument for argument in sys.argv[1:] if argument != "--smoke"] or (SIZES[:1] if smoke else SIZES)
    with tempfile.TemporaryDirectory(prefix="droveway-scale.") as work:
        subprocess.run([DROVEWAY, "certs", "--dir", work, "--dns", "localhost"], check=True, stdout=subprocess.DEVNULL)
        for size in sizes:
            measure(work, size, smoke)
        if not sys.argv[1:] or smoke:
            measure_connections(work, smoke)


main()
