#!/usr/bin/env bash
# Sends mixed traffic for a given time and compares every answer with the expected one, while certificates, policy and state are changed
# (and broken), and the API server and the instances are restarted. No answer may be wrong or lost, and memory, descriptors and threads
# must not grow. Everything is on loopback, on free ports.
#
# usage: run.sh [SECONDS]          default: $DURATION or 1800; never less than one round of all disturbances
#
# Two instances with a state folder (a, b) and two with a real API server (c, d) are behind haproxy and are restarted in turn. One of
# each kind (s, t) gets its requests directly and is never restarted. The expected answers are the golden ones of tests/payloads for
# demo/state, and those of `droveway review` with a snapshot of the cluster.
#
# Environment: BUILD (build), KUBEBUILDER_ASSETS (where kube-apiserver, kubectl and perhaps etcd are; otherwise tests/e2e/assets.sh finds them),
# RATE (80 requests per second), PAUSE (seconds between disturbances: 2; 0.5 in runs of less than 5 minutes), VERBOSE (prints each
# disturbance).
# shellcheck disable=SC2317 # functions that traps and until_true call
set -euo pipefail
cd "$(dirname "$0")/../.."
duration=${1:-${DURATION:-1800}} rate=${RATE:-80}
REPOSITORY=$PWD DROVEWAY=$(realpath "${BUILD:-build}/droveway")

die() {
  printf 'soak: %s\n' "$1" >&2
  [ -z "${2:-}" ] || tail -n 10 "$2" | cut -c1-400 >&2
  exit 1
}
case $duration in '' | *[!0-9]*) die "\"$duration\" is no number of seconds" ;; esac
pause=${PAUSE:-$([ "$duration" -lt 300 ] && echo 0.5 || echo 2)}
for tool in haproxy curl jq openssl python3; do command -v "$tool" >/dev/null || die "$tool is missing; tools/deps.sh test e2e installs it"; done
assets=$(tests/e2e/assets.sh) || die 'no kube-apiserver: set KUBEBUILDER_ASSETS'
crds=$(tests/e2e/crds.sh) || die 'no CustomResourceDefinitions'
PATH=$assets:$PATH
command -v etcd >/dev/null || die 'etcd is missing; tools/deps.sh e2e installs it'

E2E_WORK=$(mktemp -d "${TMPDIR:-/tmp}/droveway-soak.XXXXXX")
work=$E2E_WORK
export REPOSITORY DROVEWAY E2E_WORK PATH HOME=$work KUBECONFIG=$work/kubeconfig NO_PROXY='*'
unset KUBERNETES_SERVICE_HOST
# shellcheck source=tests/e2e/control-plane.sh
. tests/e2e/control-plane.sh

