A pod that is not ready can always be evicted, so a broken Droveway never stops the drain of a node.

  $ . "$E2E/scenario.sh"
  $ objects base | jq -c 'select(.kind == "PodDisruptionBudget")' | kubectl apply -f -
  poddisruptionbudget.policy/droveway created

Two pods of the Deployment, one of which is not ready. The budget is as its controller would report it.

  $ pod() { objects base | jq --arg name "$1" 'select(.kind == "Deployment").spec.template | {apiVersion: "v1", kind: "Pod", metadata: (.metadata + {name: $name, namespace: "droveway"}), spec}' | kubectl create -f -; }
  $ status() { kubectl -n droveway patch "$1" --subresource status --type merge -p "{\"status\": $2}"; }
  $ pod ready; pod broken
  pod/ready created
  pod/broken created
  $ status pod/ready '{"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}'
  pod/ready patched
  $ status pod/broken '{"phase": "Running", "conditions": [{"type": "Ready", "status": "False"}]}'
  pod/broken patched
  $ status pdb/droveway '{"observedGeneration": 1, "disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 1, "expectedPods": 2}'
  poddisruptionbudget.policy/droveway patched
  $ evict() { printf '{"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "%s", "namespace": "droveway"}}' "$1" | kubectl create --raw "/api/v1/namespaces/droveway/pods/$1/eviction" -f - 2>&1 | sed 's/.*"status":"Success".*/evicted/'; }
  $ evict ready
  Error from server (TooManyRequests): Cannot evict pod as it would violate the pod's disruption budget.
  $ evict broken
  evicted

Without this setting, both would stay.

  $ kubectl -n droveway delete pod broken --force --grace-period 0 >/dev/null 2>&1; pod broken
  pod/broken created
  $ status pod/broken '{"phase": "Running", "conditions": [{"type": "Ready", "status": "False"}]}'
  pod/broken patched
  $ kubectl -n droveway patch pdb droveway --type merge -p '{"spec": {"unhealthyPodEvictionPolicy": "IfHealthyBudget"}}'
  poddisruptionbudget.policy/droveway patched
  $ status pdb/droveway '{"observedGeneration": 2}'
  poddisruptionbudget.policy/droveway patched
  $ evict broken
  Error from server (TooManyRequests): Cannot evict pod as it would violate the pod's disruption budget.
  $ kubectl -n droveway delete pod,pdb --all --force --grace-period 0 >/dev/null 2>&1
