KubeVirt's namespace is configured wrongly: a first roll-out does not get ready, but webhooks that are active are still answered.

  $ . "$E2E/scenario.sh"
  $ stop droveway; deactivate >/dev/null
  $ beta '{}' | kubectl create -f - >/dev/null
  $ serve() { run droveway "$DROVEWAY" serve --listen "127.0.0.1:$WEBHOOK_PORT" --metrics-listen "127.0.0.1:$METRICS_PORT" --tls-cert "$E2E_WORK/pki/tls.crt" --tls-key "$E2E_WORK/pki/tls.key" --kubeconfig "$E2E_WORK/droveway.kubeconfig" --shutdown-delay 0 --activate droveway-active "$@"; }
  $ readyz() { curl -s --cacert "$E2E_WORK/pki/ca.crt" "https://localhost:$WEBHOOK_PORT/readyz"; }
  $ subjects() { kubectl -n droveway get rolebinding droveway-active -o jsonpath='{.subjects[*].name}'; }

No namespace, and a policy with another one:

  $ "$DROVEWAY" serve --tls-cert a --tls-key b --kubevirt-namespace ''
  droveway serve: invalid --kubevirt-namespace ""; set KUBEVIRT_NAMESPACE in the ConfigMap droveway-settings to the namespace where KubeVirt runs, such as openshift-cnv or kubevirt-hyperconverged; see 'droveway serve --help'
  [2]
  $ printf 'apiVersion: droveway.io/v1alpha1\nkind: Policy\nnamespace: kubevirt\n' >policy.yaml
  $ "$DROVEWAY" serve --listen 127.0.0.1:0 --tls-cert "$E2E_WORK/pki/tls.crt" --tls-key "$E2E_WORK/pki/tls.key" --policy policy.yaml --kubevirt-namespace openshift-cnv 2>&1 | tail -n 1
  droveway: policy.yaml:3: namespace: "kubevirt" differs from --kubevirt-namespace "openshift-cnv"; remove it from the policy, and set KUBEVIRT_NAMESPACE in the ConfigMap droveway-settings

One without HyperConverged and KubeVirt, although there is one elsewhere:

  $ serve --kubevirt-namespace kubevirt-hyperconverged
  $ until_true 30 eval 'readyz | grep "KubeVirt is in"'; readyz
  KubeVirt is in namespace openshift-cnv, but Droveway is configured for kubevirt-hyperconverged; set KUBEVIRT_NAMESPACE in the ConfigMap droveway-settings
  $ metrics | grep -E '^droveway_(ready|active|kubevirt_namespace_wrong) '
  droveway_ready 0
  droveway_kubevirt_namespace_wrong 1
  droveway_active 0
  $ sleep 5; subjects

With the right one, Droveway gets ready and switches its webhooks on.

  $ stop droveway; serve --kubevirt-namespace openshift-cnv
  $ until_true 30 webhook /readyz; until_true 30 refused
  $ subjects
  droveway (no-eol)
  $ webhook '/readyz?verbose' | grep activation
  [+]activation: active

A pod that starts while they are active must answer them, whatever the namespace.

  $ stop droveway; serve --kubevirt-namespace kubevirt-hyperconverged
  $ until_true 30 webhook /readyz
  $ webhook '/readyz?verbose' | grep 'namespace:\|activation'
  [!]namespace: KubeVirt is in namespace openshift-cnv, but Droveway is configured for kubevirt-hyperconverged; set KUBEVIRT_NAMESPACE in the ConfigMap droveway-settings
  [+]activation: active
  $ until_true 10 refused

Without a registration they are switched off, and on again with it.

  $ kubectl delete validatingwebhookconfiguration droveway >/dev/null
  $ until_true 30 eval '[ -z "$(subjects)" ]'
  $ webhook '/readyz?verbose' | grep activation
  [!]activation: waiting for the ValidatingWebhookConfiguration droveway; apply the folder enforce of the overlay
  $ install_webhooks . >/dev/null; until_true 30 refused
  $ subjects
  droveway (no-eol)
  $ stop droveway; start_droveway --threads 2; until_true 30 refused
