#!/usr/bin/env bash
# A rolling restart must not fail a single write. Two instances behind haproxy are stopped and started in turn. They are webhooks, with
# failurePolicy Fail, of a real API server that gets 2,000 server-side applies at 50 per second. Everything is on loopback, on free ports.
#
# Environment: KUBEBUILDER_ASSETS (where kube-apiserver, kubectl and perhaps etcd are; otherwise tests/e2e/assets.sh finds them), APPLIES (2000),
# RATE (50 per second), SHUTDOWN_DELAY (2s).
set -euo pipefail
cd "$(dirname "$0")/../.."
droveway=${BUILD:-build}/droveway
applies=${APPLIES:-2000} rate=${RATE:-50} delay=${SHUTDOWN_DELAY:-2s}

die() {
  printf 'drain: %s\n' "$1" >&2
  [ -z "${2:-}" ] || tail -n 10 "$2" >&2
  exit 1
}
for tool in haproxy curl jq openssl; do command -v "$tool" >/dev/null || die "$tool is missing; tools/deps.sh test e2e installs it"; done
assets=${KUBEBUILDER_ASSETS:-}
[ -n "$assets" ] || assets=$(tests/e2e/assets.sh) || die 'no kube-apiserver: set KUBEBUILDER_ASSETS'
[ -x "$assets/kube-apiserver" ] || die "there is no kube-apiserver in $assets"
PATH=$assets:$PATH
command -v etcd >/dev/null || die 'etcd is missing; tools/deps.sh e2e installs it'

work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-drain.XXXXXX")
declare -A pids=() ports=()
clean_up() {
  local name
  [ -z "${pids[load]:-}" ] || kill -KILL -- "-${pids[load]}" 2>/dev/null || true
  for name in a b haproxy apiserver etcd; do
    [ -z "${pids[$name]:-}" ] || kill -KILL "${pids[$name]}" 2>/dev/null || true
  done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# until_true LOG WHAT COMMAND...: waits until COMMAND succeeds, for half a minute at most.
until_true() {
  local log=$work/$1.log what=$2 end=$((SECONDS + 30))
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || die "$what: waited half a minute" "$log"
    sleep 0.05
  done
}
# shellcheck source=tests/e2e/ports.sh
. tests/e2e/ports.sh
for name in etcd peer apiserver front stats a b; do
  free_port "ports[$name]"
done

# --- the API server ---

etcd_url=http://127.0.0.1:${ports[etcd]} peer_url=http://127.0.0.1:${ports[peer]}
etcd --data-dir "$work/etcd" --listen-client-urls "$etcd_url" --advertise-client-urls "$etcd_url" --listen-peer-urls "$peer_url" \
  --initial-advertise-peer-urls "$peer_url" --initial-cluster "default=$peer_url" --unsafe-no-fsync >"$work/etcd.log" 2>&1 &
pids[etcd]=$!
openssl genrsa -out "$work/sa.key" 2048 2>/dev/null
token=$(openssl rand -hex 16)
echo "$token,admin,admin,system:masters" >"$work/tokens.csv"
kube-apiserver --etcd-servers "$etcd_url" --bind-address 127.0.0.1 --advertise-address 127.0.0.1 --secure-port "${ports[apiserver]}" \
  --cert-dir "$work/apiserver" --service-account-key-file "$work/sa.key" --service-account-signing-key-file "$work/sa.key" \
  --service-account-issuer https://kubernetes.default.svc --token-auth-file "$work/tokens.csv" --authorization-mode RBAC \
  --service-cluster-ip-range 127.96.0.0/16 --endpoint-reconciler-type none >"$work/apiserver.log" 2>&1 &
pids[apiserver]=$!
server=https://127.0.0.1:${ports[apiserver]}
cat >"$work/kubeconfig" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: drain, cluster: {server: "$server", insecure-skip-tls-verify: true}}]
users: [{name: admin, user: {token: $token}}]
contexts: [{name: drain, context: {cluster: drain, user: admin}}]
current-context: drain
YAML
kubectl() { NO_PROXY='*' HOME=$work command kubectl --kubeconfig "$work/kubeconfig" "$@"; }
until_true apiserver 'the API server' kubectl get --raw /readyz
kubectl apply -f tests/drain/cluster.yaml >"$work/kubectl.log" 2>&1 || die 'kubectl apply' "$work/kubectl.log"
kubectl wait --for condition=established --timeout 30s crd/network-attachment-definitions.k8s.cni.cncf.io >"$work/kubectl.log" 2>&1 ||
  die 'the CRD' "$work/kubectl.log"

# --- two instances behind haproxy ---

