#!/usr/bin/env bash
# Validates the output of `check -o sarif` and `audit -o sarif` with OASIS's own schema of SARIF 2.1.0. The schema is not in this tree:
# it comes from a Go module that contains it, pinned in go.mod. SARIF_SCHEMA can name a file to use instead.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ -n "${SARIF_SCHEMA:-}" ]; then
  cp "$SARIF_SCHEMA" "$work/schema.json"
else
  command -v go >/dev/null || { echo "sarif: Go is needed to get the schema; or set SARIF_SCHEMA to its file" >&2; exit 1; }
  # shellcheck source=tools/go_programs.sh
  . ../../tools/go_programs.sh
  folder=$(module_folder github.com/owenrumney/go-sarif/v3)
  tr -d '`' <"$folder/pkg/report/v210/sarif/schema.go" | sed '1,/^const schema = /{/^const schema = /!d;s/^const schema = //}' >"$work/schema.json"
fi

cd ../..
droveway=${BUILD:-build}/droveway
count=0
# report ARGUMENT...: writes the report to a separate file, whatever the verdict.
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
report audit --state tests/manifests/rules --policy tests/sarif/exceptions.yaml
report check -f demo/manifests --policy tests/sarif/exceptions.yaml
sed 's/^kind: Net.*/& # droveway: allow cni-version a test/; 1s/^/# droveway: allow gateway-outside, ipam-lookalike-key a test\n/' \
  demo/manifests/five-mistakes.yaml >"$work/comments.yaml"
report check "$work/comments.yaml"
# The broken examples of all rules, so that the reports contain the help of as many rules as possible.
for file in src/rules/explanations/*.yaml; do
  sed -n '/^broken: |/,/^[a-z]/{/^[a-z]/!s/^  //p}' "$file" >"$work/example.yaml"
  report check -f "$work/example.yaml"
done

python3 - "$work/schema.json" "$work"/*.sarif <<'END'
import json, sys
import jsonschema
validator = jsonschema.Draft4Validator(json.load(open(sys.argv[1])), format_checker=jsonschema.FormatChecker())
rules = set()
fixes = 0
for path in sys.argv[2:]:
    report = json.load(open(path))
    validator.validate(report)
    rules |= {rule["id"] for rule in report["runs"][0]["tool"]["driver"]["rules"]}
    fixes += sum(len(result.get("fixes", [])) for result in report["runs"][0]["results"])
if fixes < 20:
    sys.exit(f"sarif: only {fixes} results have a fix")
if len(rules) < 10:
    sys.exit(f"sarif: only {len(rules)} rules found anything")
print(f"sarif: {len(sys.argv) - 2} reports with {len(rules)} rules and {fixes} fixes are valid")
END
