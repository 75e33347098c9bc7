The API server is killed and restarted: the webhook stays ready with the last known state, then catches up.

  $ . "$E2E/scenario.sh"
  $ nad migration-a 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration-a created
  $ until_seen $nads 1
  $ stop apiserver KILL
  $ out_of_reach() { webhook '/readyz?verbose' | grep -q 'network-attach.*using the last known state'; }
  $ until_true 20 out_of_reach
  $ webhook /readyz
  ok
  $ start_apiserver
  $ nad migration-b 10.200.5.0/25 | kubectl apply -f -
  The NetworkAttachmentDefinition "migration-b" is invalid: spec.config.ipam.range: Invalid value: "10.200.5.0/25": overlaps 10.200.5.0/24 of migration network openshift-cnv/migration-a (shared: 10.200.5.1-10.200.5.126); choose a range outside it [overlap-network]
  [1]
  $ nad migration-b 10.200.6.0/25 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration-b created
  $ watching() { webhook '/readyz?verbose' | grep -q 'network-attach.*watching, 2 objects'; }
  $ until_true 30 watching
