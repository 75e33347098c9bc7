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

step "packages" tools/deps.sh build test demo lint fuzz coverage valgrind e2e attacks sarif image browser monitoring shells
step "build (gcc, warnings are errors)" make -j"$(nproc)" all
step "how it was linked" make hardening
step "build (clang, warnings are errors)" make -j"$(nproc)" all CC=clang BUILD=build/clang
step "tests" make test
step "lint" make -j"$(nproc)" lint
step "tests under AddressSanitizer and UndefinedBehaviorSanitizer" make test-sanitizers
step "server tests under ThreadSanitizer" make test-threads
step "coverage" make coverage
step "leaks under valgrind" make test-valgrind
step "fuzzing, short" make fuzz-smoke
step "the demo" make demo
step "SARIF, against its schema" make sarif
step "manifests" make manifests
step "end to end: kubectl, kube-apiserver, etcd" make e2e
step "restarts without a lost request" make drain
step "alert rules, dashboard, metrics" make monitoring
step "completion, plugin, man page, pre-commit" make integrations
step "the map's page in a browser" make browser
step "attacks, short" make attacks
step "soak, a minute" make soak DURATION=60
step "the container image" make image-test
step "benchmarks, smoke" make bench-smoke
step "installation" make install DESTDIR="$PWD/build/stage"
echo "== tests, the count"
exec make test
