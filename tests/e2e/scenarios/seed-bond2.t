The example with a bond as master.

  $ . "$E2E/scenario.sh"
  $ kubectl apply -f "$REPOSITORY/tests/manifests/seeds/live-migration-bond2/network.yaml"
  networkattachmentdefinition.k8s.cni.cncf.io/migration-bridge created
  $ kubectl -n openshift-cnv apply -f "$REPOSITORY/tests/manifests/seeds/live-migration-bond2/hyperconverged.yaml"
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
