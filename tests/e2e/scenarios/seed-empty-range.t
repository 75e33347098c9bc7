The example with an empty range: without addresses there is no migration.

  $ . "$E2E/scenario.sh"
  $ kubectl apply -f "$REPOSITORY/tests/manifests/seeds/openshift-empty-range/network.yaml"
  The NetworkAttachmentDefinition "my-secondary-network" is invalid: spec.config.ipam.range: Required value: without a range, whereabouts hands out no addresses; add a "range" such as "192.168.99.0/24" [range-empty]
  [1]
  $ kubectl -n openshift-cnv apply -f "$REPOSITORY/tests/manifests/seeds/openshift-empty-range/hyperconverged.yaml"
  The HyperConverged "kubevirt-hyperconverged" is invalid: spec.liveMigrationConfig.network: Not found: "my-secondary-network": no such NAD in namespace openshift-cnv; create the NAD first [network-missing]
  [1]
