The chart, with Helm 3: install before the server runs, upgrade, roll back, uninstall. At no time is anything blocked that should not
be. The webhook runs outside the cluster, so a post-renderer replaces the Service in the webhooks by a URL.

  $ . "$E2E/scenario.sh"
  $ CHART=$REPOSITORY/charts/droveway
  $ stop droveway
  $ { objects base; objects overlays/openshift/enforce; } | jq -c 'select(.kind != "Namespace")' | kubectl delete --ignore-not-found -f - >/dev/null
  $ with_helm() { helm "$@" --namespace droveway --post-renderer "$E2E/helm/to-url/to-url.sh" >out 2>&1 || cat out; }
  $ nad migration-a 10.200.5.0/24 >good.yaml; nad migration-b 10.200.5.0/25 >overlapping.yaml
  $ allowed() { kubectl create --dry-run=server -f overlapping.yaml; }
  $ denied() { ! allowed; }

Before the server runs, the webhooks are registered but skipped.

  $ with_helm install droveway "$CHART" --set kubevirt.namespace=openshift-cnv,certificates.source=given,certificates.given.secretName=own --set-file certificates.given.caBundle="$E2E_WORK/pki/ca.crt"
  $ grep -E '^STATUS|rollout status|WARNING|KubeVirt.s namespace is openshift-cnv' out
  STATUS: deployed
      kubectl -n droveway rollout status deployment/droveway --timeout=2m
     KubeVirt's namespace is openshift-cnv. If it is another one in your cluster, set kubevirt.namespace.
     WARNING: image.repository is not set. There is no public image yet: build one, push it, and set image.repository.
  $ kubectl get validatingwebhookconfiguration,mutatingwebhookconfiguration droveway -o json | jq -r '.items[] | "\(.kind) \(.webhooks | length)"'
  ValidatingWebhookConfiguration 5
  MutatingWebhookConfiguration 3
  $ kubectl create -f good.yaml
  networkattachmentdefinition.k8s.cni.cncf.io/migration-a created
  $ allowed
  networkattachmentdefinition.k8s.cni.cncf.io/migration-b created (server dry run)
  $ hco migratoin | kubectl create --dry-run=server -f -
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created (server dry run)

The server, with the options and the policy of the release, becomes ready and opens the gate.

  $ kubectl -n droveway get configmap droveway-policy -o json | jq -r '.data["policy.yaml"]' >policy.yaml
  $ setting() { kubectl -n droveway get configmap droveway-settings -o jsonpath="{.data.$1}"; }
  $ options() { kubectl -n droveway get deployment droveway -o json | jq -r '.spec.template.spec.containers[0].args[] | select(test("^--(kubevirt-namespace|activate|events)"))' | sed "s/\$(KUBEVIRT_NAMESPACE)/$(setting KUBEVIRT_NAMESPACE)/"; }
  $ options
  --kubevirt-namespace=openshift-cnv
  --activate=droveway-active
  $ write_kubeconfig "$E2E_WORK/droveway.kubeconfig" "$(kubectl -n droveway create token droveway --duration 24h)"
  $ start_droveway --policy policy.yaml $(options)
  $ until_true 30 denied
  $ kubectl create -f overlapping.yaml
  The NetworkAttachmentDefinition "migration-b" is invalid: spec.config.ipam.range: Invalid value: "10.200.5.0/25": overlaps 10.200.5.0/24 of migration network openshift-cnv/migration-a (shared: 10.200.5.1-10.200.5.126); choose a range outside it [overlap-network]
  [1]

An upgrade keeps the gate open and the CA.

  $ with_helm upgrade droveway "$CHART" --reset-then-reuse-values --set events=true,failurePolicy=Ignore,replicas=3
  $ options | tail -n 1
  --events
  $ kubectl get validatingwebhookconfiguration droveway -o json | jq -c '[.webhooks[].failurePolicy] | unique'
  ["Ignore"]
  $ sleep 1; denied >/dev/null 2>&1 && echo 'still denied'
  still denied
  $ stop droveway; until_true 10 allowed

After a rollback the webhooks fail closed again, and the gate is still open.

  $ helm rollback droveway 1 --namespace droveway
  Rollback was a success! Happy Helming!
  $ until_true 10 denied
  $ kubectl create -f overlapping.yaml 2>&1 | grep -o 'failed calling webhook "[a-z.-]*"'
  failed calling webhook "nad-migration.validate.droveway.io"
  $ start_droveway --policy policy.yaml $(options)
  $ kubectl create -f overlapping.yaml
  The NetworkAttachmentDefinition "migration-b" is invalid: spec.config.ipam.range: Invalid value: "10.200.5.0/25": overlaps 10.200.5.0/24 of migration network openshift-cnv/migration-a (shared: 10.200.5.1-10.200.5.126); choose a range outside it [overlap-network]
  [1]

Without the webhooks, everything is allowed. The next upgrade registers them again.

  $ with_helm upgrade droveway "$CHART" --reset-then-reuse-values --set enforce=false
  $ kubectl get validatingwebhookconfiguration,mutatingwebhookconfiguration
  No resources found
  $ allowed
  networkattachmentdefinition.k8s.cni.cncf.io/migration-b created (server dry run)
  $ with_helm upgrade droveway "$CHART" --reset-then-reuse-values --set enforce=true
  $ until_true 30 denied

Uninstalling while the server is down blocks nothing, and leaves only the namespace.

  $ stop droveway
  $ helm uninstall droveway --namespace droveway
  release "droveway" uninstalled
  $ allowed
  networkattachmentdefinition.k8s.cni.cncf.io/migration-b created (server dry run)
  $ kubectl api-resources --verbs=list -o name | grep -vE '^(events|componentstatuses)' | while read -r kind; do kubectl get "$kind" -A -l app.kubernetes.io/name=droveway -o name 2>/dev/null; done
  namespace/droveway
  $ kubectl -n droveway get rolebindings,secrets,configmaps -o name | grep -v kube-root-ca
  [1]

What was installed with kubectl can be moved to Helm. The webhooks stay on.

  $ objects overlays/openshift | jq -c 'select(.kind != "Namespace")' | kubectl apply -f - >/dev/null
  $ write_kubeconfig "$E2E_WORK/droveway.kubeconfig" "$(kubectl -n droveway create token droveway --duration 24h)"
  $ install_webhooks . >/dev/null
  $ start_droveway --kubevirt-namespace openshift-cnv --activate droveway-active; until_true 30 denied
  $ with_helm install droveway "$CHART" --take-ownership --set certificates.source=openshift
  $ helm list --namespace droveway -o json | jq -c '.[] | [.name, .status]'
  ["droveway","deployed"]
  $ sleep 1; denied >/dev/null 2>&1 && echo 'still denied'
  still denied
  $ helm uninstall droveway --namespace droveway
  release "droveway" uninstalled
  $ until_true 10 allowed
  $ kubectl -n droveway delete configmap -l app.kubernetes.io/name=droveway -o name | sed 's/-[^-]*$/-HASH/'
  configmap/droveway-settings-HASH
  $ stop droveway
  $ install_rbac >/dev/null; start_droveway --threads 2; install_webhooks . >/dev/null; activate >/dev/null; until_true 30 refused
