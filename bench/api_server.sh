#!/usr/bin/env bash
# Measures with a real API server: time until `serve` is ready, its memory, how fast it catches up with 10,000 changes, and the cost
# of the webhook for an apply. Starts and stops etcd, kube-apiserver and the webhook, all on free ports of the loopback interface;
# api_client.py measures. usage: api_server.sh [--smoke] [NADSxNODES...]
# Environment: BUILD (build), KUBEBUILDER_ASSETS (default: the output of tests/e2e/assets.sh).
# shellcheck disable=SC2317 # traps and until_true call these functions
set -euo pipefail
cd "$(dirname "$0")/.."
smoke=''
if [ "${1:-}" = --smoke ]; then
  smoke=--smoke
  shift
  set -- "${@:-10x3}"
elif [ $# -eq 0 ]; then
  set -- 100x100 10000x5000
fi
REPOSITORY=$PWD DROVEWAY=$(realpath "${BUILD:-build}/droveway")
for tool in etcd jq curl openssl python3; do
  command -v "$tool" >/dev/null || { echo "# api_server: $tool is missing; tools/deps.sh e2e installs it"; exit 0; }
done
if [ -n "$smoke" ] && [ -z "${KUBEBUILDER_ASSETS:-}" ] && ! compgen -G "${DROVEWAY_E2E_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/droveway/e2e}/*/kube-apiserver" >/dev/null; then
  echo '# api_server: kube-apiserver is missing; the first e2e run builds it'
  exit 0
fi
assets=$(tests/e2e/assets.sh)
crds=$(tests/e2e/crds.sh)
E2E_WORK=$(mktemp -d "${TMPDIR:-/tmp}/droveway-bench.XXXXXX")
export REPOSITORY DROVEWAY E2E_WORK PATH=$assets:$PATH HOME=$E2E_WORK KUBECONFIG=$E2E_WORK/kubeconfig NO_PROXY='*'
unset KUBERNETES_SERVICE_HOST
# shellcheck source=tests/e2e/control-plane.sh
. tests/e2e/control-plane.sh

status=1
clean_up() {
  [ "$status" -eq 0 ] || for log in setup apiserver; do
    [ ! -s "$E2E_WORK/$log.log" ] || { echo "--- the end of $log's log"; tail -n 15 "$E2E_WORK/$log.log" | cut -c1-400; } >&2
  done
  stop apiserver KILL
  stop etcd KILL
  rm -rf "$E2E_WORK"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# shellcheck source=tests/e2e/ports.sh
. tests/e2e/ports.sh
for name in ETCD_PORT PEER_PORT API_PORT WEBHOOK_PORT; do
  free_port $name
  export "${name?}"
done
make_credentials localhost 127.0.0.1
export API_TOKEN=$token

set_up() {
  start_etcd
  # The limits on concurrent requests are raised, because they are not what is measured.
  API_OPTIONS='--max-requests-inflight 0 --max-mutating-requests-inflight 0 --enable-priority-and-fairness=false' start_apiserver
  install_crds "$crds"
  install_rbac
  # Only objects with this label are sent to the webhook, so that applies with and without it can alternate.
  install_webhooks '.webhooks[].objectSelector.matchLabels = {bench: "with"}'
  activate
}
set_up >"$E2E_WORK/setup.log" 2>&1
python3 bench/api_client.py $smoke "$@"
status=0
