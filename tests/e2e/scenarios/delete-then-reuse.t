The addresses of a deleted network are free immediately.

  $ . "$E2E/scenario.sh"
  $ nad migration-a 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration-a created
  $ kubectl -n openshift-cnv delete net-attach-def migration-a && nad migration-b 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io "migration-a" deleted from openshift-cnv namespace
  networkattachmentdefinition.k8s.cni.cncf.io/migration-b created
