#!/usr/bin/env bash
# Mutates N (20000) configurations by SEED (random), lets the real readers and Droveway read them, and compares the results. The plugins
# run in separate network namespaces, on a file system that they can't write to, so this needs root. $BUILD/oracle keeps the results.
set -euo pipefail
cd "$(dirname "$0")"
count=${N:-20000} seed=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
out=$(realpath "../../../${BUILD:-build}/oracle")
[ "$(id -u)" -eq 0 ] || { echo "oracle: needs root, because the plugins attach to network namespaces" >&2; exit 1; }
assets=$(./assets.sh)
echo "oracle: $count configurations, SEED=$seed"
jobs=() work=$(mktemp -d)
end() {
  local status=$?
  for job in "${jobs[@]}"; do kill "$job" 2>/dev/null || true; done
  wait
  rm -rf "$work"
  exit "$status"
}
trap end EXIT
trap 'exit 143' TERM INT

./mutate.py "$count" "$seed" >"$out/input.jsonl"
# One share per processor, each with separate namespaces.
shares=$(nproc)
split -n "l/$shares" -d --additional-suffix=.jsonl "$out/input.jsonl" "$work/share-"
for share in "$work"/share-*.jsonl; do
  unshare --net --mount --kill-child ./namespace.sh "$assets" <"$share" >"$share.read" 2>"$share.log" &
  jobs+=($!)
done
"$out/droveway-reads" <"$out/input.jsonl" >"$out/droveway.jsonl" &
jobs+=($!)
"$assets/ovn" <"$out/input.jsonl" >"$out/ovn.jsonl" 2>"$work/ovn.log" &
jobs+=($!)
for job in "${jobs[@]}"; do
  wait "$job" || { echo "oracle: a reader failed" >&2; tail -n 5 "$work"/*.log >&2; exit 2; }
done
jobs=()
cat "$work"/share-*.read >"$out/readers.jsonl"
./compare.py "$out/input.jsonl" "$out/readers.jsonl" "$out/droveway.jsonl" "$out/ovn.jsonl" explained.tsv
