#!/usr/bin/env bash
# Runs the given test programs, TEST_JOBS (default: one per processor) at a time, each with its output in BUILD/tests/logs. Prints
# one line per program, and finally "N passed, N failed" for all tests in them. A program that crashes counts as one failed test.
# Sanitizers write their reports to files, because a test that captures its own standard error would hide them.
set -uo pipefail
logs=${BUILD:-build}/tests/logs
mkdir -p "$logs"
logs=$(cd "$logs" && pwd)
read -ra under <<<"${TEST_UNDER:-}" # a program, with options, that runs each of them
jobs=${TEST_JOBS:-$(nproc)}

# run_one PROGRAM: writes "PASSED FAILED" to its .result, and the line to print to its .line.
run_one() {
  local name log report status ok no tool options
  name=${1#"${BUILD:-build}"/tests/}
  log=$logs/${name//\//-}.log report=$logs/${name//\//-}.report
  rm -f "$report".* "${log%.log}.result"
  for tool in ASAN UBSAN LSAN TSAN; do
    options=${tool}_OPTIONS
    export "$options=${!options:-}:log_path=$report"
  done
  CMOCKA_MESSAGE_OUTPUT=STDOUT timeout "${TEST_TIMEOUT:-600}" "${under[@]}" "$1" >"$log" 2>&1
  status=$?
  ok=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test(s).*/\1/p' "$log" | awk '{s += $1} END {print s + 0}')
  no=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test(s).*/\1/p' "$log" | awk '{s += $1} END {print s + 0}')
  if [ "$status" -ne 0 ] && [ "$no" -eq 0 ]; then no=1; fi
  if [ "$status" -eq 0 ] && [ "$ok" -eq 0 ]; then no=1; echo "$name ran no test" >>"$log"; fi
  echo "$ok $no" >"${log%.log}.result"
  if [ "$no" -gt 0 ]; then
    cat "$report".* >>"$log" 2>/dev/null
    { printf 'FAIL %-36s %s\n' "$name" "($ok passed, $no failed, exit $status)"; tail -n 60 "$log" | sed 's/^/    /'; } >"${log%.log}.line"
  else
    printf 'ok   %-36s %s\n' "$name" "($ok)" >"${log%.log}.line"
  fi
  cat "${log%.log}.line" # in one write, so that the lines of parallel programs do not mix
}

for program in "$@"; do
  while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
  run_one "$program" &
done
wait

passed=0 failed=0
for program in "$@"; do
  name=${program#"${BUILD:-build}"/tests/}
  read -r ok no <"$logs/${name//\//-}.result"
  passed=$((passed + ok)) failed=$((failed + no))
  [ "$no" -eq 0 ] || echo "failed: $logs/${name//\//-}.log"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
