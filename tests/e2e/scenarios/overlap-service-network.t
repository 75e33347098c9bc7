The service network, as set in the API server's own ServiceCIDR.
Needs Kubernetes 1.33: there is no ServiceCIDR v1 before.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.96.128.0/24 | kubectl apply -f -
  The NetworkAttachmentDefinition "migration" is invalid: spec.config.ipam.range: Invalid value: "10.96.128.0/24": overlaps the service network 10.96.0.0/16 (ServiceCIDR kubernetes); choose a range outside it [overlap-cluster-network]
  [1]
