A denied manifest is fixed as the message says, and is then allowed.

  $ . "$E2E/scenario.sh"
  $ config migration '{"cniVersion": "0.3.1", "name": "m", "type": "macvlan", "master": "eth1", "ipam": {"type": "whereabouts", "range": "10.200.5.0/24", "gateway": "10.200.5.1"}}' > nad.yaml
  $ kubectl apply -f nad.yaml
  The NetworkAttachmentDefinition "migration" is invalid: spec.config.ipam.gateway: Invalid value: "10.200.5.1": can be handed out to a pod; add "exclude": ["10.200.5.1/32"] [gateway-in-pool]
  [1]
  $ sed -i 's|"gateway": "10.200.5.1"|"gateway": "10.200.5.1", "exclude": ["10.200.5.1/32"]|' nad.yaml
  $ kubectl apply -f nad.yaml
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
