While the watch is down, etcd compacts the version that it would resume from: the webhook lists again.

  $ . "$E2E/scenario.sh"
  $ nad migration-a 10.200.5.0/24 | kubectl apply -f -
  networkattachmentdefinition.k8s.cni.cncf.io/migration-a created
  $ until_seen $nads 1
  $ lists() { metrics | sed -n 's/^droveway_lists_total{resource="network-attachment-definitions.*} //p'; }
  $ before=$(lists)
  $ kill -STOP $(pid_of droveway)
  $ stop apiserver KILL
  $ start_apiserver
  $ kubectl create ns compacted-1 && kubectl delete ns compacted-1 --wait=false
  namespace/compacted-1 created
  namespace "compacted-1" deleted
  $ export ETCDCTL_API=3
  $ revision=$(etcdctl --endpoints "http://127.0.0.1:$ETCD_PORT" endpoint status -w json | jq '.[0].Status.header.revision')
  $ etcdctl --endpoints "http://127.0.0.1:$ETCD_PORT" compact "$revision" > /dev/null
  $ stop apiserver KILL
  $ start_apiserver
  $ kill -CONT $(pid_of droveway)
  $ listed_again() { [ "$(lists)" -gt "$before" ]; }
  $ until_true 60 listed_again
  $ until_seen $nads 1
  $ nad migration-b 10.200.5.0/25 | kubectl apply -f - 2>&1 | grep -o 'overlap-network'
  overlap-network
