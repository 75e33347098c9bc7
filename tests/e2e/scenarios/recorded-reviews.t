tests/payloads/recorded contains what an API server sends during these commands (tests/payloads/refresh.sh). Label-only changes are
sent too, because the match conditions are left out.

  $ . "$E2E/scenario.sh"
  $ install_webhooks '.webhooks[] |= del(.matchConditions)' >/dev/null
  $ nad probe 10.199.0.0/24 | kubectl apply -f - >/dev/null
  $ is_sent() { kubectl -n openshift-cnv annotate --dry-run=server net-attach-def probe a=b && grep '"operation":"UPDATE".*"name":"probe"' "$E2E_WORK/droveway.log"; }
  $ until_true 30 is_sent
  $ kubectl -n openshift-cnv delete net-attach-def probe >/dev/null
  $ config='{ "cniVersion": "0.3.1", "name": "migration-bridge", "type": "macvlan", "master": "eth1", "mode": "bridge", "ipam": { "type": "whereabouts", "range": "10.200.5.0/24" } }'
  $ config my-secondary-network "$config" | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/my-secondary-network created
  $ config my-secondary-network "${config/10.200/10.201}" | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/my-secondary-network configured
  $ kubectl -n openshift-cnv label net-attach-def my-secondary-network a=b
  networkattachmentdefinition.k8s.cni.cncf.io/my-secondary-network labeled
  $ limits='completionTimeoutPerGiB: 800, network: my-secondary-network, parallelMigrationsPerCluster: 5, parallelOutboundMigrationsPerNode: 2, progressTimeout: 150'
  $ beta "{$limits}" | kubectl apply -f -
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
  $ kubectl -n openshift-cnv delete hyperconverged kubevirt-hyperconverged
  hyperconverged.hco.kubevirt.io "kubevirt-hyperconverged" deleted from openshift-cnv namespace
  $ v1() { printf 'apiVersion: hco.kubevirt.io/v1\nkind: HyperConverged\nmetadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}\nspec: {featureGates: [], virtualization: {liveMigrationConfig: {%s}}}\n' "$1"; }
  $ v1 "$limits" | kubectl apply -f -
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
  $ v1 "${limits/800/700}" | kubectl apply -f -
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged configured
  $ kubectl -n openshift-cnv delete hyperconverged kubevirt-hyperconverged
  hyperconverged.hco.kubevirt.io "kubevirt-hyperconverged" deleted from openshift-cnv namespace
  $ kubevirt() { printf 'apiVersion: kubevirt.io/v1\nkind: KubeVirt\nmetadata: {name: kubevirt, namespace: openshift-cnv}\nspec: {configuration: {migrations: {network: %s}}}\n' "$1"; }
  $ kubevirt my-secondary-network | kubectl apply -f -
  Warning: spec.configuration.evictionStrategy: a network is set, but KubeVirt's default is None: a drain migrates no VM; set LiveMigrate [eviction-strategy]
  kubevirt.kubevirt.io/kubevirt created
  $ kubevirt other | kubectl apply -f -
  Warning: spec.configuration.migrations.network: this change restarts the virt-handler pods: first one and, once it is running, 10 % of them at a time [network-change]
  Warning: spec.configuration.evictionStrategy: a network is set, but KubeVirt's default is None: a drain migrates no VM; set LiveMigrate [eviction-strategy]
  The KubeVirt "kubevirt" is invalid: spec.configuration.migrations.network: Not found: "other": no such NAD in namespace openshift-cnv; create the NAD first [network-missing]
  [1]
  $ kubectl -n openshift-cnv delete kubevirt kubevirt
  kubevirt.kubevirt.io "kubevirt" deleted from openshift-cnv namespace
  $ until_seen kubevirts.kubevirt.io 0
  $ kubectl -n openshift-cnv delete net-attach-def my-secondary-network
  networkattachmentdefinition.k8s.cni.cncf.io "my-secondary-network" deleted from openshift-cnv namespace
  $ config bridge-net '{"cniVersion": "0.3.1", "name": "bridge-net", "type": "bridge", "isGateway": true, "vlan": 2, "ipam": {"type": "dhcp"}}' | kubectl apply --server-side -f -
  networkattachmentdefinition.k8s.cni.cncf.io/bridge-net serverside-applied
  $ config bridge-net '{"cniVersion": "0.3.1", "name": "bridge-net", "type": "bridge", "isGateway": true, "vlan": 3, "ipam": {"type": "dhcp"}}' | kubectl apply --server-side --dry-run=server -f -
  networkattachmentdefinition.k8s.cni.cncf.io/bridge-net serverside-applied (server dry run)
  $ install_webhooks . >/dev/null
