What is denied on a migration network is a warning on a tenant network, or allowed.

  $ . "$E2E/scenario.sh"
  $ config net '{"cniVersion": "0.3.1", "name": "net", "type": "macvlan", "master": "eth9", "ipam": {"type": "whereabouts", "range": "10.128.5.0/24", "gateway": "10.128.5.1"}}' tenant | kubectl apply -f -
  Warning: spec.config.ipam.gateway: can be handed out to a pod; add "exclude": ["10.128.5.1/32"] [gateway-in-pool]
  Warning: spec.config.ipam.range: overlaps the pod network 10.128.0.0/14 (Network cluster) [overlap-cluster-network]
  networkattachmentdefinition.k8s.cni.cncf.io/net created