instances=(a b c d s t)
declare -A pids=() ports=()
clean_up() {
  local name
  exec 2>/dev/null # bash tells of each that was killed
  for name in traffic "${instances[@]}" haproxy; do
    [ -z "${pids[$name]:-}" ] || kill -KILL "${pids[$name]}" 2>/dev/null || true
  done
  stop apiserver KILL
  stop etcd KILL
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# wait_for SECONDS NAME WHAT COMMAND...: waits until COMMAND succeeds; shows NAME's log if it does not.
wait_for() {
  local end=$((SECONDS + $1)) log=$work/$2.log what=$3
  shift 3
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || die "$what: waited in vain" "$log"
    sleep 0.1
  done
}
# shellcheck source=tests/e2e/ports.sh
. tests/e2e/ports.sh
for name in etcd peer apiserver state cluster stats metrics-s metrics-t "${instances[@]}"; do
  free_port "ports[$name]"
done
export ETCD_PORT=${ports[etcd]} PEER_PORT=${ports[peer]} API_PORT=${ports[apiserver]}

# --- the cluster: the same objects as in demo/state ---

make_credentials localhost 127.0.0.1
set_up_cluster() {
  local file
  start_etcd
  start_apiserver || return 1
  install_crds "$crds" || return 1
  kubectl apply -f tests/e2e/cluster/namespaces.yaml -f tests/e2e/cluster/networks.yaml
  for name in vms vms-dev storage; do kubectl create namespace "$name"; done
  for file in nodes node-network-states network-attachment-definitions hyperconverged; do
    sed '/^ *resourceVersion:/d' "demo/state/$file.yaml" | kubectl apply --validate=false -f - || return 1
  done
  install_rbac
}
set_up_cluster >"$work/setup.log" 2>&1 || die 'the API server or its objects' "$work/setup.log"

# --- certificates, policy and state, as the kubelet mounts them: links that go through "..data", which is replaced atomically ---

# mount FOLDER VERSION: makes that version's files the current ones.
mount() {
  local file
  ln -sfn "..$2" "$work/$1/..new"
  mv -T "$work/$1/..new" "$work/$1/..data"
  for file in "$work/$1/..data"/*; do
    [ -L "$work/$1/${file##*/}" ] || ln -s "..data/${file##*/}" "$work/$1/${file##*/}"
  done
}
pair=0
# new_pair: makes another certificate of the same CA, without mounting it.
new_pair() {
  pair=$((pair + 1))
  "$DROVEWAY" certs --dir "$work/ca" --dns localhost >/dev/null
  mkdir "$work/tls/..pair$pair"
  cp "$work"/ca/tls.{crt,key} "$work/tls/..pair$pair/"
  rm -rf "$work/tls/..pair$((pair - 3))"
}
reverse() { # the documents of a YAML file, last first
  awk 'BEGIN {RS = "\n?---\n"} {text[NR] = $0} END {for (i = NR; i > 0; i--) printf("%s\n%s", text[i], (i > 1 ? "---\n" : ""))}' "$1"
}
objects_of() { # how many of each kind
  "$DROVEWAY" snapshot "$work/reduced-again" --state "$1" 2>/dev/null | sed 's/.*\///'
  rm -rf "$work/reduced-again"
}
make_states() {
  local file state=$work/state
  mkdir -p "$state"/..as-is "$state"/..reversed "$state"/..reduced "$state"/..cut "$state"/..garbled
  cp demo/state/*.yaml "$state/..as-is"
  for file in demo/state/*.yaml; do reverse "$file" >"$state/..reversed/${file##*/}"; done
  "$DROVEWAY" snapshot "$work/reduced" --state demo/state >/dev/null 2>&1
  for file in "$work"/reduced/*.json; do
    case ${file##*/} in
      nodes.json | hyperconvergeds.json) cp "$file" "$state/..reduced/$(basename "${file/ds.json/d.json}" .json).yaml" ;;
      nodenetworkstates.json) cp "$file" "$state/..reduced/node-network-states.yaml" ;;
      networkattachmentdefinitions.json) cp "$file" "$state/..reduced/network-attachment-definitions.yaml" ;;
      *) { cat "$file" && echo --- && cat "$work/cluster-networks" 2>/dev/null; } >"$work/joined" || true
         mv "$work/joined" "$work/cluster-networks" ;;
    esac
  done
  mv "$work/cluster-networks" "$state/..reduced/cluster-networks.yaml"
  for file in reversed reduced; do
    [ "$(objects_of "$state/..as-is")" = "$(objects_of "$state/..$file")" ] || die "the state folder \"$file\" is not what demo/state is"
  done
  cp "$state"/..as-is/* "$state/..cut"
  head -c 1500 demo/state/nodes.yaml >"$state/..cut/nodes.yaml"
  cp "$state"/..as-is/* "$state/..garbled"
  printf 'kind: Node\n\tmetadata: [}\n' >"$state/..garbled/nodes.yaml"
}
make_policies() {
  local policy=$work/policy version head='apiVersion: droveway.io/v1alpha1
kind: Policy'
  for version in short long reordered unknown-key unknown-rule garbled; do mkdir -p "$policy/..$version"; done
  printf '%s\n' "$head" >"$policy/..short/policy.yaml"
  printf '%s\n' "$head" 'namespace: openshift-cnv' 'migrationNetworks: {namePatterns: ["*migration*"]}' \
    'defaults: {completionTimeoutPerGiB: 800, parallelMigrationsPerCluster: 5, parallelOutboundMigrationsPerNode: 2, progressTimeout: 150}' \
    >"$policy/..long/policy.yaml"
  printf '%s\n' '# the same, otherwise' 'rules: {ipam-syntax: deny, master-down: warn}' 'mutate: {networkAttachmentDefinitions: true}' 'kind: Policy' \
    'apiVersion: droveway.io/v1alpha1' >"$policy/..reordered/policy.yaml"
  printf '%s\n' "$head" 'namespaces: openshift-cnv' >"$policy/..unknown-key/policy.yaml"
  printf '%s\n' "$head" 'rules: {gateway-in-the-pool: deny}' >"$policy/..unknown-rule/policy.yaml"
  printf '%s\n' "$head" 'rules: {gateway-in-pool' >"$policy/..garbled/policy.yaml"
}
mkdir "$work/tls"
new_pair
mount tls pair1
make_states
mount state as-is
make_policies
mount policy short

# --- requests to the cluster: dry runs, so that an admitted object has no effect on later ones ---

make_reviews() {
  local file review
  local -a mutate
  mkdir "$work/reviews"
  "$DROVEWAY" snapshot "$work/snapshot" --kubeconfig "$work/droveway.kubeconfig" >"$work/setup.log" 2>&1 || return 1
  for file in tests/payloads/sample/*.json tests/payloads/recorded/*.json; do
    case $file in *.answer.json) continue ;; */mutate-*) mutate=(--mutate) ;; *) mutate=() ;; esac
    review=$work/reviews/${file##*/}
    sed 's/"dryRun":false/"dryRun":true/' "$file" >"$review"
    "$DROVEWAY" review "$review" "${mutate[@]}" --state "$work/snapshot" >"${review%.json}.answer.json" || [ $? -eq 1 ] || return 1
  done
}
make_reviews || die 'the answers expected of the cluster' "$work/setup.log"

