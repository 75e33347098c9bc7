Whatever step of an installation is forgotten, nothing is blocked. The API server calls the webhooks by their Service.

  $ . "$E2E/scenario.sh"; . "$E2E/node.sh"
  $ kubectl create namespace kubevirt-hyperconverged >/dev/null 2>&1 || true
  $ ns=kubevirt-hyperconverged
  $ overlay=$REPOSITORY/manifests/overlays/self-managed
  $ empty >/dev/null 2>&1; : >"$E2E_WORK/registry"

The webhooks are registered, but not the server.

  $ kubectl apply -k "$overlay/$ENFORCE"
  mutatingwebhookconfiguration.admissionregistration.k8s.io/droveway created
  validatingwebhookconfiguration.admissionregistration.k8s.io/droveway created
  $ sleep 1; nothing_blocked $ns
  nothing is blocked

No registry has the image.

  $ kubectl apply -k "$overlay" >/dev/null
  $ rollout
  ImagePullBackOff
  [1]
  $ nothing_blocked $ns
  nothing is blocked

The pods have started, but are not ready: nobody has probed them yet, and they have no address.

  $ kubectl -n droveway get deployment droveway -o jsonpath='{.spec.template.spec.containers[0].image}' >"$E2E_WORK/registry"
  $ start_pod droveway "$(address_of droveway)"; sleep 3
  $ nothing_blocked $ns
  nothing is blocked

The right order. From the moment when the pods are ready they add the CA, and then switch the webhooks on. Nothing is blocked
meanwhile.

  $ rollout
  deployment "droveway" successfully rolled out
  $ until_true 20 denied $ns
  $ nothing_blocked $ns
  nothing is blocked

Once active, an outage fails closed, and ends when a pod is ready.

  $ stop_pods
  $ fails_closed $ns
  failed calling webhook "nad-migration.validate.droveway.io"
  $ rollout
  deployment "droveway" successfully rolled out
  $ until_true 20 denied $ns

Uninstalling in the wrong order: the server first, while its webhooks are registered and active.

  $ kubectl delete -k "$overlay" --wait=false >/dev/null; stop_pods; delete_namespace
  $ kubectl get validatingwebhookconfiguration droveway -o name
  validatingwebhookconfiguration.admissionregistration.k8s.io/droveway
  $ nothing_blocked $ns
  nothing is blocked

Applied again, without the second step, because the webhooks are still there: nothing is blocked, and then they are active.

  $ kubectl apply -k "$overlay" >/dev/null; nothing_blocked $ns
  nothing is blocked
  $ rollout
  deployment "droveway" successfully rolled out
  $ until_true 20 denied $ns; nothing_blocked $ns
  nothing is blocked

Only the namespace is deleted.

  $ stop_pods; delete_namespace; nothing_blocked $ns
  nothing is blocked
  $ kubectl apply -k "$overlay" >/dev/null; rollout; until_true 20 denied $ns
  deployment "droveway" successfully rolled out

Only the roles are deleted: the webhooks that fail closed are off at once, although the pods still run.

  $ kubectl delete -n droveway role,rolebinding -l app.kubernetes.io/name=droveway >/dev/null; stop_pods
  $ until_true 10 eval 'nothing_blocked $ns'; nothing_blocked $ns
  nothing is blocked
  $ kubectl apply -k "$overlay" >/dev/null; rollout; until_true 20 denied $ns
  deployment "droveway" successfully rolled out

Only the webhooks are deleted, and registered again: nothing is blocked in between, although the new ones have no CA yet.

  $ kubectl delete -k "$overlay/$ENFORCE"
  mutatingwebhookconfiguration.admissionregistration.k8s.io "droveway" deleted
  validatingwebhookconfiguration.admissionregistration.k8s.io "droveway" deleted
  $ sleep 1; nothing_blocked $ns
  nothing is blocked
  $ subjects() { kubectl -n droveway get rolebinding droveway-active -o jsonpath='{.subjects[*].name}'; }
  $ switched_off() { [ -z "$(subjects)" ]; }
  $ until_true 20 switched_off
  $ kubectl apply -k "$overlay/$ENFORCE" >/dev/null; nothing_blocked $ns
  nothing is blocked
  $ until_true 20 denied $ns; subjects
  droveway (no-eol)

KubeVirt's namespace is wrong. The first roll-out does not get ready, so that nothing is blocked, and says where KubeVirt is.

  $ kubectl delete -k "$overlay" --wait=false >/dev/null; stop_pods; delete_namespace
  $ beta '{}' openshift-cnv | kubectl create -f -
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
  $ kubectl apply -k "$overlay" >/dev/null; rollout 6 >/dev/null
  [1]
  $ curl -sk "https://$(address_of droveway):8443/readyz?verbose" | grep -F '[-]'
  [-]namespace: KubeVirt is in namespace openshift-cnv, but Droveway is configured for kubevirt-hyperconverged; set KUBEVIRT_NAMESPACE in the ConfigMap droveway-settings
  $ kubectl -n openshift-cnv delete hyperconverged kubevirt-hyperconverged >/dev/null
  $ rollout; until_true 20 denied $ns
  deployment "droveway" successfully rolled out

The right order leaves nothing behind.

  $ kubectl delete -k "$overlay/$ENFORCE" >/dev/null; kubectl delete -k "$overlay" --wait=false >/dev/null; stop_pods; delete_namespace
  $ nothing_blocked $ns
  nothing is blocked
  $ kubectl get clusterroles,clusterrolebindings,roles,rolebindings,validatingwebhookconfigurations,mutatingwebhookconfigurations -A -l app.kubernetes.io/name=droveway
  No resources found
  $ back_to_normal >/dev/null 2>&1
