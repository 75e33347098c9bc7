# shellcheck shell=bash
# Starts and stops etcd, kube-apiserver and the webhook on loopback, each by its process id. Sourced by run.sh and by the
# scenarios. All files are in $E2E_WORK.

pid_of() { cat "$E2E_WORK/$1.pid" 2>/dev/null; }

# until_true SECONDS COMMAND...
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || { echo "e2e: timeout waiting for: $*"; return 1; }
    sleep 0.1
  done
}

# gone PID: true if it has ended. A zombie is not gone, because its other threads may still have open sockets.
gone() {
  case "$(ps -o stat= -p "$1")" in
  '') ;;
  Z*) [ "$(find "/proc/$1/task" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)" -le 1 ] ;;
  *) return 1 ;;
  esac
}

# stop NAME [SIGNAL]: stops it and waits until it is gone, at most half a minute.
stop() {
  local pid
  pid=$(pid_of "$1") || return 0
  kill "-${2:-TERM}" "$pid" 2>/dev/null || { rm -f "$E2E_WORK/$1.pid"; return 0; }
  for _ in $(seq 300); do
    ! gone "$pid" || break
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
  rm -f "$E2E_WORK/$1.pid"
}

# run NAME COMMAND...: runs it in the background, with a log.
run() {
  local name=$1
  shift
  "$@" >>"$E2E_WORK/$name.log" 2>&1 </dev/null &
  echo $! >"$E2E_WORK/$name.pid"
  disown
}

# make_credentials NAME...: makes what start_apiserver needs: a certificate for these names, also for the webhook, and the key of the
# service accounts. Sets `token`, an administrator's, and writes the kubeconfig with it.
make_credentials() {
  local names=("${@/#/--dns=}")
  "$DROVEWAY" certs --dir "$E2E_WORK/pki" "${names[@]}" >/dev/null
  openssl genrsa -out "$E2E_WORK/accounts.key" 2048 2>/dev/null
  token=$(openssl rand -hex 16)
  echo "$token,admin,1,system:masters" >"$E2E_WORK/tokens.csv"
  write_kubeconfig "$KUBECONFIG" "$token"
}

start_etcd() {
  run etcd etcd --data-dir "$E2E_WORK/etcd" --unsafe-no-fsync --listen-client-urls "http://127.0.0.1:$ETCD_PORT" \
    --advertise-client-urls "http://127.0.0.1:$ETCD_PORT" --listen-peer-urls "http://127.0.0.1:$PEER_PORT" \
    --initial-advertise-peer-urls "http://127.0.0.1:$PEER_PORT" --initial-cluster "default=http://127.0.0.1:$PEER_PORT"
}

# start_apiserver: starts it with the options in $API_OPTIONS, which are separated by spaces.
start_apiserver() {
  # shellcheck disable=SC2086
  run apiserver kube-apiserver --etcd-servers "http://127.0.0.1:$ETCD_PORT" --bind-address 127.0.0.1 \
    --secure-port "$API_PORT" --cert-dir "$E2E_WORK/apiserver" --tls-cert-file "$E2E_WORK/pki/tls.crt" \
    --tls-private-key-file "$E2E_WORK/pki/tls.key" --token-auth-file "$E2E_WORK/tokens.csv" \
    --client-ca-file "$E2E_WORK/pki/ca.crt" --authorization-mode RBAC \
    --service-account-issuer https://e2e.droveway.io --service-account-key-file "$E2E_WORK/accounts.key" \
    --service-account-signing-key-file "$E2E_WORK/accounts.key" --service-cluster-ip-range 10.96.0.0/16 \
    ${NODE_ADDRESS:+--advertise-address "$NODE_ADDRESS" --enable-aggregator-routing=true} ${API_OPTIONS-}
  until_true 120 kubectl get --raw /readyz || { kubectl get --raw '/readyz?verbose'; grep -E '^[EF]' "$E2E_WORK/apiserver.log" | tail -n 5; return 1; }
}

# start_droveway [OPTION...]: starts it. It watches the cluster with its service account.
start_droveway() {
  run droveway "$DROVEWAY" serve --listen "127.0.0.1:$WEBHOOK_PORT" \
    --metrics-listen "127.0.0.1:$METRICS_PORT" --tls-cert "$E2E_WORK/pki/tls.crt" \
    --tls-key "$E2E_WORK/pki/tls.key" --kubeconfig "$E2E_WORK/droveway.kubeconfig" --shutdown-delay 0 \
    ${E2E_RECORD:+--record "$E2E_RECORD"} "$@"
  until_true 30 webhook /readyz
}

# webhook PATH: prints the answer of the running webhook.
webhook() {
  curl -fsS --cacert "$E2E_WORK/pki/ca.crt" "https://localhost:$WEBHOOK_PORT$1"
}

metrics() {
  curl -fsS --cacert "$E2E_WORK/pki/ca.crt" "https://localhost:$METRICS_PORT/metrics"
}

# install_crds FOLDER: installs those of tests/e2e/crds and of FOLDER, which crds.sh printed. Their schemas are too large for
# kubectl's annotation, so this uses server-side apply. Older API servers can't compile all of their CEL rules, which need 1.31.
install_crds() {
  local filter=.
  case ${KUBERNETES:-} in 1.2?|1.30) filter='walk(if type == "object" then del(.["x-kubernetes-validations"]) else . end)' ;; esac
  kubectl patch --local -f "$REPOSITORY/tests/e2e/crds" -f "$1" --type=merge -p '{}' -o json | jq -c "$filter" |
    kubectl apply --server-side -f - && kubectl wait --for condition=Established --timeout=30s crd --all
}

# write_kubeconfig FILE TOKEN
write_kubeconfig() {
  cat >"$1" <<END
apiVersion: v1
kind: Config
current-context: e2e
clusters:
- name: e2e
  cluster: {server: "https://localhost:$API_PORT", certificate-authority: "$E2E_WORK/pki/ca.crt"}
users:
- name: e2e
  user: {token: "$2"}
contexts:
- name: e2e
  context: {cluster: e2e, user: e2e}
END
}

# objects FOLDER: prints what `kubectl apply -k manifests/FOLDER` would apply, as JSON.
objects() {
  kubectl kustomize "$REPOSITORY/manifests/$1" | kubectl patch --local -f - --type=merge -p '{}' -o json
}

# Installs what an administrator would, except for the Deployment. The webhook runs outside the cluster, so its address is a URL.
install_rbac() {
  objects base | jq -c 'select(.kind == "Namespace" or .kind == "ServiceAccount" or (.apiVersion | startswith("rbac.")))' | kubectl apply -f -
  write_kubeconfig "$E2E_WORK/droveway.kubeconfig" "$(kubectl -n droveway create token droveway --duration 24h)"
}
# activate: switches the webhooks on, as `serve --activate droveway-active` does. deactivate: switches them off.
activate() { kubectl -n droveway patch rolebinding droveway-active -p '{"subjects": [{"kind": "ServiceAccount", "name": "droveway", "namespace": "droveway"}]}'; }
deactivate() { kubectl -n droveway patch rolebinding droveway-active -p '{"subjects": null}'; }
# install_webhooks FILTER: installs what is registered: the objects of the folder enforce, each changed by this jq filter ("." for no
# change).
install_webhooks() {
  objects "overlays/openshift/${ENFORCE:-enforce}" | jq "$1" |
    jq --arg url "https://localhost:$WEBHOOK_PORT" --arg ca "$(base64 -w0 "$E2E_WORK/pki/ca.crt")" \
      '.webhooks[]?.clientConfig |= {url: ($url + .service.path), caBundle: $ca}' | kubectl apply -f -
}