# --- the instances behind haproxy ---

start() {
  local -a source=(--state "$work/state") metrics=()
  case $1 in c | d | t) source=(--kubeconfig "$work/droveway.kubeconfig") ;; esac
  case $1 in s | t) metrics=(--metrics-listen "127.0.0.1:${ports[metrics-$1]}") ;; esac
  "$DROVEWAY" serve --listen "127.0.0.1:${ports[$1]}" --tls-cert "$work/tls/tls.crt" --tls-key "$work/tls/tls.key" \
    --policy "$work/policy/policy.yaml" "${source[@]}" --threads 2 --connection-rate 10000 --audit-interval 10s --shutdown-delay 4s \
    "${metrics[@]}" 2>>"$work/$1.log" &
  pids[$1]=$!
}
ask() { curl --fail --silent --show-error --max-time 5 --cacert "$work/ca/ca.crt" "https://localhost:${ports[$1]}$2"; }
# The state that haproxy reports: UP, DOWN.
state_of() { curl --silent --max-time 5 "http://127.0.0.1:${ports[stats]}/;csv" | awk -F, -v server="$1" '$2 == server {print $18}'; }
is_up() { [ "$(state_of "$1")" = UP ]; }
# Succeeds if all watches of an instance are open.
is_watching() { ! ask "$1" '/readyz?verbose' | grep -q '^\[[!-]\]'; }
for name in "${instances[@]}"; do start "$name"; done
STATS_PORT=${ports[stats]} STATE_PORT=${ports[state]} CLUSTER_PORT=${ports[cluster]} A_PORT=${ports[a]} B_PORT=${ports[b]} \
  C_PORT=${ports[c]} D_PORT=${ports[d]} haproxy -db -f tests/soak/haproxy.cfg >"$work/haproxy.log" 2>&1 &
pids[haproxy]=$!
for name in a b c d; do wait_for 60 "$name" "instance $name behind haproxy" is_up "$name"; done
for name in s t; do wait_for 60 "$name" "instance $name" ask "$name" /readyz; done
for name in c d t; do wait_for 60 "$name" "instance $name watches the cluster" is_watching "$name"; done

# --- disturbances: each waits until it was noticed ---

