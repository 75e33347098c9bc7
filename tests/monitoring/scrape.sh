#!/usr/bin/env bash
# What an instance on the demo's cluster shows as metrics, after one review.
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
"$droveway" certs --dir "$work" --dns localhost >/dev/null
"$droveway" serve --listen 127.0.0.1:0 --metrics-listen 127.0.0.1:0 --tls-cert "$work/tls.crt" --tls-key "$work/tls.key" --state demo/state \
  --shutdown-delay 0 2>"$work/log" &
server=$!
port() { sed -n "s/.*\"$1\":\"[^\"]*:\([0-9]*\)\".*/\1/p" "$work/log" | head -n 1; }
for _ in $(seq 200); do
  [ -z "$(port metrics)" ] || break
  kill -0 "$server" || { cat "$work/log" >&2; exit 1; }
  sleep 0.05
done
