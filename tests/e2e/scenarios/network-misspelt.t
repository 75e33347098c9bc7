A network that does not exist: the message suggests the nearest name and shows where a NAD of that name exists.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ nad elsewhere 10.201.5.0/24 eth1 tenant | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/elsewhere created
  $ hco migratoin | kubectl apply -f -
  The HyperConverged "kubevirt-hyperconverged" is invalid: spec.virtualization.liveMigrationConfig.network: Not found: "migratoin": no such NAD in namespace openshift-cnv; did you mean "migration"? [network-missing]
  [1]
  $ hco elsewhere | kubectl apply -f -
  The HyperConverged "kubevirt-hyperconverged" is invalid: spec.virtualization.liveMigrationConfig.network: Not found: "elsewhere": namespace tenant has a NAD with that name, but it must be in openshift-cnv; create it in openshift-cnv [network-missing]
  [1]
  $ hco nothing-like-it | kubectl apply -f -
  The HyperConverged "kubevirt-hyperconverged" is invalid: spec.virtualization.liveMigrationConfig.network: Not found: "nothing-like-it": no such NAD in namespace openshift-cnv; create the NAD first [network-missing]
  [1]
