Server-side apply is checked like client-side apply.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.128.5.0/24 > nad.yaml
  $ kubectl apply --server-side -f nad.yaml
  The NetworkAttachmentDefinition "migration" is invalid: spec.config.ipam.range: Invalid value: "10.128.5.0/24": overlaps the pod network 10.128.0.0/14 (Network cluster); choose a range outside it [overlap-cluster-network]
  [1]
  $ nad migration 10.200.5.0/24 > nad.yaml
  $ kubectl apply --server-side -f nad.yaml
  networkattachmentdefinition.k8s.cni.cncf.io/migration serverside-applied
  $ kubectl apply --server-side -f nad.yaml
  networkattachmentdefinition.k8s.cni.cncf.io/migration serverside-applied
