`droveway preflight` says what is missing before and after each step of an installation, on the real API server.

  $ . "$E2E/scenario.sh"; . "$E2E/node.sh"
  $ kubectl create namespace kubevirt-hyperconverged >/dev/null 2>&1 || true
  $ overlay=$REPOSITORY/manifests/overlays/self-managed
  $ empty >/dev/null 2>&1; : >"$E2E_WORK/registry"
  $ preflight() { "$DROVEWAY" preflight --kubeconfig "$KUBECONFIG" "$@" | sed -E 's/Kubernetes v[0-9.]*/Kubernetes VERSION/; s/until .* UTC/until DATE/; s/: register the webhooks with the folder enforce-pre-1.30//; s/enforce-pre-1.30/enforce/; s/no endpoints available for service (.*)/services \1 not found/'; return "${PIPESTATUS[0]}"; }

Before anything is installed:

  $ preflight
  step install, because there is no Deployment droveway/droveway
  
  ok       API server: Kubernetes VERSION
  ok       NetworkAttachmentDefinition (k8s.cni.cncf.io): installed
  ok       NodeNetworkState (nmstate.io): installed
  ok       MigrationPolicy (migrations.kubevirt.io): installed
  ok       IPAddressPool (metallb.io): installed
  note     ServiceMonitor (monitoring.coreos.com): not installed; the components monitoring... need it
  ok       PolicyReport (wgpolicyk8s.io): installed
  ok       PriorityClass system-cluster-critical: exists
  note     certificate: cert-manager is not installed; use manifests/overlays/self-managed
  ok       Namespace droveway: does not exist yet; the manifests create it
  note     KubeVirt's namespace: neither HyperConverged nor KubeVirt exists yet; Droveway checks them as soon as they do
  ok       your rights: you may get, create and patch all that the manifests contain
  ok       other webhook configurations: none calls Droveway
  
  nothing is missing; next: kubectl apply -k manifests/overlays/self-managed, then droveway preflight enforce

Webhooks that were left behind:

  $ kubectl apply -k "$overlay/$ENFORCE" >/dev/null
  $ preflight install | grep -A1 '^missing'
  missing  validatingwebhookconfigurations droveway: it calls Droveway, which is not installed, and may reject changes
           fix: kubectl delete validatingwebhookconfigurations droveway
  missing  mutatingwebhookconfigurations droveway: it calls Droveway, which is not installed, and may reject changes
           fix: kubectl delete mutatingwebhookconfigurations droveway
  $ kubectl delete -k "$overlay/$ENFORCE" >/dev/null

In a cluster that gives all service accounts all rights, the webhooks could not be switched off.

  $ kubectl create clusterrolebinding all --clusterrole=cluster-admin --group=system:serviceaccounts >/dev/null
  $ until_true 10 sh -c '"$DROVEWAY" preflight install --kubeconfig "$KUBECONFIG" | grep -q "^missing  gate"'
  $ preflight install | grep -A1 '^missing'
  missing  gate of the webhooks: system:serviceaccount:droveway:droveway may already serve reviews.droveway.io, so the webhooks can't be switched off
           fix: remove the binding that gives service accounts all rights: kubectl get clusterrolebindings,rolebindings -A -o wide
  $ kubectl delete clusterrolebinding all >/dev/null
  $ ungranted() { "$DROVEWAY" preflight install --kubeconfig "$KUBECONFIG" >/dev/null; }
  $ until_true 10 ungranted

Somebody without rights gets no guesses.

  $ kubectl -n default create serviceaccount nobody >/dev/null
  $ write_kubeconfig nobody.kubeconfig "$(kubectl -n default create token nobody)"
  $ "$DROVEWAY" preflight install --kubeconfig nobody.kubeconfig | grep -v '^ok\|^note\|fix:' | sed 's/ (.*//'
  step install
  
  unknown  NetworkAttachmentDefinition
  unknown  PriorityClass system-cluster-critical: you may not read it
  unknown  Namespace droveway: you may not read it
  unknown  KubeVirt's namespace: you may not read it
  missing  your rights: you may not get, create, patch namespaces
  missing  your rights: you may not get, create, patch serviceaccounts in namespace droveway
  missing  your rights: you may not get, create, patch configmaps in namespace droveway
  missing  your rights: you may not get, create, patch secrets in namespace droveway
  missing  your rights: you may not get, create, patch services in namespace droveway
  missing  your rights: you may not get, create, patch deployments.apps in namespace droveway
  missing  your rights: you may not get, create, patch poddisruptionbudgets.policy in namespace droveway
  missing  your rights: you may not get, create, patch networkpolicies.networking.k8s.io in namespace droveway
  missing  your rights: you may not get, create, patch roles.rbac.authorization.k8s.io in namespace droveway
  missing  your rights: you may not get, create, patch rolebindings.rbac.authorization.k8s.io in namespace droveway
  missing  your rights: you may not get, create, patch roles.rbac.authorization.k8s.io in namespace kube-system
  missing  your rights: you may not get, create, patch rolebindings.rbac.authorization.k8s.io in namespace kube-system
  missing  your rights: you may not get, create, patch clusterroles.rbac.authorization.k8s.io
  missing  your rights: you may not get, create, patch clusterrolebindings.rbac.authorization.k8s.io
  missing  your rights: you may not get, create, patch validatingwebhookconfigurations.admissionregistration.k8s.io
  missing  your rights: you may not get, create, patch mutatingwebhookconfigurations.admissionregistration.k8s.io
  unknown  gate of the webhooks: you may not read it
  unknown  validatingwebhookconfigurations: you may not read it
  
  16 missing, 6 unknown
  $ "$DROVEWAY" preflight verify --kubeconfig nobody.kubeconfig | grep -c '^unknown'
  7

