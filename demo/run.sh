#!/usr/bin/env bash
# Runs the webhook on a sample cluster as an API server would use it: creates certificates, starts `serve`, sends reviews
# over HTTPS with a verified CA, and prints the verdicts and a denial as kubectl shows it. `make demo` runs it; it cleans
# up after itself.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
droveway=${BUILD:-build}/droveway
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-demo.XXXXXX") || exit 2
server='' failures=0

stop_server() {
  [ -n "$server" ] || return 0
  kill -TERM "$server" 2>/dev/null
  for _ in $(seq 100); do
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$server" 2>/dev/null
  wait "$server"
  local status=$?
  server=''
  return $status
}
clean_up() {
  stop_server
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

heading() { printf '\n== %s\n\n' "$1"; }
fail() {
  printf 'demo: %s\n' "$1" >&2
  failures=$((failures + 1))
}
die() {
  printf 'demo: %s\n' "$1" >&2
  [ -s "$work/log" ] && tail -n 5 "$work/log" >&2
  exit 1
}
# ask PATH [CURL-OPTION...]: curl with the demo's CA and a timeout.
ask() {
  curl --silent --show-error --fail --max-time 10 --noproxy '*' --cacert "$work/tls/ca.crt" \
    --resolve "droveway.example.svc:$port:127.0.0.1" "https://droveway.example.svc:$port$1" "${@:2}"
}

# --- certificates and the server ---

heading 'Create certificates and start the webhook on the sample cluster in demo/state'
"$droveway" certs --dir "$work/tls" --dns droveway.example.svc || die 'could not create certificates'
echo
"$droveway" serve --listen 127.0.0.1:0 --tls-cert "$work/tls/tls.crt" --tls-key "$work/tls/tls.key" \
  --state demo/state --shutdown-delay 0 2>"$work/log" &
server=$!
port=''
for _ in $(seq 100); do
  port=$(jq -r 'select(.msg == "listening").port' "$work/log" 2>/dev/null)
  [ -n "$port" ] && break
  kill -0 "$server" 2>/dev/null || die 'the webhook exited'
  sleep 0.1
done
[ -n "$port" ] || die 'the webhook did not start listening'
for _ in $(seq 100); do
  ask /readyz >/dev/null 2>&1 && break
  sleep 0.1
done
ask /readyz >/dev/null || die 'the webhook did not become ready'
echo "ready at https://127.0.0.1:$port, with a certificate of the new CA"

# --- reviews ---

# review FILE VERDICT: sends the review, prints a table row, and counts a failure if the verdict differs.
review() {
  local file=$1 expected=$2 path=/validate verdict rules name
  name=$(basename "$file" .json)
  case $name in mutate-*) path=/mutate ;; esac
  if ! ask "$path?timeout=5s" -H 'Content-Type: application/json' --data-binary @"$file" >"$work/$name.answer"; then
    fail "$file: no response"
    return
  fi
  verdict=$(jq -r '.response | if .allowed | not then "denied"
    elif .patch then "patched" elif .warnings then "warned" else "allowed" end' "$work/$name.answer")
  rules=$(jq -r '.response.auditAnnotations // {} | [.denied, .warned, .defaulted] | map(select(.)) | join(",")
    | gsub("spec\\.([a-z]+\\.)*"; "")' "$work/$name.answer" | sed 's/,/, /g')
  jq -r '.request | "\(.kind.kind)\t\(.namespace)/\(.name // .object.metadata.name // "")\t\(.operation)"' "$file" |
    while IFS=$'\t' read -r kind object operation; do
      kind=${kind/NetworkAttachmentDefinition/NAD}
      printf '%s' "$rules" | fold -s -w 42 | sed 's/ *$//' | {
        IFS= read -r first || true
        printf '%-54s %-9s %-8s %s\n' "$kind $object" "$operation" "$verdict" "${first:--}"
        while IFS= read -r more || [ -n "$more" ]; do printf '%-73s %s\n' '' "$more"; done
      }
    done
  [ "$verdict" = "$expected" ] || fail "$file: got $verdict, expected $expected"
  [ "$(jq -r .response.uid "$work/$name.answer")" = "$(jq -r .request.uid "$file")" ] || fail "$file: the uid of the response differs"
}
columns() { printf '%-54s %-9s %-8s %s\n' OBJECT OPERATION VERDICT 'RULES (FIELDS FILLED IN)'; }

heading 'Reviews recorded from a Kubernetes API server while live migration was set up'
columns
recorded=tests/payloads/recorded
while read -r name verdict; do
  review "$recorded/$name.json" "$verdict"
done <<'LIST'
mutate-nad-create allowed
validate-nad-create allowed
validate-nad-create-bridge-dhcp-serverside allowed
validate-nad-update-range allowed
validate-nad-update-label-only allowed
validate-nad-update-dryrun allowed
mutate-hco-v1-create allowed
validate-hco-v1-create allowed
validate-hco-v1-update allowed
validate-hco-v1beta1-create allowed
mutate-kubevirt-create allowed
validate-kubevirt-create warned
validate-kubevirt-update denied
validate-nad-delete allowed
validate-hco-delete allowed
LIST

heading 'Mistakes, most of which would have stopped the rollout of virt-handler on its first node'
columns
sample=tests/payloads/sample
while read -r name verdict; do
  review "$sample/$name.json" "$verdict"
done <<'LIST'
nad-range-empty-text denied
nad-overlap-pod-network denied
nad-overlap-vm-network denied
nad-master-missing-on-one-node denied
nad-master-missing-key denied
nad-bridge-default denied
nad-ipam-host-local denied
nad-pool-too-small denied
nad-mtu-inconsistent warned
nad-five-mistakes denied
hco-v1beta1-network-misspelt denied
hco-v1-network-elsewhere denied
mutate-nad-name-version-mode patched
LIST

# --- kubectl output ---

# Prints a Status with reason Invalid as kubectl does: one cause on the same line, several as a list.
kubectl_prints() {
  jq -r '.response | (.warnings // [] | map("Warning: " + .) | .[]), (.status | select(.)
    | "The \(.details.kind) \"\(.details.name)\" is invalid: " as $head
    | [.details.causes[] | "\(.field): \(.message)"]
    | if length == 1 then $head + .[0] else $head + "\n" + (map("* " + .) | join("\n")) end)' "$1"
}
heading 'Five mistakes in one network, as kubectl prints the denial'
echo '$ kubectl apply -f migration-network.yaml'
kubectl_prints "$work/nad-five-mistakes.answer"
[ "$(jq '.response.status.details.causes | length' "$work/nad-five-mistakes.answer")" = 5 ] || fail 'expected five causes'

heading 'A warning, and a denial with one cause'
echo '$ kubectl apply -f kubevirt.yaml'
kubectl_prints "$work/validate-kubevirt-update.answer"

# --- check ---

heading 'The same rules on manifest files, before they are applied'
# check FILE STATUS
check() {
  echo "\$ droveway check -f $1 --state demo/state"
  "$droveway" check -f "$1" --state demo/state
  local status=$?
  [ "$status" -eq "$2" ] || fail "check $1: got exit status $status, expected $2"
}
check demo/manifests/migration.yaml 0
echo
check demo/manifests/five-mistakes.yaml 1

# --- shutdown ---

heading 'A line of the decision log, and shutdown'
jq -c 'select(.uid != null)' "$work/log" | tail -n 1
decisions=$(jq -s 'map(select(.uid != null)) | length' "$work/log")
stop_server || fail "the webhook exited with status $?"
echo
if [ "$failures" -gt 0 ]; then
  echo "demo: $failures steps failed"
  exit 1
fi
echo "All $decisions reviews were answered as expected over HTTPS. The webhook stopped on SIGTERM."
