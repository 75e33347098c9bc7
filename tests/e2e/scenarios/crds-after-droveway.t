Droveway is installed before the CRD of HyperConverged.

  $ . "$E2E/scenario.sh"
  $ kubectl delete crd hyperconvergeds.hco.kubevirt.io
  customresourcedefinition.apiextensions.k8s.io "hyperconvergeds.hco.kubevirt.io" deleted
  $ stop droveway
  $ start_droveway
  $ webhook '/readyz?verbose' | grep hyperconverged
  [+]hyperconvergeds.hco.kubevirt.io: not installed, 0 objects, last heard from 0 s ago
  $ kubectl apply -f "$E2E/crds/hyperconverged.yaml"
  customresourcedefinition.apiextensions.k8s.io/hyperconvergeds.hco.kubevirt.io created
  $ kubectl wait --for condition=Established crd hyperconvergeds.hco.kubevirt.io
  customresourcedefinition.apiextensions.k8s.io/hyperconvergeds.hco.kubevirt.io condition met
  $ watched() { webhook '/readyz?verbose' | grep -q 'hyperconvergeds.*watching'; }
  $ until_true 30 watched
  $ nad migration 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration created
  $ until_true 20 eval 'hco migration | kubectl apply -f -'
  $ kubectl -n openshift-cnv delete net-attach-def migration
  The NetworkAttachmentDefinition "migration" is invalid: metadata.name: Forbidden: HyperConverged openshift-cnv/kubevirt-hyperconverged uses this NAD as its migration network; remove it from that HyperConverged first [network-in-use]
  [1]