The overlay is applied, but its image is in no registry.

  $ kubectl apply -k "$overlay" >/dev/null
  $ rollout
  ImagePullBackOff
  [1]
  $ kubectl -n droveway get deployment droveway -o json | jq '{apiVersion: "v1", kind: "Pod", metadata: {name: "droveway-1", namespace: "droveway", labels: .spec.template.metadata.labels}, spec: .spec.template.spec}' | kubectl create -f - 2>/dev/null
  pod/droveway-1 created
  $ status() { kubectl -n droveway patch "$1" --subresource=status --type=merge -p "{\"status\": $2}" >/dev/null; }
  $ status pod/droveway-1 '{"containerStatuses": [{"name": "droveway", "image": "droveway:0.1.0", "imageID": "", "ready": false, "restartCount": 0, "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image \"droveway:0.1.0\""}}}]}'
  $ generation=$(kubectl -n droveway get deployment droveway -o jsonpath='{.metadata.generation}')
  $ status deployment/droveway "{\"observedGeneration\": $generation, \"replicas\": 2, \"updatedReplicas\": 2, \"unavailableReplicas\": 2}"
  $ preflight
  step enforce, because Droveway is installed, but its webhooks are not registered
  
  ok       API server: Kubernetes VERSION
  missing  Deployment droveway/droveway: 2 of 2 replicas are updated, 0 are available
           fix: kubectl -n droveway rollout status deployment/droveway --timeout=2m
  missing  pod droveway-1: ImagePullBackOff: Back-off pulling image "droveway:0.1.0"
           fix: push the image, set its name and tag, or give the ServiceAccount a pull secret
  ok       version: droveway:0.1.0
  missing  Service droveway/droveway: no endpoint is ready, so the API server could not call the webhooks
           fix: kubectl -n droveway get endpointslices,pods -o wide
  missing  Secret droveway/droveway-tls: tls.crt and tls.key are empty; Droveway fills it when it starts
           fix: kubectl apply -k manifests/overlays/self-managed
  missing  readyz: no replica answers through the Service: services "droveway" not found
           fix: kubectl -n droveway logs -l app.kubernetes.io/name=droveway --prefix --tail=50
  note     KubeVirt's namespace: neither HyperConverged nor KubeVirt exists yet; Droveway checks them as soon as they do
  ok       service account: system:serviceaccount:droveway:droveway has all rights that Droveway needs
  ok       other webhook configurations: none calls Droveway
  
  5 missing, 0 unknown
  [1]

The image is there, and the pods are ready. The API server's proxy looks for the pod in Endpoints, since 1.37 in EndpointSlices.

  $ kubectl -n droveway get deployment droveway -o jsonpath='{.spec.template.spec.containers[0].image}' >"$E2E_WORK/registry"
  $ rollout
  deployment "droveway" successfully rolled out
  $ status pod/droveway-1 "{\"podIP\": \"$(address_of droveway)\", \"podIPs\": [{\"ip\": \"$(address_of droveway)\"}], \"conditions\": [{\"type\": \"Ready\", \"status\": \"True\"}]}"
  $ printf '{"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "droveway", "namespace": "droveway"}, "subsets": [{"addresses": [{"ip": "%s", "targetRef": {"kind": "Pod", "namespace": "droveway", "name": "droveway-1"}}], "ports": [{"name": "https", "port": 8443}]}]}' "$(address_of droveway)" | kubectl apply -f - >/dev/null 2>&1
  $ kubectl -n droveway patch endpointslice droveway-1 --type=json -p '[{"op": "add", "path": "/endpoints/0/targetRef", "value": {"kind": "Pod", "namespace": "droveway", "name": "droveway-1"}}]' >/dev/null
  $ status deployment/droveway "{\"observedGeneration\": $generation, \"replicas\": 2, \"updatedReplicas\": 2, \"readyReplicas\": 2, \"availableReplicas\": 2, \"unavailableReplicas\": 0}"
  $ preflight
  step enforce, because Droveway is installed, but its webhooks are not registered
  
  ok       API server: Kubernetes VERSION
  ok       Deployment droveway/droveway: 2 of 2 replicas are available
  ok       version: droveway:0.1.0
  ok       Service droveway/droveway: 2 ready endpoints
  ok       Secret droveway/droveway-tls: valid for droveway.droveway.svc until DATE
  ok       readyz: passed
  note     KubeVirt's namespace: neither HyperConverged nor KubeVirt exists yet; Droveway checks them as soon as they do
  ok       service account: system:serviceaccount:droveway:droveway has all rights that Droveway needs
  ok       other webhook configurations: none calls Droveway
  
  nothing is missing; next: kubectl apply -k manifests/overlays/self-managed/enforce, then droveway preflight verify

