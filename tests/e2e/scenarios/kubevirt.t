KubeVirt is checked but by default not filled in, because its own defaults are better.

  $ . "$E2E/scenario.sh"
  $ cat > kubevirt.yaml <<'END'
  > apiVersion: kubevirt.io/v1
  > kind: KubeVirt
  > metadata: {name: kubevirt, namespace: openshift-cnv}
  > spec: {configuration: {migrations: {network: migration}}}
  > END
  $ kubectl apply -f kubevirt.yaml
  Warning: spec.configuration.evictionStrategy: a network is set, but KubeVirt's default is None: a drain migrates no VM; set LiveMigrate [eviction-strategy]
  The KubeVirt "kubevirt" is invalid: spec.configuration.migrations.network: Not found: "migration": no such NAD in namespace openshift-cnv; create the NAD first [network-missing]
  [1]
  $ nad migration 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ kubectl apply -f kubevirt.yaml
  Warning: spec.configuration.evictionStrategy: a network is set, but KubeVirt's default is None: a drain migrates no VM; set LiveMigrate [eviction-strategy]
  kubevirt.kubevirt.io/kubevirt created
  $ kubectl -n openshift-cnv get kubevirt kubevirt -o jsonpath='{.spec}{"\n"}'
  {"configuration":{"migrations":{"network":"migration"}}}
  $ kubectl -n openshift-cnv delete kubevirt kubevirt
  kubevirt.kubevirt.io "kubevirt" deleted from openshift-cnv namespace
  $ sed 's/namespace: openshift-cnv/namespace: openshift-cnv, labels: {app.kubernetes.io\/managed-by: hco-operator}/' kubevirt.yaml | kubectl apply -f -
  kubevirt.kubevirt.io/kubevirt created
  $ kubectl -n openshift-cnv get kubevirt kubevirt -o jsonpath='{.spec}{"\n"}'
  {"configuration":{"migrations":{"network":"migration"}}}
  $ kubectl -n openshift-cnv patch kubevirt kubevirt --type merge -p '{"spec": {"customizeComponents": {"patches": [{"resourceType": "DaemonSet", "resourceName": "virt-handler", "type": "merge", "patch": "{\"spec\": {\"template\": {\"spec\": {\"hostNetwork\": true}}}}"}]}}}'
  Warning: spec.customizeComponents.patches[0]: a patch sets hostNetwork of virt-handler, and Multus attaches no networks to pods in the host network; do not patch hostNetwork [jsonpatch-network]
  kubevirt.kubevirt.io/kubevirt patched
