# shellcheck shell=bash
# Plays what the test's control plane lacks: the controllers that create pods and publish their addresses, the kubelet, the
# namespace controller, and who issues certificates. It reads the objects that `kubectl apply -k` created. The API server calls
# the webhooks by their Service. Sourced by scenarios, after scenario.sh; needs the network namespace of run.sh.
[ -n "${NODE_ADDRESS:-}" ] || exit 80 # cram: skipped

# start_pod NAME ADDRESS: starts a pod of the Deployment, as its kubelet would, or prints why it can't. Images are pulled from
# the registry, which is a file with their names.
start_pod() {
  local folder=$E2E_WORK/pods/$1 image name kind object
  ! { pid_of "$1" >/dev/null && ! gone "$(pid_of "$1")"; } || return 0 # it runs
  mkdir -p "$folder"
  kubectl -n droveway get deployment droveway -o json >"$folder/deployment.json" 2>/dev/null || { echo 'no Deployment'; return 1; }
  image=$(jq -r '.spec.template.spec.containers[0].image' "$folder/deployment.json")
  grep -qxF "$image" "$E2E_WORK/registry" || { echo ImagePullBackOff; return 1; }
  while read -r name kind object; do
    mkdir -p "$folder/$name"
    kubectl -n droveway get "$kind" "$object" -o json 2>/dev/null >"$folder/object.json" ||
      { echo "MountVolume.SetUp failed for volume \"$name\" : $kind \"$object\" not found"; return 1; }
    jq -r 'if .kind == "Secret" then .data | map_values(@base64d) else .data end | to_entries[] | @base64' "$folder/object.json" |
      while read -r object; do
        base64 -d <<<"$object" | jq -j .value >"$folder/$name/$(base64 -d <<<"$object" | jq -r .key)"
      done
  done < <(jq -r '.spec.template.spec.volumes[]? | "\(.name) \(if .secret then "secret \(.secret.secretName)" else "configmap \(.configMap.name)" end)"' "$folder/deployment.json")
  object=$(jq -r '.spec.template.spec.containers[0].env[] | select(.name == "KUBEVIRT_NAMESPACE").valueFrom.configMapKeyRef.name' "$folder/deployment.json")
  object=$(kubectl -n droveway get configmap "$object" -o jsonpath='{.data.KUBEVIRT_NAMESPACE}') || return 1
  write_kubeconfig "$folder/kubeconfig" "$(kubectl -n droveway create token droveway)" || return 1
  mapfile -t arguments < <(jq -r --arg folder "$folder" --arg namespace "$object" --arg address "$2" '
    .spec.template.spec.containers[0].args[] | gsub("/etc/droveway"; $folder) | gsub("\\$\\(KUBEVIRT_NAMESPACE\\)"; $namespace)
    | sub("^--metrics-listen=:"; "--metrics-listen=\($address):")' "$folder/deployment.json")
  run "$1" "$DROVEWAY" "${arguments[@]}" --listen "$2:8443" --kubeconfig "$folder/kubeconfig" --shutdown-delay 0
}
pods='droveway second'
address_of() { [ "$1" = droveway ] && echo "${NODE_ADDRESS}1" || echo "${NODE_ADDRESS}2"; }
# ready NAME: the readiness probe
ready() { curl -fsk --max-time 2 "https://$(address_of "$1"):8443/readyz"; }
# Publishes the addresses of the pods that are ready, as the controller of EndpointSlices would.
publish() {
  local pod endpoints=()
  for pod in $pods; do ! ready "$pod" >/dev/null || endpoints+=("{\"addresses\": [\"$(address_of "$pod")\"], \"conditions\": {\"ready\": true}}"); done
  kubectl apply -f - <<END_OF_SLICE
{"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
 "metadata": {"name": "droveway-1", "namespace": "droveway", "labels": {"kubernetes.io/service-name": "droveway"}},
 "ports": [{"name": "https", "port": 8443, "protocol": "TCP"}, {"name": "metrics", "port": 9443, "protocol": "TCP"}],
 "endpoints": [$(IFS=,; echo "${endpoints[*]}")]}
END_OF_SLICE
  # Older API servers look for the addresses in Endpoints.
  case ${KUBERNETES-} in 1.2?|1.30) ;; *) return ;; esac
  local addresses=() subsets=''
  for pod in $pods; do ! ready "$pod" >/dev/null || addresses+=("{\"ip\": \"$(address_of "$pod")\"}"); done
  [ ${#addresses[@]} -eq 0 ] || subsets='{"addresses": ['$(IFS=,; echo "${addresses[*]}")'],
 "ports": [{"name": "https", "port": 8443, "protocol": "TCP"}, {"name": "metrics", "port": 9443, "protocol": "TCP"}]}'
  kubectl apply -f - <<END_OF_ENDPOINTS
{"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "droveway", "namespace": "droveway"}, "subsets": [$subsets]}
END_OF_ENDPOINTS
}
# rollout: like `kubectl rollout status`: starts both pods and waits until they are ready, or prints why they are not.
rollout() {
  local pod
  for pod in $pods; do start_pod "$pod" "$(address_of "$pod")" || return 1; done
  for pod in $pods; do until_true "${1:-20}" ready "$pod" || { publish >/dev/null; return 1; }; done
  publish >/dev/null && echo 'deployment "droveway" successfully rolled out'
}
stop_pods() { for pod in $pods; do stop "$pod"; done; }

# issue: creates the Secret that cert-manager or the service CA would create.
issue() {
  rm -rf "$E2E_WORK/issued"
  "$DROVEWAY" certs --dir "$E2E_WORK/issued" --dns droveway.droveway.svc >/dev/null
  kubectl -n droveway create secret generic droveway-tls --from-file="$E2E_WORK/issued" >/dev/null
}
# inject: puts the CA into the webhooks with this annotation, as cert-manager or the service CA would.
inject() {
  for kind in validating mutating; do
    kubectl get "${kind}webhookconfiguration" droveway -o json |
      jq --arg annotation "$1" --arg ca "$(base64 -w0 "$E2E_WORK/issued/ca.crt")" \
        'if .metadata.annotations[$annotation] then .webhooks[].clientConfig.caBundle = $ca else error("no such annotation") end' |
      kubectl replace -f - >/dev/null
  done
}

# nothing_blocked NAMESPACE: creates, changes and deletes what the webhooks are for.
nothing_blocked() {
  (
    set -e
    limits() { printf '{"spec": {"liveMigrationConfig": {"parallelMigrationsPerCluster": %s}}}' "$1"; }
    beta '{parallelMigrationsPerCluster: 5}' "$1" | kubectl create -f -
    kubectl -n "$1" patch hyperconvergeds.v1beta1.hco.kubevirt.io kubevirt-hyperconverged --type merge -p "$(limits 6)"
    printf 'apiVersion: kubevirt.io/v1\nkind: KubeVirt\nmetadata: {name: kubevirt, namespace: %s}\nspec: {}\n' "$1" | kubectl create -f -
    kubectl -n "$1" patch kubevirt kubevirt --type merge -p '{"spec": {"configuration": {"migrations": {"parallelMigrationsPerCluster": 7}}}}'
    nad unblocked 10.200.60.0/24 eth1 "$1" | kubectl create -f -
    nad unblocked 10.200.61.0/24 eth1 "$1" | kubectl replace -f -
    kubectl -n "$1" delete net-attach-def unblocked
    kubectl -n "$1" delete kubevirt kubevirt
    kubectl -n "$1" delete hyperconverged kubevirt-hyperconverged
  ) >"$E2E_WORK/blocked.out" 2>&1 || { echo 'blocked:'; cat "$E2E_WORK/blocked.out"; return 1; }
  echo 'nothing is blocked'
}
# wrong NAMESPACE: a migration network that would break virt-handler, as a dry run
wrong() { config migration-wrong '{"cniVersion": "0.3.1", "type": "macvlan", "ipam": {"type": "whereabouts", "range": "10.200.7.0/24"}}' "$1" | kubectl create --dry-run=server -f -; }
# denied NAMESPACE: true if Droveway denies it
denied() { wrong "$1" 2>&1 | grep -q 'master-required'; }
# fails_closed NAMESPACE: says whether the API server rejects it because nobody answers
fails_closed() { wrong "$1" 2>&1 | grep -oE 'failed calling webhook "[^"]*"' || echo 'not rejected'; }

# delete_namespace: what the namespace controller does after `kubectl delete namespace`
delete_namespace() {
  kubectl -n droveway delete deployment,service,endpointslice,poddisruptionbudget,configmap,secret,role,rolebinding,serviceaccount,networkpolicy --all >/dev/null 2>&1
  kubectl delete namespace droveway --wait=false >/dev/null 2>&1
  until_true 10 eval 'kubectl get namespace droveway -o json | jq "del(.spec.finalizers)" | kubectl replace --raw /api/v1/namespaces/droveway/finalize -f -; ! kubectl get namespace droveway'
}
# empty: nothing of Droveway is in the cluster
empty() {
  stop_pods
  kubectl delete validatingwebhookconfiguration,mutatingwebhookconfiguration droveway
  kubectl delete clusterrole,clusterrolebinding -l app.kubernetes.io/name=droveway
  kubectl -n kube-system delete role,rolebinding -l app.kubernetes.io/name=droveway
  delete_namespace
}
# back_to_normal: what run.sh set up for the other scenarios
back_to_normal() { empty; install_rbac; start_droveway --threads 2; install_webhooks .; activate; until_true 30 refused; }
