#!/usr/bin/env bash
# Fuzzes the given targets for SECONDS each, one per core at a time. Inputs that reach new code are written to
# BUILD/fuzz/corpus; inputs that crash a target to fuzz/crashers/TARGET, to be committed and run by `make test`.
set -euo pipefail
seconds=$1
shift
build=${BUILD:-build}

fuzz_one() {
  local program=$1 target=${1##*/fuzz_}
  local log=$build/fuzz/$target.log
  mkdir -p "$build/fuzz/corpus/$target" "fuzz/crashers/$target"
  local options=(-max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 -print_final_stats=1 -use_value_profile=1
    -artifact_prefix="fuzz/crashers/$target/")
  [ -f "fuzz/$target.dict" ] && options+=(-dict="fuzz/$target.dict")
  local status=0
  ASAN_OPTIONS=detect_leaks=1 "$program" "${options[@]}" "$build/fuzz/corpus/$target" "fuzz/corpus/$target" >"$log" 2>&1 ||
    status=$?
  rmdir --ignore-fail-on-non-empty "fuzz/crashers/$target"
  if [ "$status" -ne 0 ]; then
    echo "FAIL $target (exit $status)"
    tail -n 40 "$log" | sed 's/^/    /'
    return 1
  fi
  awk -v target="$target" '
    /cov: / { for (i = 1; i < NF; i++) { if ($i == "cov:") cov = $(i + 1); if ($i == "corp:") corp = $(i + 1) } }
    /stat::number_of_executed_units/ { runs = $2 }
    /stat::average_exec_per_sec/ { rate = $2 }
    /stat::peak_rss_mb/ { rss = $2 }
    END { printf "ok   %-8s %10d runs, %6d a second, %5d edges, corpus %s, peak %d MB\n", target, runs, rate, cov, corp, rss }
  ' "$log"
}
export -f fuzz_one
export seconds build

printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} bash -c 'fuzz_one {}' || { echo "fuzzing found a failure"; exit 1; }
