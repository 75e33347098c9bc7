The NIC with the node's own address as master gives a warning.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.200.5.0/24 eth0 | kubectl apply -f -
  Warning: spec.config.master: eth0 carries the node's own traffic on worker-1, worker-2 and worker-3 [master-primary]
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
