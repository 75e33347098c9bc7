#!/usr/bin/env bash
# Sets where docs/ is published, in the Makefile and in the runbook_url of each alert: tools/set_docs_url.sh URL
set -euo pipefail
cd "$(dirname "$0")/.."
new=${1:-}
[[ $new =~ ^https://[A-Za-z0-9._~/%-]+[^/]$ ]] || { echo 'usage: tools/set_docs_url.sh https://HOST/PATH (without a slash at the end)' >&2; exit 2; }
files=(Makefile manifests/components/monitoring/alerts.yaml)
sed -i -E -e "s|^DOCS_URL := .*|DOCS_URL := $new|" -e "s|(runbook_url: ).*(/runbooks/[A-Za-z]+\.md)$|\1$new\2|" "${files[@]}"
echo "$new: ${files[*]}"