A wrong namespace, and a role that lacks something:

  $ beta '{}' openshift-cnv | kubectl create -f - >/dev/null
  $ kubectl get clusterrole droveway -o json | jq '.rules |= map(select(.resources != ["nodes"]))' | kubectl replace -f - >/dev/null
  $ preflight enforce | grep -A1 '^missing'
  missing  KubeVirt's namespace: KubeVirt is in openshift-cnv, not in kubevirt-hyperconverged
           fix: set KUBEVIRT_NAMESPACE in the ConfigMap droveway-settings to openshift-cnv
  missing  service account: system:serviceaccount:droveway:droveway may not list nodes
           fix: kubectl apply -k manifests/overlays/self-managed
  missing  service account: system:serviceaccount:droveway:droveway may not watch nodes
           fix: kubectl apply -k manifests/overlays/self-managed
  $ kubectl apply -k "$overlay" >/dev/null
  $ kubectl -n openshift-cnv delete hyperconverged kubevirt-hyperconverged >/dev/null

The webhooks are registered, and then active.

  $ kubectl apply -k "$overlay/$ENFORCE" >/dev/null
  $ until_true 30 denied kubevirt-hyperconverged
  $ status deployment/droveway "{\"observedGeneration\": $(kubectl -n droveway get deployment droveway -o jsonpath='{.metadata.generation}')}"
  $ preflight
  step verify, because the webhooks are registered
  
  ok       API server: Kubernetes VERSION
  ok       Deployment droveway/droveway: 2 of 2 replicas are available
  ok       version: droveway:0.1.0
  ok       Service droveway/droveway: 2 ready endpoints
  ok       Secret droveway/droveway-tls: valid for droveway.droveway.svc until DATE
  ok       readyz: passed
  note     KubeVirt's namespace: neither HyperConverged nor KubeVirt exists yet; Droveway checks them as soon as they do
  ok       service account: system:serviceaccount:droveway:droveway has all rights that Droveway needs
  ok       ValidatingWebhookConfiguration droveway: 5 webhooks, whose caBundle belongs to the certificate
  ok       MutatingWebhookConfiguration droveway: 3 webhooks, whose caBundle belongs to the certificate
  ok       RoleBinding droveway/droveway-active: has the service account: the webhooks are called
  ok       other webhook configurations: none calls Droveway
  
  nothing is missing
  $ preflight -o json | jq -c '[.step, .guessed, .missing, .unknown, .next]'
  ["verify",true,0,0,null]

Before the removal, and after it:

  $ preflight uninstall
  step uninstall
  
  ok       API server: Kubernetes VERSION
  note     ValidatingWebhookConfiguration droveway: is registered: remove it first
  note     MutatingWebhookConfiguration droveway: is registered: remove it first
  note     Deployment droveway/droveway: remove it after the webhooks
  note     ClusterRole droveway: is removed with the overlay
  note     ClusterRoleBinding droveway: is removed with the overlay
  note     ClusterRole droveway-activation: is removed with the overlay
  note     ClusterRoleBinding droveway-activation: is removed with the overlay
  note     ClusterRole droveway-certificates: is removed with the overlay
  note     ClusterRoleBinding droveway-certificates: is removed with the overlay
  note     Role kube-system/droveway: is removed with the overlay
  note     RoleBinding kube-system/droveway: is removed with the overlay
  
  nothing is missing; next: kubectl delete -k manifests/overlays/self-managed/enforce, then kubectl delete -k manifests/overlays/self-managed
  $ kubectl delete -k "$overlay/$ENFORCE" >/dev/null
  $ preflight uninstall | tail -n 1
  nothing is missing; next: kubectl delete -k manifests/overlays/self-managed
  $ stop_pods; kubectl -n droveway delete pod,endpoints --all --force --grace-period=0 >/dev/null 2>&1; kubectl delete -k "$overlay" --wait=false >/dev/null; delete_namespace
  $ preflight uninstall
  step uninstall
  
  ok       API server: Kubernetes VERSION
  ok       Deployment droveway/droveway: does not exist
  
  nothing is missing
  $ kubectl delete namespace kubevirt-hyperconverged --wait=false >/dev/null; kubectl -n default delete serviceaccount nobody >/dev/null
  $ back_to_normal >/dev/null 2>&1
