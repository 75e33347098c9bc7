"""The honest client: sends recorded reviews on one kept-alive connection, 50 a second, and compares each answer with the
golden one. usage: honest.py PORT FOLDER RESULT; ends with its standard input. RESULT has a line a review: when it was due
(CLOCK_MONOTONIC), seconds until its answer, and "right" or what was wrong."""

import gc
import select
import sys
import time

import wire

EVERY = 0.02
ADDRESS = "127.0.0.2"  # not the attackers'


def ask(connection, review):
  path, body, golden = review
  connection.sendall(wire.request(path + "?timeout=10s", body))
  answer = wire.read_answer(connection)
  if answer is None:
    return "no answer: the connection was closed"
  if answer.status != 200:
    return f"HTTP status {answer.status}"
  return "right" if answer.body == golden else f"another answer: {answer.body[:120]!r}"


def main():
  server = wire.Server(int(sys.argv[1]), 0, sys.argv[2], 0)
  reviews = wire.reviews()
  connection = wire.connect(server, ADDRESS)
  result = open(sys.argv[3], "w", encoding="utf-8", buffering=1)
  count, free, due = 0, 0.0, time.monotonic()
  gc.disable()
  print("connected", flush=True)
  while not select.select([sys.stdin], [], [], max(0.0, due - time.monotonic()))[0]:
    # A review that was delayed by the previous answer counts from when it was due; an imprecise sleep of the client does not count.
    start = due if free > due else time.monotonic()
    try:
      verdict = ask(connection, reviews[count % len(reviews)])
    except (OSError, ValueError) as error:
      verdict = f"no answer: {error}"
    free = time.monotonic()
    result.write(f"{start:.6f} {free - start:.6f} {verdict}\n")
    count += 1
    due = max(due + EVERY, free - 1.0)
    if verdict.startswith("no answer"):
      connection = wire.connect(server, ADDRESS)


if __name__ == "__main__":
  main()
