#!/usr/bin/env bash
# Runs the corpus in the laboratory and compares Droveway's verdicts with what happened. Exits with 1 if they differ without a
# recorded reason. ONLY=REGEX selects by GROUP/ID; SAMPLE=NUMBER selects that many cases by SEED; GENERATE=NUMBER generates that many
# cases from SEED instead; LABS=2 runs that many laboratories; KEEP=FOLDER keeps the results.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
droveway=$(realpath "${BUILD:-build}/droveway")
work=${KEEP:-$(mktemp -d "${TMPDIR:-/tmp}/droveway-lab-results.XXXXXX")}
[ -n "${KEEP-}" ] || trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir -p "$work"
seed=${SEED:-$RANDOM}
if [ -n "${GENERATE-}" ]; then
  echo "lab: $GENERATE generated configurations, SEED=$seed"
  "$here/generate.py" --seed "$seed" --count "$GENERATE" >"$work/cases.jsonl"
else
  "$here/verdicts" --mutate "$droveway" "$here/corpus/cluster.json" "$here/corpus/reality.jsonl" >"$work/cases.jsonl"
  cat "$here/corpus/time.jsonl" >>"$work/cases.jsonl"
fi
if [ -n "${SAMPLE-}" ]; then
  echo "lab: $SAMPLE of $(wc -l <"$work/cases.jsonl") configurations, SEED=$seed"
  python3 - "$seed" "$SAMPLE" "$work/cases.jsonl" >"$work/sample.jsonl" <<'END'
import random, sys
lines = open(sys.argv[3]).readlines()
sys.stdout.writelines(random.Random(int(sys.argv[1])).sample(lines, min(int(sys.argv[2]), len(lines))))
END
  mv "$work/sample.jsonl" "$work/cases.jsonl"
fi
"$here/run" --cases "$work/cases.jsonl" --out "$work/results.jsonl" --state "$work/cluster.json" --labs "${LABS:-2}" --only "${ONLY-}"
"$here/verdicts" "$droveway" "$work/cluster.json" "$work/results.jsonl"
