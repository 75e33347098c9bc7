A dry run is checked and changes nothing: the same addresses are free afterwards.

  $ . "$E2E/scenario.sh"
  $ nad migration-a 10.200.5.0/24 | kubectl apply --dry-run=server -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration-a created (server dry run)
  $ nad migration-b 10.200.5.0/25 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration-b created
  $ nad migration-a 10.200.5.0/24 | kubectl apply --dry-run=server -f -
  The NetworkAttachmentDefinition "migration-a" is invalid: spec.config.ipam.range: Invalid value: "10.200.5.0/24": overlaps 10.200.5.0/25 of migration network openshift-cnv/migration-b (shared: 10.200.5.1-10.200.5.126); choose a range outside it [overlap-network]
  [1]
  $ kubectl get net-attach-def -A --no-headers -o custom-columns=:metadata.name
  migration-b
