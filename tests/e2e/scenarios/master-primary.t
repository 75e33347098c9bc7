The NIC of the node's own address is a warning; one that is a port of it carries no macvlan at all.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.200.5.0/24 br-ex | kubectl apply -f -
  Warning: spec.config.master: br-ex carries the node's own traffic on worker-1, worker-2 and worker-3 [master-primary]
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
