The network is a name that Multus can look up, preferably without a namespace.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ hco openshift-cnv/migration | kubectl apply -f -
  Warning: spec.virtualization.liveMigrationConfig.network: the NAD is looked up in openshift-cnv anyway [network-syntax]
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
  $ hco migration,storage | kubectl apply -f -
  The HyperConverged "kubevirt-hyperconverged" is invalid: spec.virtualization.liveMigrationConfig.network: Invalid value: "migration,storage": lists several networks, and virt-operator would attach them all; use the name of one NAD [network-syntax]
  [1]
  $ hco migration@eth1 | kubectl apply -f -
  The HyperConverged "kubevirt-hyperconverged" is invalid: spec.virtualization.liveMigrationConfig.network: Invalid value: "migration@eth1": also names an interface, which breaks the "@migration0" that virt-operator appends; use the bare name "migration" [network-syntax]
  [1]
