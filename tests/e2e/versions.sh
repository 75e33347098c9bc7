#!/usr/bin/env bash
# versions.sh MINOR...: runs the scenarios on the API server of each of these versions (folders of versions/, or "default"), checks
# that each version's own kubectl builds the manifests, and writes what happened to versions/results.tsv and docs/compatibility.md.
# SCENARIOS="NAME..." runs some of the scenarios and writes nothing.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-versions.XXXXXX")
trap 'rm -rf "$work"' EXIT
commit=$(git rev-parse --short=12 HEAD)
git diff --quiet HEAD -- ../../src ../../manifests . || commit+=' and changes'
status=0
for minor in "$@"; do
  [ "$minor" != default ] || minor=
  echo "== Kubernetes ${minor:-of go.mod}"
  # shellcheck disable=SC2086
  KUBERNETES=$minor ./run.sh ${SCENARIOS-} | tee "$work/log" || status=1
  assets=$(KUBERNETES=$minor ./assets.sh)
  kustomize=yes
  KUBECTL=$assets/kubectl ../manifests/check.sh | tail -n 1 || { kustomize=no status=1; }
  version=$(sed -n 's/^kube-apiserver \(v[0-9.]*\).*/\1/p' "$work/log")
  passed=$(sed -n 's/^\([0-9]*\) passed.*/\1/p' "$work/log")
  failed=$(sed -n 's/^FAIL //p' "$work/log" | paste -sd ' ')
  skipped=$(sed -n 's/^skip \([^:]*\):.*/\1/p' "$work/log" | paste -sd ' ')
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$version" "$passed" "${failed:--}" "${skipped:--}" "$kustomize" "$(date -u +%F)" "$commit" >>"$work/results"
done
[ -z "${SCENARIOS-}" ] || exit $status
touch versions/results.tsv
# The rows of versions that were not asked for stay.
{
  # shellcheck disable=SC2016 # nothing to expand
  echo '# Written by `make e2e-versions`: version, passed, failed, skipped, its kubectl builds the manifests, date, commit'
  awk -F'\t' 'FNR == NR {new[$1] = 1; print; next} !/^#/ && !($1 in new)' "$work/results" versions/results.tsv 2>/dev/null | sort -V
} >"$work/merged"
mv "$work/merged" versions/results.tsv
./versions.py
exit $status
