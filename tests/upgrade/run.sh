#!/usr/bin/env bash
# Upgrades and rolls back between two builds while kubectl applies objects all the time, and fails if one apply does. kube-apiserver,
# etcd and kube-controller-manager are real: the Deployment is rolled out and the Service's EndpointSlice changes as in a cluster, and
# the API server calls the addresses in it. Only node.py stands in for scheduler and kubelets. Needs root; everything is in separate
# network, mount and process namespaces, which end with this script.
#
# Environment: FROM (the commit to upgrade from, see assets.sh).
# shellcheck disable=SC2317,SC2034 # control-plane.sh and until_true call these functions, and control-plane.sh uses the variables
set -euo pipefail
cd "$(dirname "$0")"
REPOSITORY=$(cd ../.. && pwd)

die() { printf 'upgrade: %s\n' "$*" >&2; exit 1; }
if [ "${1:-}" != inside ]; then
  [ "$(id -u)" -eq 0 ] || die 'needs root, for network namespaces'
  DROVEWAY=$(cd "$REPOSITORY" && realpath "${BUILD:-build}/droveway")
  ASSETS=$(../e2e/assets.sh)
  own=$(./assets.sh)
  CONTROLLERS=${own%%$'\n'*} OLD=${own##*$'\n'}
  CRDS=$(../e2e/crds.sh)
  export DROVEWAY ASSETS CONTROLLERS CRDS OLD
  exec unshare --net --mount --pid --fork --kill-child --mount-proc "./${0##*/}" inside
fi

E2E_WORK=$(mktemp -d "${TMPDIR:-/tmp}/droveway-upgrade.XXXXXX")
export E2E_WORK PATH=$ASSETS:$CONTROLLERS:$PATH HOME=$E2E_WORK KUBECONFIG=$E2E_WORK/kubeconfig
unset KUBERNETES_SERVICE_HOST
# shellcheck source=tests/e2e/control-plane.sh
. ../e2e/control-plane.sh
status=1
clean_up() {
  if [ "$status" -ne 0 ]; then
    for log in steps node controllers apiserver; do
      [ -s "$E2E_WORK/$log.log" ] && { echo "--- the end of $log's log"; tail -n 15 "$E2E_WORK/$log.log" | cut -c1-300; }
    done
    for log in "$E2E_WORK"/logs/*; do [ -s "$log" ] && { echo "--- the end of ${log##*/}'s log"; tail -n 5 "$log" | cut -c1-300; }; done
  fi >&2
  stop node KILL
  rm -rf --one-file-system "$E2E_WORK" || true
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# --- the cluster ---

# The network of nodes and pods. Each pod is connected to the bridge.
mount -t tmpfs tmpfs /run
ip link set lo up
ip link add pods type bridge
ip addr add 10.222.0.1/16 dev pods
ip link set pods up
ETCD_PORT=2379 PEER_PORT=2380 API_PORT=6443
make_credentials localhost 10.222.0.1 127.0.0.1
echo "$token" >"$E2E_WORK/token"

# image TAG BINARY: makes a root file system of the program and the libraries that it loads, as the image has.
image() {
  local root=$E2E_WORK/images/droveway:$1 library
  mkdir -p "$root/usr/bin"
  cp "$2" "$root/usr/bin/droveway"
  ldd "$2" | grep -o '/[^ )]*' | while read -r library; do cp --parents -L "$library" "$root"; done
}

set_up() {
  start_etcd
  API_OPTIONS='--bind-address 0.0.0.0 --advertise-address 10.222.0.1 --enable-aggregator-routing=true' start_apiserver
  install_crds "$CRDS"
  kubectl create namespace kubevirt-hyperconverged
  until_true 30 kubectl apply -f ../e2e/cluster
  run controllers kube-controller-manager --kubeconfig "$KUBECONFIG" --leader-elect=false --controllers="$controllers"
  run node ./node.py 10.222.0.1:6443 "$E2E_WORK/token" "$E2E_WORK/pki/ca.crt" droveway "$E2E_WORK"
  until_true 30 kubectl get serviceaccount -n kubevirt-hyperconverged default
}
controllers=deployment-controller,replicaset-controller,endpointslice-controller,endpoints-controller
controllers+=,garbage-collector-controller,namespace-controller,serviceaccount-controller,disruption-controller

# --- the load ---

# An answer is right if the exit status is, and if it names the rules that it must and no others. Each line of outcomes.*: the second, the step, the request, the outcome.
outcome() { # REQUEST STATUS OUTPUT EXPECTED-STATUS EXPECTED-RULES
  local text=${3//$'\n'/ } rules
  rules=$(grep -oE '\[[a-z-]+\]|could not be checked' <<<"$3" | sort -u | paste -sd ' ') || true
  if [ "$2" -eq "$4" ] && [ "$rules" = "$5" ]; then text=right; fi
  printf '%s\t%s\t%s\t%s\n' "$SECONDS" "$(cat "$E2E_WORK/step")" "$1" "$text"
}
# ask REQUEST EXPECTED-STATUS EXPECTED-RULES: applies standard input.
ask() {
  local output status=0
  output=$(kubectl apply -f - 2>&1) || status=$?
  outcome "$1" "$status" "$output" "$2" "$3"
}
nad() { # NAME RANGE MASTER
  printf 'apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata: {name: %s, namespace: kubevirt-hyperconverged}\n' "$1"
  printf "spec:\n  config: '{\"cniVersion\": \"0.3.1\", \"type\": \"macvlan\", \"master\": \"%s\", \"mode\": \"bridge\"," "$3"
  printf ' "ipam": {"type": "whereabouts", "range": "%s"}}'"'\n" "$2"
}
hyperconverged() { # NETWORK PARALLEL
  printf 'apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\nmetadata: {name: kubevirt-hyperconverged, namespace: kubevirt-hyperconverged}\n'
  printf 'spec: {liveMigrationConfig: {network: %s, parallelMigrationsPerCluster: %s}}\n' "$1" "$2"
}
networks() {
  local i=0
  while [ ! -e "$E2E_WORK/stop" ]; do
    i=$((i + 1))
    nad migration-second "10.$((100 + i % 2)).0.0/24" eth1 | ask 'a good network' 0 ''
    nad migration-third 10.103.0.0/24 eth9 | ask 'a network with a missing NIC' 1 '[master-missing]'
  done
}
configurations() {
  local i=0
  while [ ! -e "$E2E_WORK/stop" ]; do
    i=$((i + 1))
    hyperconverged migration-first $((5 + i % 2)) | ask 'a good HyperConverged' 0 ''
    hyperconverged migration-frist $((5 + i % 2)) | ask 'a HyperConverged with a misspelt network' 1 '[network-change] [network-missing]'
  done
}

# --- the steps ---

say() { printf '%s\n' "$*" >>"$E2E_WORK/steps.log"; }
# step TITLE COMMAND...: runs it while the load goes on, with its output in steps.log, and prints what became of the applies.
step() {
  local title=$1 begin=$SECONDS wrong
  shift
  echo "$title" >"$E2E_WORK/step"
  say "== $title"
  "$@" >>"$E2E_WORK/steps.log" 2>&1 || die "$title: failed"
  sleep 1 # until every client has begun an apply after it
  wrong=$(cat "$E2E_WORK"/outcomes.* | awk -F'\t' -v step="$title" '$2 == step && $4 != "right"' | tee "$E2E_WORK/wrong" | wc -l)
  printf '%s: %d applies, %d failed (%d s)\n' "$title" "$(cat "$E2E_WORK"/outcomes.* | awk -F'\t' -v step="$title" '$2 == step' | wc -l)" "$wrong" \
    $((SECONDS - begin))
  [ "$wrong" -eq 0 ] || { cut -c1-400 "$E2E_WORK/wrong" | head -n 5 >&2; die "$title: an apply failed or got a wrong answer"; }
}
# use NAME TAG: sets the image's tag in the user's kustomization of the manifests NAME (old or new).
use() { sed -i "s/newTag: .*/newTag: $2}/" "$E2E_WORK/$1/kustomization.yaml"; }
rolled_out() { kubectl -n droveway rollout status deployment/droveway --timeout="${1:-60s}"; }
# answering TAG: true if all pods that are not being stopped run this image.
answering() {
  kubectl -n droveway get pods -o json |
    jq -e --arg tag ":$1" '[.items[] | select(.metadata.deletionTimestamp == null).spec.containers[0].image] | length == 2 and all(endswith($tag))'
}

set_up >"$E2E_WORK/steps.log" 2>&1 || die 'the cluster can not be started'

image old "$OLD/build/droveway"
image new "$DROVEWAY"
image broken /bin/false

# The old manifests as docs/install.md of that version describes: KubeVirt's namespace in policy.yaml, the image in an own
# kustomization.yaml, everything in one step.
mkdir -p "$E2E_WORK/old" "$E2E_WORK/new"
cp -R "$OLD/manifests" "$E2E_WORK/old/"
cp -R "$REPOSITORY/manifests" "$E2E_WORK/new/"
sed -i 's/^namespace: .*/namespace: "kubevirt-hyperconverged"/' "$E2E_WORK/old/manifests/base/policy.yaml"
for build in old new; do
  cat >"$E2E_WORK/$build/kustomization.yaml" <<END
resources: [manifests/overlays/self-managed]
images:
- {name: droveway, newName: registry.example.com/infra/droveway, newTag: $build}
END
done
kubectl apply -k "$E2E_WORK/old" >>"$E2E_WORK/steps.log" 2>&1 || die 'the old manifests can not be applied'
rolled_out >>"$E2E_WORK/steps.log" 2>&1 || die 'the old build does not get ready'
echo start >"$E2E_WORK/step"
answers() { nad migration-first 10.99.0.0/24 eth1 | kubectl apply -f -; }
until_true 30 answers

networks >"$E2E_WORK/outcomes.1" &
configurations >"$E2E_WORK/outcomes.2" &

apply_old() { kubectl apply -k "$E2E_WORK/old" && rolled_out && answering old; }
apply_new() {
  kubectl apply -k "$E2E_WORK/new" && rolled_out && answering new &&
    kubectl -n droveway wait rolebinding/droveway-active --for=jsonpath='{.subjects[0].name}'=droveway --timeout=60s &&
    kubectl apply -k "$E2E_WORK/new/manifests/overlays/self-managed/enforce"
}
# fail TAG: applies a build that never gets ready. undo: returns to the build before it.
fail() {
  use new "$1"
  kubectl apply -k "$E2E_WORK/new"
  ! rolled_out 10s
}
undo() { kubectl -n droveway rollout undo deployment/droveway && rolled_out && use new new; }
step 'upgrade to an image that no registry has' fail missing
use new new
step 'upgrade' apply_new
step 'rollback' apply_old
step 'upgrade again' apply_new
step 'upgrade to a build that does not start' fail broken
step 'undo' undo
touch "$E2E_WORK/stop"
wait
awk -F'\t' '{count[$3]++} END {for (request in count) printf "  %5d %s\n", count[request], request}' "$E2E_WORK"/outcomes.* | sort -rn
status=0
