Two migration networks must not share addresses; a copy of a tenant's network in another namespace may.

  $ . "$E2E/scenario.sh"
  $ nad migration-a 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration-a created
  $ nad migration-b 10.200.5.128/25 | kubectl apply -f -
  The NetworkAttachmentDefinition "migration-b" is invalid: spec.config.ipam.range: Invalid value: "10.200.5.128/25": overlaps 10.200.5.0/24 of migration network openshift-cnv/migration-a (shared: 10.200.5.129-10.200.5.254); choose a range outside it [overlap-network]
  [1]
  $ nad storage 10.201.5.0/24 eth1 tenant | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/storage created
  $ nad storage 10.201.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/storage created
