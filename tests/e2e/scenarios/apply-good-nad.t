A valid migration network is applied; a second apply changes nothing.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.200.5.0/24 > nad.yaml
  $ kubectl apply -f nad.yaml
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ kubectl apply -f nad.yaml
  networkattachmentdefinition.k8s.cni.cncf.io/migration unchanged
