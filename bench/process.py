"""A program that is measured: when it is ready, and what it takes."""
import http.client
import sys
import time


def wait_until_ready(ask, process, begin, most, pause):
  """Seconds from BEGIN until ASK, tried every PAUSE, returns 200. Ends the measurement where PROCESS ends, or takes MOST."""
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
  """MB, by its name in /proc/PID/status."""
  with open(f"/proc/{pid}/status", encoding="ascii") as file:
    for line in file:
      if line.startswith(key + ":"):
        return int(line.split()[1]) / 1024
  return 0
