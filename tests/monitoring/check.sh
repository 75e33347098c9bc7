#!/usr/bin/env bash
# Tests the alert rules and parses the queries of the dashboard with promtool, and checks that a running instance exports every
# metric that they use.
# shellcheck disable=SC2016 # the dollars in single quotes are Grafana's
set -euo pipefail
cd "$(dirname "$0")/../.."
component=manifests/components/monitoring
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-monitoring.XXXXXX")
trap 'rm -rf "$work"' EXIT

awk 'on {sub(/^  /, ""); print} /^spec:$/ {on = 1}' "$component/alerts.yaml" >"$work/rules.yaml"
promtool check rules --lint=all --lint-fatal "$work/rules.yaml"
# The tests of the alerts don't repeat the URLs, which are checked below.
mkdir "$work/tests"
grep -v 'runbook_url:' "$work/rules.yaml" >"$work/tests/rules.yaml"
cp tests/monitoring/alerts.test.yaml "$work/tests/"
(cd "$work/tests" && promtool test rules alerts.test.yaml)

# Each alert has a runbook, and each runbook has an alert.
docs=$(sed -n 's/^DOCS_URL := //p' Makefile)
diff <(sed -n 's/.*alert: //p' "$work/rules.yaml" | sed "s|.*|$docs/runbooks/&.md|") <(sed -n 's/.*runbook_url: //p' "$work/rules.yaml") >&2 ||
  { echo "monitoring: these alerts have another runbook_url than $docs/runbooks/ALERT.md (tools/set_docs_url.sh)" >&2; exit 1; }
diff <(sed -n 's/.*alert: //p' "$work/rules.yaml" | sort) <(cd docs/runbooks && printf '%s\n' Droveway*.md | sed 's/\.md$//' | sort) >&2 ||
  { echo "monitoring: docs/runbooks does not have exactly one page for each alert" >&2; exit 1; }
for page in docs/runbooks/Droveway*.md; do
  name=$(basename "$page" .md)
  grep -q -F "[$name]($name.md)" docs/runbooks/README.md || { echo "monitoring: docs/runbooks/README.md does not list $name" >&2; exit 1; }
  for part in "# $name" '**Meaning.**' '**Impact.**' '**Diagnosis.**' '**Fix.**'; do
    grep -q -F "$part" "$page" || { echo "monitoring: $page has no \"$part\"" >&2; exit 1; }
  done
done

# The dashboard of OpenShift's console has the same queries, and nothing that the console can't show.
console=manifests/components/monitoring-openshift/console-dashboard.json
jq -f tools/console_dashboard.jq "$component/dashboard.json" | diff "$console" - >&2 ||
  { echo "monitoring: $console is not up to date (make console-dashboard)" >&2; exit 1; }
jq -e --slurpfile grafana "$component/dashboard.json" '
  [.rows[].panels[]] as $panels
  | ($panels | all((.type | IN("singlestat", "graph", "table")) and (.title | length > 0) and .span >= 1 and .span <= 12 and
      (.targets | length > 0 and all(.expr | test("\\$(?!__range\\b|__rate_interval\\b)") | not)) and
      (.type != "table" or (.styles | length > 1)))) and
    ($panels | map(.id) | unique | length) == ($panels | length) and
    ([$panels[].targets[].expr] == [$grafana[0].panels[].targets[]?.expr | gsub("\\$job"; "droveway")])' "$console" >/dev/null ||
  { echo "monitoring: $console has a panel that OpenShift can't show" >&2; exit 1; }

# The dashboard: each query as a recording rule, its variables filled in.
jq -r '[.panels[] | .. | .expr? // empty] | .[]' "$component/dashboard.json" |
  sed 's/\$__rate_interval/5m/g; s/\$__range/1h/g; s/\$job/droveway/g; s/\$instance/.*/g' >"$work/queries"
[ -s "$work/queries" ]
{
  echo 'groups: [{name: dashboard, rules: ['
  awk '{gsub(/\047/, "\047\047"); printf "{record: \"dashboard:query_%d\", expr: \047%s\047},\n", NR, $0}' "$work/queries"
  echo ']}]'
} >"$work/dashboard.yaml"
promtool check rules "$work/dashboard.yaml"

alerts=$(grep -c 'alert: ' "$work/rules.yaml")
sed -n 's/.*alert: //p' "$work/rules.yaml" | while read -r alert; do
  grep -q "alertname: $alert$\|alertname: $alert}" tests/monitoring/alerts.test.yaml || { echo "monitoring: $alert has no test" >&2; exit 1; }
done

# A query with a metric that does not exist would always be empty.
tests/monitoring/scrape.sh >"$work/scrape"
awk -v work="$work" '/^# ---$/ {part++; next} {print > (work "/scrape-" part + 1)}' "$work/scrape"
for part in "$work"/scrape-[12]; do promtool check metrics <"$part"; done
{ cat "$work/queries"; grep 'expr:' -A1 "$work/rules.yaml"; } | grep -o 'droveway_[a-z_]*\|process_[a-z_]*' | sort -u >"$work/names"
while read -r name; do
  grep -q "^# TYPE ${name%_bucket} " "$work/scrape" || { echo "monitoring: no instance exports $name" >&2; exit 1; }
done <"$work/names"

# docs/operations.md must describe exactly these metrics; "droveway_x_..." means all that begin like that.
sed -n 's/^# TYPE \(droveway_[a-z_]*\) .*/\1/p' "$work/scrape" | sort -u >"$work/shown"
grep -o 'droveway_[a-z_]*\(\.\.\.\)\?' docs/operations.md | sort -u >"$work/documented"
while read -r name; do
  sed 's/\.\.\.$/.*/' "$work/documented" | grep -x -f - -q <(echo "$name") || { echo "monitoring: docs/operations.md does not describe $name" >&2; exit 1; }
done <"$work/shown"
while read -r name; do
  grep -q -x "${name/%.../.*}" "$work/shown" || { echo "monitoring: docs/operations.md describes $name, which no instance exports" >&2; exit 1; }
done <"$work/documented"
echo "monitoring: $alerts alerts tested, $(wc -l <"$work/queries") queries of the dashboard parsed, $(wc -l <"$work/names") metrics exist"
