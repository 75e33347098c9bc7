#!/usr/bin/env bash
# Tests the webhook with a real API server and real kubectl. Each file of scenarios/ is one scenario: commands as a user would type
# them, with their exact output (in cram's format). `run.sh NAME...` runs some of them; UPDATE=1 records the actual output as expected;
# E2E_RECORD=DIR keeps the reviews that the API server sent. KUBERNETES=1.30 runs them on the API server of versions/1.30.
# shellcheck disable=SC2317 # traps and until_true call these functions
set -euo pipefail
cd "$(dirname "$0")"
PATH=$(../chart/assets.sh):$PATH # helm
# In a network namespace of its own there can be addresses for pods, so that the API server can call a webhook by its Service.
# Where none is allowed, the scenarios that need it are skipped.
if [ -z "${NODE_ADDRESS-}" ]; then
  # What these download can't be reached from inside.
  for script in ./assets.sh ./crds.sh ./typecheck.sh; do "$script" >/dev/null; done
  KUBERNETES='' ./assets.sh >/dev/null
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(--map-root-user)
  if unshare "${as_root[@]}" --net ip link set lo up 2>/dev/null; then
    export NODE_ADDRESS=192.0.2.1
    # shellcheck disable=SC2016 # for the shell inside
    exec unshare "${as_root[@]}" --net bash -ec 'ip link set lo up; for n in "" 1 2; do ip address add "$NODE_ADDRESS$n/32" dev lo; done
      exec "$0" "$@"' "./$(basename "$0")" "$@"
  fi
fi
REPOSITORY=$(cd ../.. && pwd)
DROVEWAY=$(cd "$REPOSITORY" && realpath "${BUILD:-build}/droveway")
E2E=$PWD
E2E_WORK=$(mktemp -d "${TMPDIR:-/tmp}/droveway-e2e.XXXXXX")
assets=$(./assets.sh)
kubectl=$(KUBERNETES='' ./assets.sh)/kubectl
crds=$(./crds.sh)
TYPECHECK=$(./typecheck.sh)
# All API servers are asked by the same kubectl, because each version words some of its output differently.
mkdir "$E2E_WORK/bin"
ln -s "$kubectl" "$assets/kube-apiserver" "$E2E_WORK/bin/"
# Before 1.30, expressions can't do what most match conditions of the webhooks need.
case ${KUBERNETES:-} in
1.2?) ENFORCE=${ENFORCE:-enforce-pre-1.30} ;;
*) ENFORCE=${ENFORCE:-enforce} ;;
esac
export ENFORCE REPOSITORY DROVEWAY TYPECHECK E2E E2E_WORK PATH=$E2E_WORK/bin:$assets:$PATH HOME=$E2E_WORK KUBECONFIG=$E2E_WORK/kubeconfig
unset KUBERNETES_SERVICE_HOST NO_COLOR
# shellcheck source=tests/e2e/control-plane.sh
. ./control-plane.sh

status=1
clean_up() {
  if [ "$status" -ne 0 ]; then
    for log in setup droveway apiserver; do
      [ -s "$E2E_WORK/$log.log" ] && { echo "--- the end of $log's log"; tail -n 15 "$E2E_WORK/$log.log" | cut -c1-400; }
    done
  fi
  stop droveway
  stop second
  stop apiserver KILL
  stop etcd KILL
  rm -rf "$E2E_WORK"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# shellcheck source=tests/e2e/ports.sh
. ./ports.sh
for name in ETCD_PORT PEER_PORT API_PORT WEBHOOK_PORT METRICS_PORT SECOND_PORT; do
  free_port $name
  export "${name?}"
done

make_credentials localhost 127.0.0.1

start_etcd
start_apiserver
set_up() {
  install_crds "$crds"
  until_true 30 kubectl apply -f cluster
  install_rbac
  start_droveway --threads 2
  install_webhooks .
  activate
  # It takes a moment until the API server uses new webhook configurations.
  until_true 30 refuses
}
refuses() { ! kubectl create -f refused.yaml --dry-run=server; }
set_up >"$E2E_WORK/setup.log" 2>&1

scenarios=()
for name in "${@:-*}"; do
  for file in scenarios/${name%.t}.t; do scenarios+=("$file"); done
done
version=$(kubectl version -o json 2>/dev/null | jq -r .serverVersion.gitVersion)
echo "kube-apiserver $version, ${#scenarios[@]} scenarios"
# needed FILE: the line of a scenario that says which Kubernetes it needs, and why: "Needs Kubernetes 1.30: REASON"
needed() { sed -n 's/^Needs Kubernetes \(1\.[0-9]*: .*\)$/\1/p' "$1" | head -n 1; }
failed=0 passed=0 skipped=0
for file in "${scenarios[@]}"; do
  begin=$SECONDS needs=$(needed "$file")
  if [ -n "$needs" ] && [ "$(printf '%s\n' "v${needs%%:*}" "$version" | sort -V | head -n 1)" = "$version" ]; then
    skipped=$((skipped + 1))
    echo "skip $(basename "$file" .t): needs Kubernetes $needs"
  elif cram3 --shell /bin/bash --preserve-env ${UPDATE:+-i -y} "$file" >"$E2E_WORK/cram.out" 2>&1; then
    if grep -q ' 1 skipped' "$E2E_WORK/cram.out"; then
      skipped=$((skipped + 1))
      echo "skip $(basename "$file" .t): no network namespace is allowed"
    else
      passed=$((passed + 1))
      echo "ok   $(basename "$file" .t) ($((SECONDS - begin)) s)"
    fi
  else
    failed=$((failed + 1))
    echo "FAIL $(basename "$file" .t)"
    sed 's/^/    /' "$E2E_WORK/cram.out"
  fi
done
rm -f scenarios/*.err
echo "$passed passed, $skipped skipped, $failed failed"
[ $failed -eq 0 ] && status=0
exit $status
