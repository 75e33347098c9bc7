#!/usr/bin/env bash
# Prints the metrics of two instances, separated by a line "# ---". The first one has the demo's cluster, is scraped over HTTPS, and has
# answered a review of each verdict and refused some requests. The second one creates its own certificates and sends Events, is scraped
# over plain HTTP, and its API server does not answer.
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

# port MESSAGE: prints the port in this line of the log.
port() { sed -n "s/.*\"msg\":\"$1\".*\"port\":\([0-9]*\).*/\1/p" "$work/log" | head -n 1; }
# start OPTION...: starts an instance and waits until it serves metrics.
start() {
  : >"$work/log"
  "$droveway" serve --listen 127.0.0.1:0 --metrics-listen 127.0.0.1:0 --shutdown-delay 0 "$@" 2>>"$work/log" &
  server=$!
  for _ in $(seq 200); do
    [ -z "$(port 'serving metrics')" ] || return 0
    kill -0 "$server" || break
    sleep 0.05
  done
  cat "$work/log" >&2
  exit 1
}
stop() {
  kill "$server"
  wait "$server"
  server=
}
ask() { curl --silent --show-error --noproxy '*' --max-time 20 --cacert "$work/ca.crt" "$@"; }

"$droveway" certs --dir "$work" --dns localhost >/dev/null
start --tls-cert "$work/tls.crt" --tls-key "$work/tls.key" --state demo/state
webhook=https://localhost:$(port listening)
for review in nad-bridge-passes nad-gateway-in-pool nad-default-route hco-v1-network-missing; do
  ask --output /dev/null --fail -H 'Content-Type: application/json' --data-binary "@tests/payloads/sample/$review.json" "$webhook/validate"
done
ask --output /dev/null --fail -H 'Content-Type: application/json' --data-binary @tests/payloads/sample/mutate-nad-name-version-mode.json "$webhook/mutate"
ask --output /dev/null "$webhook/favicon.ico"
ask --output /dev/null -H 'Content-Type: application/json' --data '{}' "$webhook/validate"
ask --fail "https://localhost:$(port 'serving metrics')/metrics"
stop

echo "# ---"
cat >"$work/kubeconfig" <<'CONFIG'
apiVersion: v1
kind: Config
current-context: nowhere
clusters: [{name: nowhere, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: nobody, user: {token: none}}]
contexts: [{name: nowhere, context: {cluster: nowhere, user: nobody}}]
CONFIG
start --self-managed-certs --activate droveway-active --events --policy-reports --kubeconfig "$work/kubeconfig" --metrics-plain-http
ask --fail "http://127.0.0.1:$(port 'serving metrics')/metrics"
stop
