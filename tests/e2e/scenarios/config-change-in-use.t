Changing a NAD in use: running virt-handlers keep the old configuration.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ hco migration | kubectl apply -f -
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
  $ nad migration 10.200.6.0/24 | kubectl apply -f -
  Warning: spec.config: this NAD is in use: running virt-handler pods keep the old configuration [network-in-use-change]
  networkattachmentdefinition.k8s.cni.cncf.io/migration configured
