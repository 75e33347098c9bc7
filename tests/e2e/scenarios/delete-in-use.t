A NAD that a HyperConverged refers to cannot be deleted until nothing refers to it.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ hco migration | kubectl apply -f -
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
  $ kubectl -n openshift-cnv delete net-attach-def migration
  The NetworkAttachmentDefinition "migration" is invalid: metadata.name: Forbidden: HyperConverged openshift-cnv/kubevirt-hyperconverged uses this NAD as its migration network; remove it from that HyperConverged first [network-in-use]
  [1]
  $ kubectl -n openshift-cnv patch hyperconverged kubevirt-hyperconverged --type=json -p '[{"op": "remove", "path": "/spec/virtualization/liveMigrationConfig/network"}]'
  Warning: spec.virtualization.liveMigrationConfig.network: this change restarts the virt-handler pods: first one and, once it is running, 10 % of them at a time [network-change]
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged patched
  $ kubectl -n openshift-cnv delete net-attach-def migration
  networkattachmentdefinition.k8s.cni.cncf.io "migration" deleted from openshift-cnv namespace