"$droveway" certs --dir "$work/tls" --dns localhost >/dev/null
serve=("$droveway" serve --tls-cert "$work/tls/tls.crt" --tls-key "$work/tls/tls.key" --state demo/state)
if [[ $("$droveway" serve --help) = *--shutdown-delay* ]]; then serve+=(--shutdown-delay "$delay"); fi
start() {
  "${serve[@]}" --listen "127.0.0.1:${ports[$1]}" 2>>"$work/$1.log" &
  pids[$1]=$!
}
# The state that haproxy reports: UP, DOWN.
state_of() { curl --silent --noproxy '*' --max-time 5 "http://127.0.0.1:${ports[stats]}/;csv" | awk -F, -v server="$1" '$1 == "droveway" && $2 == server {print $18}'; }
is_up() { [ "$(state_of "$1")" = UP ]; }
start a
start b
FRONT_PORT=${ports[front]} STATS_PORT=${ports[stats]} A_PORT=${ports[a]} B_PORT=${ports[b]} \
  haproxy -db -f tests/drain/haproxy.cfg >"$work/haproxy.log" 2>&1 &
pids[haproxy]=$!
until_true a 'instance a behind haproxy' is_up a
until_true b 'instance b behind haproxy' is_up b

# A configuration of curl for a write like that of `kubectl apply --server-side`, of a different one of 200 NADs each time: request NUMBER
resource=/apis/k8s.cni.cncf.io/v1/namespaces/drain/network-attachment-definitions
request() {
  local name=net-$(($1 % 200))
  cat >"$work/body.$1" <<YAML
apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata:
  name: $name
spec:
  config: '{"cniVersion": "0.3.1", "type": "bridge", "bridge": "br-vm", "vlan": $(($1 % 4000 + 1))}'
YAML
  cat <<CONFIG
url = "$server$resource/$name?fieldManager=drain&force=true"
request = PATCH
header = "Authorization: Bearer $token"
header = "Content-Type: application/apply-patch+yaml"
data-binary = "@$work/body.$1"
output = "$work/answer.$1"
write-out = "%{http_code} $1 %{errormsg}\n"
max-time = 90
insecure
silent
CONFIG
}
outcomes() { cat "$work"/outcomes.* | wc -l; }
# The number of decisions logged so far: two for each write, of /mutate and /validate.
decisions() { awk '/"uid"/ {count++} END {print count + 0}' "$work/$1.log"; }
asked() {
  request 0 | curl --noproxy '*' --config -
  [ "$(decisions a)" -gt 0 ] || [ "$(decisions b)" -gt 0 ]
}

sed -e "s/@PORT@/${ports[front]}/" -e "s/@CA@/$(base64 -w 0 "$work/tls/ca.crt")/" tests/drain/webhooks.yaml |
  kubectl apply -f - >"$work/kubectl.log" 2>&1 || die 'the webhook configurations' "$work/kubectl.log"
until_true apiserver 'the API server asks the webhook' asked
before=$(($(decisions a) + $(decisions b)))

# --- applies, with restarts at the same time ---

# Four clients with one connection each, and RATE per second together. Few processes, so that the servers can use the machine's two cores.
clients=4
for client in $(seq $clients); do
  first=1
  for number in $(seq "$client" $clients "$applies"); do
    [ $first = 1 ] || echo next
    first=0
    request "$number"
  done >"$work/requests.$client"
done
load() {
  local client
  for client in $(seq $clients); do
    curl --noproxy '*' --rate $((rate * 60 / clients))/m --config "$work/requests.$client" >"$work/outcomes.$client" &
  done
  wait
}
begin=$SECONDS
set -m # a process group of its own, so that it ends with all it started
load &
set +m
pids[load]=$!
restarts=0
# restart NAME: stops the instance, waits for its end, starts it again, and waits until haproxy uses it again.
restart() {
  local status=0
  kill -TERM "${pids[$1]}"
  wait "${pids[$1]}" || status=$?
  [ "$status" -eq 0 ] || die "instance $1 ended with status $status" "$work/$1.log"
  start "$1"
  until_true "$1" "instance $1 behind haproxy again" is_up "$1"
  restarts=$((restarts + 1))
}
while kill -0 "${pids[load]}" 2>/dev/null; do
  restart a
  restart b
done
wait "${pids[load]}"
took=$((SECONDS - begin))

# --- results ---

answered=$(($(decisions a) + $(decisions b) - before))
failures() { grep -hv '^20[01] ' "$work"/outcomes.* || true; }
failed=$(failures | wc -l)
printf '%d applies in %d s while the two instances were restarted %d times: %d failed\n' "$(outcomes)" "$took" "$restarts" "$failed"
printf '%d reviews answered, %d by a and %d by b\n' "$answered" "$(decisions a)" "$(decisions b)"
if [ "$failed" -gt 0 ]; then
  failures | while read -r code number why; do
    echo "$code $why$(jq -r .message "$work/answer.$number" 2>/dev/null)"
  done | sort | uniq -c | sort -rn | head -n 10 >&2
  die 'a restart cost writes'
fi
[ "$(outcomes)" -eq "$applies" ] || die "only $(outcomes) of $applies applies came to an end"
[ "$answered" -ge $((2 * applies)) ] || die 'some writes were not reviewed'
[ "$restarts" -ge 4 ] || die 'too few restarts to tell anything'
