#!/usr/bin/env bash
# Packs the Helm chart reproducibly: chart.sh FOLDER. `helm package` checks it; the archive is packed again, because Helm writes
# the current time into it.
set -euo pipefail
cd "$(dirname "$0")/.."
. release/lib.sh
folder=$(realpath "${1:?usage: chart.sh FOLDER}")
version=$(version)
helm=$(tests/chart/assets.sh)/helm
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-chart.XXXXXX")
trap 'rm -rf "$work"' EXIT
"$helm" package charts/droveway --destination "$work" >&2
mkdir "$work/chart"
tar --extract --warning=no-timestamp --file "$work/droveway-$version.tgz" --directory "$work/chart"
release/portable/archive.sh "$work/chart/droveway" "$folder/droveway-chart-$version.tgz"
