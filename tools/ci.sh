#!/usr/bin/env bash
# Everything that must hold before a change lands, quickest and most telling first. The tests come last of all once more as a
# closing line, so that a log's end says how many ran.
set -euo pipefail
cd "$(dirname "$0")/.."
export WERROR=1
step() {
  echo "== $1"
  shift
  local begin=$SECONDS
  "$@"
  echo "   ($((SECONDS - begin)) s)"
}

# Composed cases and mutated texts are others for each commit, and the same when a commit is tested again.
seed=$((16#$(git rev-parse --short=7 HEAD)))

step "packages" tools/deps.sh build test demo lint fuzz coverage valgrind portable bench e2e oracle lab readers attacks docs sarif image browser monitoring shells
step "build (gcc, warnings are errors)" make -j"$(nproc)" all
step "style, layers" make lint-layers lint-format lint-shell
step "how it was linked" make hardening
step "tests" make test
step "tests on another machine, as it were" make test-portable
step "build (clang, warnings are errors)" make -j"$(nproc)" all test-build CC=clang BUILD=build/clang
step "benchmarks, smoke" make bench-smoke
step "instructions and allocations a review" make bench-guard
step "installation" make install DESTDIR="$PWD/build/stage"
step "the demo" make demo
step "links, names and outputs in the documents" make docs-check
step "SARIF, against its schema" make sarif
step "alert rules, dashboard, metrics" make monitoring
step "the map's page in a browser" make browser
step "static analysis" make -j"$(nproc)" lint-cppcheck lint-tidy
step "tests under AddressSanitizer and UndefinedBehaviorSanitizer" make test-sanitizers
step "server tests under ThreadSanitizer" make test-threads
step "coverage" make coverage
step "unit tests under valgrind" make test-memcheck
step "leaks under valgrind" make test-valgrind
step "fuzzing, short" make fuzz-smoke
step "manifests" make manifests
step "completion, plugin, man page, pre-commit" make integrations
step "end to end: kubectl, kube-apiserver, etcd" make e2e
step "who takes an address: KubeVirt's own code" make oracle-kubevirt ORACLE="--seed 1"
step "what the plugins read" make oracle-readers N=2000 SEED=$seed
step "what the plugins do: the laboratory, 100 composed configurations" make lab-generated COUNT=100 SEED=$seed
step "restarts without a lost request" make drain
step "attacks, short" make attacks
step "soak, two minutes" make soak DURATION=120
step "the container image" make image-test
echo "== tests, the count"
exec make test
