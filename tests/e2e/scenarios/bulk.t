2,000 networks in one command are accepted as fast as kubectl sends them, and are taken into account.

  $ . "$E2E/scenario.sh"
  $ for i in $(seq 0 1999); do nad net$i 10.$((100 + i / 250)).$((i % 250)).0/24 eth1 tenant; echo ---; done > bulk.yaml
  $ kubectl apply --server-side -f bulk.yaml | sed 's/net[0-9]* /net* /' | sort | uniq -c | sed 's/^ *//'
  2000 networkattachmentdefinition.k8s.cni.cncf.io/net* serverside-applied
  $ until_seen $nads 2000
  $ nad migration 10.103.7.0/25 | kubectl apply -f -
  The NetworkAttachmentDefinition "migration" is invalid: spec.config.ipam.range: Invalid value: "10.103.7.0/25": overlaps 10.103.7.0/24 of NAD tenant/net757 (shared: 10.103.7.1-10.103.7.126); choose a range outside it [overlap-network]
  [1]
  $ kubectl delete --raw /apis/k8s.cni.cncf.io/v1/namespaces/tenant/network-attachment-definitions > /dev/null
  $ until_seen $nads 0
