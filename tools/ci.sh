#!/usr/bin/env bash
# Everything that must pass before a change is merged. The quick and most informative steps come first. Then three lanes run in
# parallel: compilers, static analysis and the tests under sanitizers, which need the processors; servers and pages; and load, which
# mostly waits, followed by the tests under valgrind. The output of a step is printed when the step has ended, so that two steps do not
# mix their lines. The first step that fails stops everything. The last line says how many tests ran.
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
# lane NAME: runs the function NAME in the background, in a separate process group. On success, it creates NAME.done.
lane() {
  set -m
  (set +m; "$1" && touch "$work/$1.done") &
  set +m
  lanes+=($!)
}

# Builds what several lanes start, so that no two of them build it at the same time.
programs() {
  local script
  for script in tests/e2e/assets.sh tests/e2e/crds.sh tests/e2e/typecheck.sh tests/upgrade/assets.sh tests/lab/build.sh tests/oracle/readers/assets.sh \
    tests/bundle/assets.sh tests/krew/assets.sh tests/chart/assets.sh; do "$script" || return; done
  release/tools/assets.sh actionlint
}

# Each commit gets other generated cases, and the same ones when it is tested again.
seed=$((16#$(git rev-parse --short=7 HEAD)))

step "packages" tools/deps.sh build test demo lint fuzz coverage valgrind portable bench e2e upgrade oracle lab readers attacks docs sarif schemas image browser monitoring shells release bundle krew cross emulation
step "build (gcc, warnings are errors)" make -j"$(nproc)" all
step "style, layers" make lint-layers lint-format lint-words lint-shell lint-mutants lint-circles
step "linking (hardening)" make hardening
step "tests" make test
step "programs that tests start" programs

# `nice` gives the servers' tests precedence over compilers. clang, with warnings as errors, builds the sanitizers' programs.
computing() {
  step "static analysis" nice make -j"$(nproc)" lint-cppcheck lint-tidy &&
    step "build (clang, AddressSanitizer and UndefinedBehaviorSanitizer)" nice make -j"$(nproc)" test-build CC=clang SAN=address,undefined BUILD=build/asan &&
    step "build (ThreadSanitizer)" nice make -j"$(nproc)" test-threads-build SAN=thread BUILD=build/tsan &&
    step "build (coverage)" nice make -j"$(nproc)" test-build SAN=coverage BUILD=build/coverage &&
    step "build (fuzzers)" nice make -j"$(nproc)" fuzz-build &&
    step "tests under AddressSanitizer and UndefinedBehaviorSanitizer" make test-sanitizers CC=clang &&
    step "server tests under ThreadSanitizer" make test-threads &&
    step "coverage" make coverage &&
    step "fuzzing, short" make fuzz-smoke
}
serving() {
  step "installation" make install DESTDIR="$PWD/build/stage" &&
    step "the installed C API" make library-test &&
    step "the demo" make demo &&
    step "links, names and outputs in the documents" make docs-check &&
    step "end to end: kubectl, kube-apiserver, etcd" make e2e &&
    step "SARIF schema" make sarif &&
    step "schemas of other outputs" make schemas &&
    step "alert rules, dashboard, metrics" make monitoring &&
    step "the map's page in a browser" make browser &&
    step "manifests" make manifests &&
    step "the Helm chart" make chart &&
    step "the GitOps examples" make gitops &&
    step "the OLM bundle" make bundle-test &&
    step "OLM's operator installs the bundle" make olm-test &&
    step "the krew plugin" make krew-test &&
    step "completion, plugin, man page, pre-commit" make integrations &&
    step "the laboratory, 100 generated configurations" make lab-generated COUNT=100 SEED="$seed" &&
    step "the laboratory, 12 networks that init writes" make lab-init COUNT=12 SEED="$seed" &&
    step "the container image" make image-test &&
    step "versions, workflows, the portable launcher" make release-smoke
}
loading() {
  step "the plugins' own readers" make oracle-readers N=2000 SEED=5 &&
    step "which pods need an address, compared with KubeVirt's own code" make oracle-kubevirt ORACLE="--seed 1" &&
    step "benchmarks, smoke" make bench-smoke &&
    step "instructions and allocations per review" make bench-guard &&
    step "restarts without a lost request" make drain &&
    step "upgrades and rollbacks without a failed apply" make upgrade-test &&
    step "attacks, short" make attacks &&
    step "soak, two minutes" make soak DURATION=120 &&
    step "unit tests under valgrind, one third" make test-memcheck SHARE=$((seed % 3 + 1))/3 &&
    step "leaks under valgrind" make test-valgrind &&
    step "tests on an unusual machine" make test-portable &&
    step "arm64 and s390x under qemu-user, the most important tests" make test-arch-smoke
}
for name in computing serving loading; do lane "$name"; done
for _ in "${lanes[@]}"; do wait -n; done
for name in computing serving loading; do [ -e "$work/$name.done" ]; done
lanes=()
grep -h ' passed, ' "$work/tests.log" | tail -n 1
