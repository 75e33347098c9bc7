#!/usr/bin/env bash
# The metrics of an instance that has a cluster, though one that does not answer, so that all there are show.
set -euo pipefail
cd "$(dirname "$0")/../.."
droveway=${BUILD:-build}/droveway
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-scrape.XXXXXX")
server=
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
cat >"$work/kubeconfig" <<END
apiVersion: v1
kind: Config
current-context: none
clusters: [{name: none, cluster: {server: "https://127.0.0.1:9"}}]
users: [{name: none, user: {token: none}}]
contexts: [{name: none, context: {cluster: none, user: none}}]
END
"$droveway" certs --dir "$work" --dns localhost >/dev/null
"$droveway" serve --listen 127.0.0.1:0 --metrics-listen 127.0.0.1:0 --tls-cert "$work/tls.crt" --tls-key "$work/tls.key" \
  --kubeconfig "$work/kubeconfig" --events --shutdown-delay 0 2>"$work/log" &
server=$!
for _ in $(seq 200); do
  port=$(jq -r 'select(.msg == "metrics are served").port' "$work/log" 2>/dev/null) || true
  [ -z "$port" ] || break
  kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
  sleep 0.05
done
curl -fsS --noproxy '*' --max-time 10 --cacert "$work/ca.crt" "https://localhost:$port/metrics"
