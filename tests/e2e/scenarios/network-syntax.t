The network is a name that Multus can look up: best a plain one.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ hco openshift-cnv/migration | kubectl apply -f -
  Warning: spec.virtualization.liveMigrationConfig.network: the NAD is looked up in openshift-cnv without a namespace too; give the bare name "migration" [network-syntax]
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
  $ hco migration,storage | kubectl apply -f -
  The HyperConverged "kubevirt-hyperconverged" is invalid: spec.virtualization.liveMigrationConfig.network: Invalid value: "migration,storage": names several networks, and virt-operator would attach them all; give one NAD's name [network-syntax]
  [1]
  $ hco migration@eth1 | kubectl apply -f -
  The HyperConverged "kubevirt-hyperconverged" is invalid: spec.virtualization.liveMigrationConfig.network: Invalid value: "migration@eth1": names an interface too, which breaks virt-operator's own "@migration0"; give the bare name "migration" [network-syntax]
  [1]
