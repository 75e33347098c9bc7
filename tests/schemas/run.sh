#!/usr/bin/env bash
# Validates `-o gitlab` with the schema that GitLab documents and `audit -o policyreport` with that of PolicyReport, and compares
# `droveway schema` with what Droveway accepts as a policy.
set -euo pipefail
cd "$(dirname "$0")/../.."
droveway=${BUILD:-build}/droveway
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# --- reports ---
count=0
# report ARGUMENT...: writes the report to a separate file, whatever the verdict.
report() {
  local status=0
  count=$((count + 1))
  "$droveway" "$@" -o gitlab >"$work/$count.gitlab" || status=$?
  [ "$status" -le 1 ] || { echo "schemas: droveway $*: exit status $status" >&2; exit 1; }
}
report check -f demo/manifests --state demo/state
report check -f ./tests/manifests
report check -f - <demo/manifests/five-mistakes.yaml
report audit --state demo/state
report audit --state tests/manifests/rules

python3 - tests/schemas/gitlab-code-quality.json "$work"/*.gitlab <<'END'
import json, sys
import jsonschema
validator = jsonschema.Draft7Validator(json.load(open(sys.argv[1])))
total = 0
for path in sys.argv[2:]:
    issues = json.load(open(path))
    validator.validate(issues)
    fingerprints = [issue["fingerprint"] for issue in issues]
    if len(set(fingerprints)) < len(fingerprints):
        sys.exit("schemas: two issues of one report have the same fingerprint")
    total += len(issues)
if total < 20:
    sys.exit(f"schemas: only {total} issues")
print(f"schemas: {len(sys.argv) - 2} Code Quality reports with {total} issues are valid")
END

"$droveway" audit --state tests/manifests/rules --policy tests/sarif/exceptions.yaml -o policyreport --fail-on never >"$work/exceptions.policyreport"
for state in demo/state tests/manifests/rules; do
  "$droveway" audit --state "$state" -o policyreport --fail-on never >"$work/${state//\//-}.policyreport"
done
python3 - tests/schemas/policy-report.json "$work"/*.policyreport <<'END'
import json, sys
import jsonschema
validator = jsonschema.Draft7Validator(json.load(open(sys.argv[1])))
total = 0
for path in sys.argv[2:]:
    reports = json.load(open(path))
    validator.validate(reports)
    for report in reports["items"]:
        results = [result["result"] for result in report["results"]]
        if {word: results.count(word) for word in report["summary"]} != report["summary"]:
            sys.exit("schemas: a PolicyReport's summary does not match its results")
        total += len(results)
print(f"schemas: PolicyReports with {total} results are valid")
END

python3 tests/schemas/policy.py "$droveway"
