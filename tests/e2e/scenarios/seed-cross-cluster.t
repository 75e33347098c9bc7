The example of migration between clusters: a bridge without a name is not a migration network until it is used or labelled as one.

  $ . "$E2E/scenario.sh"
  $ kubectl apply -f "$REPOSITORY/tests/manifests/seeds/cross-cluster/network.yaml" -f "$REPOSITORY/tests/manifests/seeds/cross-cluster/bridge-net.yaml"
  networkattachmentdefinition.k8s.cni.cncf.io/my-secondary-network created
  networkattachmentdefinition.k8s.cni.cncf.io/bridge-net created
  $ kubectl -n openshift-cnv apply -f "$REPOSITORY/tests/manifests/seeds/cross-cluster/hyperconverged.yaml"
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
  $ kubectl -n openshift-cnv label net-attach-def bridge-net droveway.io/migration-network=true
  The NetworkAttachmentDefinition "bridge-net" is invalid: 
  * spec.config.isGateway: Invalid value: "true": gives the bridges of all nodes the same address on one network; remove it: a migration network needs no gateway [bridge-options]
  * spec.config.bridge: Required value: without it, the bridge is cni0, which has no uplink; use a bridge that has the migration NIC as its port on every node [bridge-uplink]
  [1]
