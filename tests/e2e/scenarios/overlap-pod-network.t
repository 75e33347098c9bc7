The pod network, as set in OpenShift's Network.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.130.0.0/24 | kubectl apply -f -
  The NetworkAttachmentDefinition "migration" is invalid: spec.config.ipam.range: Invalid value: "10.130.0.0/24": overlaps the pod network 10.128.0.0/14 (Network cluster); choose a range outside it [overlap-cluster-network]
  [1]
