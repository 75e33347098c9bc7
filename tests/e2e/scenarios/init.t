What init writes for a live cluster is accepted by the webhook, and HyperConverged names it.

  $ . "$E2E/scenario.sh"
  $ printf 'apiVersion: hco.kubevirt.io/v1\nkind: HyperConverged\nmetadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}\nspec: {}\n' | kubectl apply -f -
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
  $ until_seen hyperconvergeds.hco.kubevirt.io 1
  $ "$DROVEWAY" init --kubeconfig "$KUBECONFIG" --dry-run
  droveway init: several NICs or bridges fit equally well, and only you know which wire is for migrations:
    1) bond2  bond, speed unknown, MTU 9000, up on all 3 nodes
    2) eth1   speed unknown, MTU 9000, up on all 3 nodes
    3) br1    Linux bridge, speed unknown, MTU 9000, up on all 3 nodes
  Choose one with --nic NAME, or take the first one with --yes.
  [2]
  $ "$DROVEWAY" init --kubeconfig "$KUBECONFIG" --nic bond2 --output-dir migration >/dev/null
  $ kubectl apply -f migration/migration-network.yaml
  networkattachmentdefinition.k8s.cni.cncf.io/migration-network created
  $ kubectl apply -f migration/hyperconverged.yaml
  Warning: spec.virtualization.liveMigrationConfig.network: this change restarts the virt-handler pods: first one and, once it is running, 10 % of them at a time [network-change]
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged configured
  $ kubectl get hyperconverged -n openshift-cnv kubevirt-hyperconverged -o jsonpath='{.spec.virtualization.liveMigrationConfig.network}'
  migration-network (no-eol)
  $ "$DROVEWAY" audit --kubeconfig "$KUBECONFIG"
  2 objects audited, 0 in violation: 0 errors, 0 warnings
  $ "$DROVEWAY" init --kubeconfig "$KUBECONFIG"
  This cluster has a migration network: HyperConverged kubevirt-hyperconverged names NAD migration-network.
  Nothing is wrong with it, so there is nothing to do. To write another one: --replace
