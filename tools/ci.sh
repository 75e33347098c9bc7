#!/usr/bin/env bash
# Everything that must hold before a change lands. First what is quick and tells most; then two lanes side by side: compilers and
# static analysis, with less priority, next to what mostly waits for servers; last the tests under tools, two programs at a time. A
# step's output is printed when the step has ended, so that lines of two steps do not mix. The first step that fails ends all. The
# last line says how many tests ran.
set -euo pipefail
cd "$(dirname "$0")/.."
export WERROR=1
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-ci.XXXXXX")
lanes=()
end() {
  local status=$?
  for lane in "${lanes[@]}"; do kill -- "-$lane" 2>/dev/null || true; done
  wait
  rm -rf "$work"
  exit "$status"
}
trap end EXIT
trap 'exit 143' INT TERM

# step TITLE COMMAND...
step() {
  local title=$1 begin=$SECONDS log=$work/${1//[^a-z0-9]/-}.log status=0
  shift
  "$@" >"$log" 2>&1 </dev/null || status=$?
  { printf '== %s\n' "$title"; cat "$log"; printf '   (%s s)\n' $((SECONDS - begin)); } >"$log.whole"
  flock "$work" cat "$log.whole"
  [ "$status" -eq 0 ] || echo "== failed: $title: $*" >&2
  return "$status"
}
# lane NAME: runs the function NAME in the background, in a process group of its own. It leaves NAME.done when all went well.
lane() {
  set -m
  (set +m; "$1" && touch "$work/$1.done") &
  set +m
  lanes+=($!)
}

# The composed cases are others for each commit, and the same when a commit is tested again.
seed=$((16#$(git rev-parse --short=7 HEAD)))

step "packages" tools/deps.sh build test demo lint fuzz coverage valgrind portable bench e2e oracle lab readers attacks docs sarif image browser monitoring shells
step "build (gcc, warnings are errors)" make -j"$(nproc)" all
step "style, layers" make lint-layers lint-format lint-words lint-shell lint-mutants lint-circles
step "how it was linked" make hardening
step "tests" make test
step "links, names and outputs in the documents" make docs-check
step "build (clang, warnings are errors)" make -j"$(nproc)" all test-build CC=clang BUILD=build/clang

computing() {
  renice -n 5 "$BASHPID" >/dev/null
  step "static analysis" make -j"$(nproc)" lint-cppcheck lint-tidy &&
    step "build (AddressSanitizer and UndefinedBehaviorSanitizer)" make -j"$(nproc)" test-build SAN=address,undefined BUILD=build/asan &&
    step "build (ThreadSanitizer)" make -j"$(nproc)" test-build SAN=thread BUILD=build/tsan &&
    step "build (coverage)" make -j"$(nproc)" test-build SAN=coverage BUILD=build/coverage &&
    step "build (fuzzers)" make -j"$(nproc)" fuzz-build
}
serving() {
  step "installation" make install DESTDIR="$PWD/build/stage" &&
    step "the C API, installed" make library-test &&
    step "the demo" make demo &&
    step "end to end: kubectl, kube-apiserver, etcd" make e2e &&
    step "benchmarks, smoke" make bench-smoke &&
    step "instructions and allocations per review" make bench-guard &&
    step "who takes an address: KubeVirt's own code" make oracle-kubevirt ORACLE="--seed 1" &&
    step "what the plugins read" make oracle-readers N=2000 SEED=5 &&
    step "what the plugins do: the laboratory, 100 composed configurations" make lab-generated COUNT=100 SEED="$seed" &&
    step "SARIF, against its schema" make sarif &&
    step "alert rules, dashboard, metrics" make monitoring &&
    step "the map's page in a browser" make browser &&
    step "manifests" make manifests &&
    step "completion, plugin, man page, pre-commit" make integrations &&
    step "restarts without a lost request" make drain &&
    step "attacks, short" make attacks &&
    step "soak, two minutes" make soak DURATION=120 &&
    step "the container image" make image-test
}
lane computing
lane serving
for _ in "${lanes[@]}"; do wait -n; done
[ -e "$work/computing.done" ] && [ -e "$work/serving.done" ]
lanes=()

step "tests under AddressSanitizer and UndefinedBehaviorSanitizer" make test-sanitizers
step "server tests under ThreadSanitizer" make test-threads
step "coverage" make coverage
step "unit tests under valgrind" make test-memcheck
step "leaks under valgrind" make test-valgrind
step "fuzzing, short" make fuzz-smoke
step "tests on another machine, as it were" make test-portable
grep -h ' passed, ' "$work/tests.log" | tail -n 1
