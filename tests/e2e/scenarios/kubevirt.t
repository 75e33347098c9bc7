KubeVirt without HyperConverged is completed and checked; the one that HyperConverged writes is left as it is.

  $ . "$E2E/scenario.sh"
  $ cat > kubevirt.yaml <<'END'
  > apiVersion: kubevirt.io/v1
  > kind: KubeVirt
  > metadata: {name: kubevirt, namespace: openshift-cnv}
  > spec: {configuration: {migrations: {network: migration}}}
  > END
  $ kubectl apply -f kubevirt.yaml
  The KubeVirt "kubevirt" is invalid: spec.configuration.migrations.network: Not found: "migration": no such NAD in namespace openshift-cnv; create the NAD first [network-missing]
  [1]
  $ nad migration 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ kubectl apply -f kubevirt.yaml
  kubevirt.kubevirt.io/kubevirt created
  $ kubectl -n openshift-cnv get kubevirt kubevirt -o jsonpath='{.spec}{"\n"}'
  {"configuration":{"migrations":{"completionTimeoutPerGiB":800,"network":"migration","parallelMigrationsPerCluster":5,"parallelOutboundMigrationsPerNode":2,"progressTimeout":150}}}
  $ kubectl -n openshift-cnv delete kubevirt kubevirt
  kubevirt.kubevirt.io "kubevirt" deleted from openshift-cnv namespace
  $ sed 's/namespace: openshift-cnv/namespace: openshift-cnv, labels: {app.kubernetes.io\/managed-by: hco-operator}/' kubevirt.yaml | kubectl apply -f -
  kubevirt.kubevirt.io/kubevirt created
  $ kubectl -n openshift-cnv get kubevirt kubevirt -o jsonpath='{.spec}{"\n"}'
  {"configuration":{"migrations":{"network":"migration"}}}
