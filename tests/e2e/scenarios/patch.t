A JSON patch and a merge patch of a HyperConverged are checked.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ hco migration | kubectl apply -f -
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
  $ kubectl -n openshift-cnv patch hyperconverged kubevirt-hyperconverged --type=json -p '[{"op": "replace", "path": "/spec/virtualization/liveMigrationConfig/network", "value": "migratoin"}]'
  Warning: spec.virtualization.liveMigrationConfig.network: this change restarts the virt-handler pods: first one and, once it is running, 10 % of them at a time [network-change]
  The HyperConverged "kubevirt-hyperconverged" is invalid: spec.virtualization.liveMigrationConfig.network: Not found: "migratoin": no such NAD in namespace openshift-cnv; did you mean "migration"? [network-missing]
  [1]
  $ kubectl -n openshift-cnv patch hyperconverged kubevirt-hyperconverged --type=merge -p '{"spec": {"virtualization": {"liveMigrationConfig": {"parallelMigrationsPerCluster": 0}}}}'
  The HyperConverged "kubevirt-hyperconverged" is invalid: spec.virtualization.liveMigrationConfig.parallelMigrationsPerCluster: Invalid value: "0": with 0, no migration can start; use 1 or more [limit-range]
  [1]
  $ kubectl -n openshift-cnv patch hyperconverged kubevirt-hyperconverged --type=merge -p '{"spec": {"virtualization": {"liveMigrationConfig": {"parallelMigrationsPerCluster": 9}}}}'
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged patched
