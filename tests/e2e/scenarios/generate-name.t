A NAD with generateName is checked.

  $ . "$E2E/scenario.sh"
  $ nad migration 10.128.5.0/24 | sed 's/^  name: .*/  generateName: migration-/' | kubectl create -f - 2>&1 | sed 's/migration-[a-z0-9]*"/migration-*"/'
  The NetworkAttachmentDefinition "migration-*" is invalid: spec.config.ipam.range: Invalid value: "10.128.5.0/24": overlaps the pod network 10.128.0.0/14 (Network cluster); choose a range outside it [overlap-cluster-network]
  $ nad migration 10.200.5.0/24 | sed 's/^  name: .*/  generateName: migration-/' | kubectl create -f - | sed 's/migration-[a-z0-9]* /migration-* /'
  networkattachmentdefinition.k8s.cni.cncf.io/migration-* created
