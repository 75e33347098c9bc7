The chart, with Helm 4 and self-managed certificates: Helm applies on the server side, and leaves the CA and the subject alone.

  $ . "$E2E/scenario.sh"
  $ export HELM_PLUGINS=$E2E/helm CHART=$REPOSITORY/charts/droveway
  $ stop droveway
  $ { objects base; objects overlays/openshift/enforce; } | jq -c 'select(.kind != "Namespace")' | kubectl delete --ignore-not-found -f - >/dev/null
  $ with_helm() { helm4 "$@" --namespace droveway --post-renderer to-url >out 2>&1 || cat out; }
  $ nad migration-a 10.200.5.0/24 | kubectl create -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration-a created
  $ nad migration-b 10.200.5.0/25 >overlapping.yaml
  $ allowed() { kubectl create --dry-run=server -f overlapping.yaml; }
  $ denied() { ! allowed; }
  $ with_helm install droveway "$CHART" --set kubevirt.namespace=openshift-cnv
  $ allowed
  networkattachmentdefinition.k8s.cni.cncf.io/migration-b created (server dry run)
  $ write_kubeconfig "$E2E_WORK/droveway.kubeconfig" "$(kubectl -n droveway create token droveway --duration 24h)"
  $ run droveway "$DROVEWAY" serve --listen "127.0.0.1:$WEBHOOK_PORT" --kubeconfig "$E2E_WORK/droveway.kubeconfig" --shutdown-delay 0 --self-managed-certs --dns localhost --rotation-poll 500ms --kubevirt-namespace openshift-cnv --activate droveway-active
  $ ready() { curl -fsk "https://localhost:$WEBHOOK_PORT/readyz"; }
  $ until_true 30 ready
  $ until_true 30 denied
  $ state() { kubectl get validatingwebhookconfiguration droveway -o json | jq -c '[.webhooks[].clientConfig.caBundle | length > 100] | unique'; kubectl -n droveway get rolebinding droveway-active -o json | jq -c '[.subjects[].name]'; }
  $ state
  [true]
  ["droveway"]
  $ with_helm upgrade droveway "$CHART" --reset-then-reuse-values --set events=true,replicas=3
  $ state
  [true]
  ["droveway"]
  $ helm4 rollback droveway 1 --namespace droveway
  Rollback was a success! Happy Helming!
  $ state
  [true]
  ["droveway"]
  $ denied >/dev/null 2>&1 && echo 'still denied'
  still denied
  $ helm4 uninstall droveway --namespace droveway
  release "droveway" uninstalled
  $ until_true 10 allowed
  $ kubectl api-resources --verbs=list -o name | grep -vE '^(events|componentstatuses)' | while read -r kind; do kubectl get "$kind" -A -l app.kubernetes.io/name=droveway -o name 2>/dev/null; done
  namespace/droveway
  $ stop droveway
  $ install_rbac >/dev/null; start_droveway --threads 2; install_webhooks . >/dev/null; activate >/dev/null; until_true 30 refused
