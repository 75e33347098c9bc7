The machine network, as set in the install-config.

  $ . "$E2E/scenario.sh"
  $ nad migration 192.168.1.0/25 | kubectl apply -f -
  The NetworkAttachmentDefinition "migration" is invalid: spec.config.ipam.range: Invalid value: "192.168.1.0/25": overlaps the machine network 192.168.1.0/24 (ConfigMap cluster-config-v1); choose a range outside it [overlap-cluster-network]
  [1]
