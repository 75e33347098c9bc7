Changing the network restarts every virt-handler, and running migrations are reported.

  $ . "$E2E/scenario.sh"
  $ nad migration-a 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration-a created
  $ nad migration-b 10.200.6.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration-b created
  $ hco migration-a | kubectl apply -f -
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged created
  $ kubectl create -f - <<END
  > apiVersion: kubevirt.io/v1
  > kind: VirtualMachineInstanceMigration
  > metadata: {name: running, namespace: tenant}
  > spec: {vmiName: vm}
  > status: {phase: Running}
  > END
  virtualmachineinstancemigration.kubevirt.io/running created
  $ until_seen virtualmachineinstancemigrations.kubevirt.io 1
  $ hco migration-b | kubectl apply -f -
  Warning: spec.virtualization.liveMigrationConfig.network: this change restarts the virt-handler pods: first one and, once it is running, 10 % of them at a time [network-change]
  Warning: spec.virtualization.liveMigrationConfig.network: 1 live migration is in progress [migrations-running]
  hyperconverged.hco.kubevirt.io/kubevirt-hyperconverged configured
