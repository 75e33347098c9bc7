The audit finds what was created while the webhook was away; a snapshot gives the same result.
Needs Kubernetes 1.33: there is no ServiceCIDR v1 before.

  $ . "$E2E/scenario.sh"
  $ kubectl get validatingwebhookconfiguration droveway -o json | jq 'del(.metadata.resourceVersion, .metadata.uid)' > webhooks.json
  $ kubectl delete validatingwebhookconfiguration droveway
  validatingwebhookconfiguration.admissionregistration.k8s.io "droveway" deleted
  $ nad migration 10.200.5.0/24 eth9 > bad.yaml
  $ until_true 20 kubectl create -f bad.yaml
  $ until_true 20 eval 'hco migration | kubectl create -f -'
  $ kubectl create -f - <<END
  > apiVersion: kubevirt.io/v1
  > kind: VirtualMachineInstance
  > metadata: {name: vm, namespace: tenant}
  > spec: {domain: {devices: {}}}
  > status: {migrationState: {completed: true, targetNodeAddress: 10.128.1.7}}
  > END
  virtualmachineinstance.kubevirt.io/vm created
  $ "$DROVEWAY" audit --kubeconfig "$E2E_WORK/droveway.kubeconfig"
  NetworkAttachmentDefinition openshift-cnv/migration
    error: spec.config.master: Not found: "eth9": no such NIC on 3 of 3 nodes: worker-1, worker-2 and worker-3 [master-missing]
      fix: did you mean "eth1"? NICs present on all nodes: bond2 and eth1
  
  HyperConverged openshift-cnv/kubevirt-hyperconverged
    error: spec.virtualization.liveMigrationConfig.network: Invalid value: "migration": NAD openshift-cnv/migration violates master-missing: spec.config.master: Not found: "eth9": no such NIC on 3 of 3 nodes: worker-1, worker-2 and worker-3 [network-unfit]
      fix: fix that NAD first
  
  VirtualMachineInstance tenant/vm
    warning: status.migrationState.targetNodeAddress: the last migration did not use the migration network: its target, 10.128.1.7, is outside the pools of NAD openshift-cnv/migration [migration-bypassed]
      fix: check that the target node's virt-handler pod has migration0, unless the VM migrated before the network was set
  
  3 objects audited, 2 in violation: 2 errors, 1 warning
  [1]
  $ "$DROVEWAY" snapshot state --kubeconfig "$E2E_WORK/droveway.kubeconfig"
  droveway: no objects of these kinds, or not installed: KubeVirt, VirtualMachineInstanceMigration, MigrationPolicy
  state/networkattachmentdefinitions.json: 1 object
  state/hyperconvergeds.json: 1 object
  state/nodes.json: 3 objects
  state/nodenetworkstates.json: 3 objects
  state/networks.json: 1 object
  state/networks.operator.openshift.io.json: 1 object
  state/servicecidrs.json: 1 object
  state/ipaddresspools.json: 1 object
  state/configmaps.json: 1 object
  state/virtualmachineinstances.json: 1 object
  $ "$DROVEWAY" audit --state state > snapshot.txt; "$DROVEWAY" audit --kubeconfig "$E2E_WORK/droveway.kubeconfig" | diff - snapshot.txt
  $ grep -c 'not for a snapshot' -r state
  state/networks.operator.openshift.io.json:0
  state/hyperconvergeds.json:0
  state/servicecidrs.json:0
  state/networkattachmentdefinitions.json:0
  state/networks.json:0
  state/configmaps.json:0
  state/nodenetworkstates.json:0
  state/ipaddresspools.json:0
  state/virtualmachineinstances.json:0
  state/nodes.json:0
  [1]
  $ kubectl create -f webhooks.json
  validatingwebhookconfiguration.admissionregistration.k8s.io/droveway created
  $ until_true 20 refused
