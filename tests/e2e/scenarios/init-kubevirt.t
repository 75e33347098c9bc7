The same without HyperConverged, with kustomize, on a bridge.

  $ . "$E2E/scenario.sh"
  $ printf 'apiVersion: kubevirt.io/v1\nkind: KubeVirt\nmetadata: {name: kubevirt, namespace: openshift-cnv}\nspec: {}\n' | kubectl apply -f -
  kubevirt.kubevirt.io/kubevirt created
  $ until_seen kubevirts.kubevirt.io 1
  $ "$DROVEWAY" init --kubeconfig "$KUBECONFIG" --nic br1 --ipv6 --kustomize --output-dir migration >/dev/null
  $ kubectl apply -k migration
  networkattachmentdefinition.k8s.cni.cncf.io/migration-network created
  Warning: spec.configuration.migrations.network: this change restarts the virt-handler pods: first one and, once it is running, 10 % of them at a time [network-change]
  kubevirt.kubevirt.io/kubevirt configured
  $ kubectl get kubevirt -n openshift-cnv kubevirt -o jsonpath='{.spec.configuration.migrations.network} {.spec.configuration.evictionStrategy}'
  migration-network LiveMigrate (no-eol)
  $ "$DROVEWAY" audit --kubeconfig "$KUBECONFIG"
  2 objects audited, 0 in violation: 0 errors, 0 warnings
