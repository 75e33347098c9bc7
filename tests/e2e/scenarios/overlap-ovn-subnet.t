The subnets of OVN-Kubernetes from Network.operator, and the addresses that MetalLB gives to services.

  $ . "$E2E/scenario.sh"
  $ nad migration 100.66.7.0/24 | kubectl create -f -
  The NetworkAttachmentDefinition "migration" is invalid: spec.config.ipam.range: Invalid value: "100.66.7.0/24": overlaps the OVN-Kubernetes join subnet 100.66.0.0/16 (Network.operator cluster); choose a range outside it [overlap-cluster-network]
  [1]
  $ nad migration 100.64.7.0/24 | kubectl create -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ kubectl -n openshift-cnv delete network-attachment-definition migration
  networkattachmentdefinition.k8s.cni.cncf.io "migration" deleted from openshift-cnv namespace
  $ nad migration 10.250.0.0/24 | kubectl create -f -
  Warning: spec.config.ipam.range: overlaps 10.250.0.10-10.250.0.20 of the IPAddressPool tenant/services, which MetalLB assigns to services; exclude it, or choose another range [overlap-network]
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
