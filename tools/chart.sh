#!/usr/bin/env bash
# Updates the generated parts of charts/droveway: the copies in files/, which are those of manifests/ with the same path, the
# version, and the schema of the values policy and exceptions, which is that of `droveway schema`. `chart.sh --check` changes
# nothing and fails if a part is not current. To share another file, create an empty one in files/ and run this.
set -euo pipefail
cd "$(dirname "$0")/.."
droveway=$(realpath "${BUILD:-build}/droveway")
chart=charts/droveway
version=$(sed -n 's/^VERSION := //p' Makefile)
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-chart.XXXXXX")
trap 'rm -rf "$work"' EXIT
cp -R "$chart" "$work/chart"

while read -r file; do
  [ -f "manifests/$file" ] || { echo "chart: $chart/files/$file has no original in manifests/: remove or move it" >&2; exit 1; }
  cp "manifests/$file" "$work/chart/files/$file"
done < <(cd "$chart/files" && find . -type f -printf '%P\n')
sed -i "s/^version: .*/version: $version/; s/^appVersion: .*/appVersion: \"$version\"/" "$work/chart/Chart.yaml"
# The chart sets apiVersion, kind and namespace itself.
"$droveway" schema | jq --slurpfile values "$chart/values.schema.json" '
  del(."$schema", .title, .required, .properties.apiVersion, .properties.kind, .properties.namespace) as $policy
  | $values[0] | .properties.policy = $policy | .properties.exceptions = $policy.properties.exceptions' >"$work/chart/values.schema.json"

if [ "${1:-}" = --check ]; then
  diff -r "$chart" "$work/chart" >"$work/diff" && exit 0
  head -n 20 "$work/diff" >&2
  echo "chart: $chart is not current: run \`make chart-files\`" >&2
  exit 1
fi
rm -rf "$chart"
cp -R "$work/chart" "$chart"