declare -A done_so_far=() marks=()
count() { done_so_far[$1]=$((${done_so_far[$1]:-0} + 1)); }
# mark: `says` checks only what is logged from here on; keeps the logs short.
mark() {
  local name size
  for name in "${instances[@]}"; do
    size=$(stat -c %s "$work/$name.log")
    [ "$size" -lt 16000000 ] || { : >"$work/$name.log"; size=0; }
    marks[$name]=$size
  done
}
says() { [ "$(tail -c "+$((marks[$1] + 1))" "$work/$1.log" | grep -cF "$2")" != 0 ]; }
# all_say TEXT NAME...: waits until each instance has logged TEXT.
all_say() {
  local text=$1 name
  shift
  for name in "$@"; do wait_for 30 "$name" "instance $name to say \"$text\"" says "$name" "$text"; done
}
serial() { openssl s_client -connect "127.0.0.1:${ports[$1]}" </dev/null 2>/dev/null | openssl x509 -noout -serial; }
serves() { [ "$(serial "$1")" = "$2" ]; }
serial_of_pair() { openssl x509 -noout -serial -in "$work/tls/..pair$1/tls.crt"; }
refused_certificate="can't use the new certificate; the previous one stays in use"
refused_policy="can't read the changed policy; the previous one stays in use"
refused_state="can't read the changed state; the previous one stays in use"

