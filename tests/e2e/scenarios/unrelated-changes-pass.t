Unrelated annotations and labels can be set on a NAD that already has mistakes.
Needs Kubernetes 1.30: enforce-pre-1.30 sends every update to the webhook, so an old mistake also warns when a label changes.

  $ . "$E2E/scenario.sh"
  $ webhooks=$(kubectl get validatingwebhookconfiguration droveway -o json | jq 'del(.metadata.resourceVersion, .metadata.uid)')
  $ kubectl delete validatingwebhookconfiguration droveway
  validatingwebhookconfiguration.admissionregistration.k8s.io "droveway" deleted
  $ nad migration 10.128.5.0/24 > bad.yaml
  $ until_true 20 kubectl create -f bad.yaml
  $ until_seen $nads 1
  $ kubectl create -f - <<< "$webhooks"
  validatingwebhookconfiguration.admissionregistration.k8s.io/droveway created
  $ until_true 20 refused
  $ kubectl -n openshift-cnv annotate net-attach-def migration team=storage
  networkattachmentdefinition.k8s.cni.cncf.io/migration annotated
  $ kubectl -n openshift-cnv label net-attach-def migration team=storage
  networkattachmentdefinition.k8s.cni.cncf.io/migration labeled
  $ kubectl -n openshift-cnv label net-attach-def migration droveway.io/migration-network=true
  Warning: spec.config.ipam.range: overlaps the pod network 10.128.0.0/14 (Network cluster) [overlap-cluster-network]
  networkattachmentdefinition.k8s.cni.cncf.io/migration labeled
  $ nad migration 10.128.6.0/24 | kubectl apply -f - 2>&1 | grep -v last-applied
  The NetworkAttachmentDefinition "migration" is invalid: spec.config.ipam.range: Invalid value: "10.128.6.0/24": overlaps the pod network 10.128.0.0/14 (Network cluster); choose a range outside it [overlap-cluster-network]
