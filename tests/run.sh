#!/usr/bin/env bash
# Runs the test programs given, one after the other, each with its output in BUILD/tests/logs; prints a line a program and, last,
# "N passed, N failed" over all tests in them. A program that crashes counts as one failed test. Sanitizers report into files:
# what a test captures of its own standard error would swallow a report.
set -uo pipefail
logs=${BUILD:-build}/tests/logs
mkdir -p "$logs"
passed=0 failed=0 bad=()
read -ra under <<<"${TEST_UNDER:-}" # a program that runs each, with its options
reports=$(cd "$logs" && pwd)/report
for tool in ASAN UBSAN LSAN TSAN; do
  options=${tool}_OPTIONS
  export "$options=${!options:-}:log_path=$reports"
done

for program in "$@"; do
  name=${program#"${BUILD:-build}"/tests/}
  log=$logs/${name//\//-}.log
  rm -f "$reports".*
  CMOCKA_MESSAGE_OUTPUT=STDOUT timeout "${TEST_TIMEOUT:-600}" "${under[@]}" "$program" >"$log" 2>&1
  status=$?
  ok=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test(s).*/\1/p' "$log" | awk '{s += $1} END {print s + 0}')
  no=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test(s).*/\1/p' "$log" | awk '{s += $1} END {print s + 0}')
  if [ "$status" -ne 0 ] && [ "$no" -eq 0 ]; then no=1; fi
  if [ "$status" -eq 0 ] && [ "$ok" -eq 0 ]; then no=1; echo "$name ran no test" >>"$log"; fi
  passed=$((passed + ok)) failed=$((failed + no))
  if [ "$no" -gt 0 ]; then
    bad+=("$log")
    printf 'FAIL %-36s %s\n' "$name" "($ok passed, $no failed, exit $status)"
    cat "$reports".* >>"$log" 2>/dev/null
    tail -n 60 "$log" | sed 's/^/    /'
  else
    printf 'ok   %-36s %s\n' "$name" "($ok)"
  fi
done

[ ${#bad[@]} -eq 0 ] || printf 'failed: %s\n' "${bad[@]}"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
