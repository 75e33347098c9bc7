"""A measured program: when it is ready, and how much memory it uses."""
import http.client
import sys
import time


def wait_until_ready(ask, process, begin, most, pause):
  """Seconds from BEGIN until ASK, called every PAUSE seconds, returns 200. Exits if PROCESS ends or is not ready after MOST seconds."""
  while True:
    try:
      if ask() == 200:
        return time.monotonic() - begin
    except (OSError, http.client.HTTPException):
      pass
    if process.poll() is not None or time.monotonic() - begin > most:
      sys.exit("bench: serve did not become ready")
    time.sleep(pause)


def memory(pid, key):
  """The value of KEY in /proc/PID/status, in MB."""
  with open(f"/proc/{pid}/status", encoding="ascii") as file:
    for line in file:
      if line.startswith(key + ":"):
        return int(line.split()[1]) / 1024
  return 0
