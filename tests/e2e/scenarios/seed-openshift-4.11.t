The example from the OpenShift 4.11 documentation.

  $ . "$E2E/scenario.sh"
  $ kubectl apply -f "$REPOSITORY/tests/manifests/seeds/openshift-4.11/network.yaml"
  networkattachmentdefinition.k8s.cni.cncf.io/my-secondary-network created
  $ kubectl -n openshift-cnv apply -f "$REPOSITORY/tests/manifests/seeds/openshift-4.11/hyperconverged.yaml"
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
