#!/usr/bin/env bash
# Checks what `check -o sarif` and `audit -o sarif` print against OASIS's own schema of SARIF 2.1.0. The schema is not kept in this
# tree: it is taken out of a Go module that carries it, pinned in go.mod; SARIF_SCHEMA names a file to use instead.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ -n "${SARIF_SCHEMA:-}" ]; then
  cp "$SARIF_SCHEMA" "$work/schema.json"
else
  command -v go >/dev/null || { echo "sarif: needs Go to get the schema, or its file in SARIF_SCHEMA" >&2; exit 1; }
  folder=$(go mod download -json github.com/owenrumney/go-sarif/v3 | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  tr -d '`' <"$folder/pkg/report/v210/sarif/schema.go" | sed '1,/^const schema = /{/^const schema = /!d;s/^const schema = //}' >"$work/schema.json"
fi

cd ../..
droveway=${BUILD:-build}/droveway
count=0
# report ARGUMENT...: into a file of its own, whatever the verdict.
report() {
  local status=0
  count=$((count + 1))
  "$droveway" "$@" -o sarif >"$work/$count.sarif" || status=$?
  [ "$status" -le 1 ] || { echo "sarif: droveway $*: exit status $status" >&2; exit 1; }
}

printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n' >"$work/nothing.yaml"
report check -f "$work/nothing.yaml"
report check -f demo/manifests --state demo/state
report check -f tests/manifests
report check -f - <demo/manifests/five-mistakes.yaml
report audit --state demo/state
report audit --state tests/manifests/rules
# What the rules' examples break, for the help of as many rules as can be.
for file in src/rules/explanations/*.yaml; do
  sed -n '/^broken: |/,/^[a-z]/{/^[a-z]/!s/^  //p}' "$file" >"$work/example.yaml"
  report check -f "$work/example.yaml"
done

python3 - "$work/schema.json" "$work"/*.sarif <<'END'
import json, sys
import jsonschema
validator = jsonschema.Draft4Validator(json.load(open(sys.argv[1])), format_checker=jsonschema.FormatChecker())
rules = set()
for path in sys.argv[2:]:
    report = json.load(open(path))
    validator.validate(report)
    rules |= {rule["id"] for rule in report["runs"][0]["tool"]["driver"]["rules"]}
if len(rules) < 10:
    sys.exit(f"sarif: only {len(rules)} rules found anything")
print(f"sarif: {len(sys.argv) - 2} reports with {len(rules)} rules are valid")
END