rotate() {
  local name
  new_pair
  mount tls "pair$pair"
  for name in "${instances[@]}"; do
    wait_for 30 "$name" "instance $name to serve the new certificate" serves "$name" "$(serial_of_pair "$pair")"
  done
  count 'certificates rotated'
}
# In turn: the key of another certificate, a truncated certificate, no key, an expired certificate.
break_pair() {
  local name broken=$work/tls/..broken
  rm -rf "$broken"
  cp -r "$work/tls/..pair$pair" "$broken"
  case $((${done_so_far['broken certificates']:-0} % 4)) in
    0) openssl ecparam -name prime256v1 -genkey -noout -out "$broken/tls.key" ;;
    1) head -c 200 "$work/tls/..pair$pair/tls.crt" >"$broken/tls.crt" ;;
    2) rm "$broken/tls.key" ;;
    3) make_expired "$broken" ;;
  esac
  mount tls broken
  all_say "$refused_certificate" "${instances[@]}"
  for name in "${instances[@]}"; do
    serves "$name" "$(serial_of_pair "$pair")" || die "instance $name does not serve the certificate from before the broken one" "$work/$name.log"
  done
  mount tls "pair$pair"
  count 'broken certificates'
}
make_expired() {
  openssl req -new -key "$1/tls.key" -subj /CN=localhost -out "$work/expired.csr" 2>/dev/null
  mkdir -p "$work/expired"
  : >"$work/expired/index.txt"
  printf '[ca]\ndefault_ca=d\n[d]\ndatabase=%s\nnew_certs_dir=%s\nrand_serial=yes\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n' \
    "$work/expired/index.txt" "$work/expired" >"$work/expired/openssl.cnf"
  openssl ca -batch -notext -config "$work/expired/openssl.cnf" -cert "$work/ca/ca.crt" -keyfile "$work/ca/ca.key" -in "$work/expired.csr" \
    -startdate 20200101000000Z -enddate 20200102000000Z -out "$1/tls.crt" >/dev/null 2>&1 || die 'openssl ca made no expired certificate'
}
# nth COUNTER VERSION...: the next VERSION each time.
nth() {
  local number=${done_so_far[$1]:-0}
  shift
  shift $((number % $#))
  echo "$1"
}
swap_policy() {
  mount policy "$(nth 'policies replaced' long reordered short)"
  all_say 'reloaded policy and state' "${instances[@]}"
  count 'policies replaced'
}
break_policy() {
  local before
  before=$(readlink "$work/policy/..data")
  mount policy "$(nth 'broken policies' unknown-key unknown-rule garbled)"
  all_say "$refused_policy" "${instances[@]}"
  mark
  mount policy "${before#..}"
  all_say 'reloaded policy and state' "${instances[@]}"
  count 'broken policies'
}
# The fourth time nothing is swapped: the files are overwritten in place.
swap_state() {
  local version
  version=$(nth 'states replaced' reversed reduced as-is rewritten)
  if [ "$version" = rewritten ]; then
    for file in "$work"/state/..as-is/*; do
      cp "$file" "$work/rewritten"
      mv "$work/rewritten" "$file"
    done
  else
    mount state "$version"
  fi
  all_say 'reloaded policy and state' a b s
  count 'states replaced'
}
break_state() {
  local before
  before=$(readlink "$work/state/..data")
  mount state "$(nth 'broken states' cut garbled)"
  all_say "$refused_state" a b s
  mark
  mount state "${before#..}"
  all_say 'reloaded policy and state' a b s
  count 'broken states'
}
hang_up() {
  local name
  for name in "${instances[@]}"; do kill -HUP "${pids[$name]}"; done
  all_say 'reloaded policy and state' "${instances[@]}"
  count 'SIGHUPs to all'
}
# Changes objects in fields that no rule reads, which the watches report.
touch_objects() {
  {
    kubectl annotate --overwrite -n vms net-attach-def vm-network "example.com/touched=$SECONDS" &&
      kubectl label --overwrite node worker-1 "example.com/touched=$SECONDS"
  } >"$work/setup.log" 2>&1 || die 'kubectl' "$work/setup.log"
  count 'objects touched'
}
restart_apiserver() {
  local name
  touch "$work/away"
  stop apiserver KILL
  sleep 1
  start_apiserver >"$work/setup.log" 2>&1 || die 'the API server does not come back' "$work/apiserver.log"
  for name in c d t; do wait_for 120 "$name" "instance $name watches the cluster again" is_watching "$name"; done
  rm "$work/away"
  count 'API server killed'
}
# restart NAME: stops the instance, waits for its end, starts it again, and waits until haproxy uses it again.
restart() {
  local status=0
  kill -TERM "${pids[$1]}"
  wait "${pids[$1]}" || status=$?
  [ "$status" -eq 0 ] || die "instance $1 ended with status $status" "$work/$1.log"
  start "$1"
  wait_for 60 "$1" "instance $1 behind haproxy again" is_up "$1"
  case $1 in c | d) wait_for 60 "$1" "instance $1 watches the cluster" is_watching "$1" ;; esac
  count 'instances restarted'
}
# quiet: counts descriptors and threads while there are no requests.
is_counted() { [ ! -e "$work/quiet" ]; }
quiet() {
  touch "$work/quiet"
  wait_for 150 traffic 'the client to count descriptors' is_counted
}
round=('restart a' rotate swap_policy 'restart c' break_pair swap_state quiet 'restart b' break_policy touch_objects 'restart d' break_state
  hang_up restart_apiserver quiet)

# --- everything at once ---

begin=$SECONDS
PYTHONDONTWRITEBYTECODE=1 python3 tests/soak/traffic.py --ca "$work/ca/ca.crt" --work "$work" --rate "$rate" --out "$work/figures" \
  "a,b=${ports[state]}:0:0:tests/payloads/sample,tests/payloads/recorded@tests/payloads/recorded-answers" \
  "c,d=${ports[cluster]}:0:0:$work/reviews" \
  "state=${ports[s]}:${pids[s]}:${ports[metrics-s]}:tests/payloads/sample,tests/payloads/recorded@tests/payloads/recorded-answers" \
  "cluster=${ports[t]}:${pids[t]}:${ports[metrics-t]}:$work/reviews" 2>"$work/traffic.log" &
pids[traffic]=$!
is_running() { [ -e "$work/running" ]; }
wait_for 60 traffic 'the traffic' is_running
quiet
rounds=0
while [ $rounds -eq 0 ] || [ $((SECONDS - begin)) -lt "$duration" ]; do
  for step in "${round[@]}"; do
    mark
    [ -z "${VERBOSE:-}" ] || echo "soak: $((SECONDS - begin)) s: $step"
    $step
    [ $rounds -eq 0 ] || [ $((SECONDS - begin)) -lt "$duration" ] || break
    sleep "$pause"
    for name in traffic haproxy "${instances[@]}"; do kill -0 "${pids[$name]}" 2>/dev/null || die "$name has ended" "$work/$name.log"; done
  done
  rounds=$((rounds + 1))
done
quiet
kill -TERM "${pids[traffic]}"
status=0
wait "${pids[traffic]}" || status=$?
cat "$work/traffic.log" >&2
[ -s "$work/figures" ] || die 'the client told nothing'
line=$(cat "$work/figures")
for name in "${!done_so_far[@]}"; do line+="; ${done_so_far[$name]} $name"; done
printf 'soak: %s: %s\n' "$([ $status -eq 0 ] && echo good || echo BAD)" "$line"
exit $status
