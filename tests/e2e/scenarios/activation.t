The webhooks count only while Droveway's service account may `serve` the `reviews`: a match condition asks the API server.

  $ . "$E2E/scenario.sh"
  $ nad migration-a 10.200.5.0/24 >good.yaml; nad migration-b 10.200.5.0/24 >overlapping.yaml
  $ kubectl create -f good.yaml
  networkattachmentdefinition.k8s.cni.cncf.io/migration-a created
  $ allowed() { kubectl create --dry-run=server -f overlapping.yaml; }
  $ denied() { ! allowed; }

Without the subject in the RoleBinding nothing is denied, although the server runs.

  $ deactivate
  rolebinding.rbac.authorization.k8s.io/droveway-active patched
  $ until_true 10 allowed

Applying the manifests again, client-side or server-side, keeps the subject as it is.

  $ activate
  rolebinding.rbac.authorization.k8s.io/droveway-active patched
  $ until_true 10 denied
  $ binding() { objects base | jq -c 'select(.metadata.name == "droveway-active" and .kind == "RoleBinding")'; }
  $ binding | kubectl apply -f -
  rolebinding.rbac.authorization.k8s.io/droveway-active unchanged
  $ binding | kubectl apply --server-side --force-conflicts -f -
  rolebinding.rbac.authorization.k8s.io/droveway-active serverside-applied
  $ sleep 1; denied >/dev/null 2>&1 && echo 'still denied'
  still denied

The service account may add and remove its subject itself, because it may `bind` the Role. It may change no other RoleBinding,
bind no other Role, and not serve anything else.

  $ itself() { kubectl --kubeconfig "$E2E_WORK/droveway.kubeconfig" -n droveway "$@"; }
  $ changed() { itself get "$1" -o json | jq "$2" | itself replace -f -; }
  $ subject='[{kind: "ServiceAccount", name: "droveway", namespace: "droveway"}]'
  $ changed rolebinding/droveway-active 'del(.subjects)'
  rolebinding.rbac.authorization.k8s.io/droveway-active replaced
  $ until_true 10 allowed
  $ changed rolebinding/droveway-active ".subjects = $subject"
  rolebinding.rbac.authorization.k8s.io/droveway-active replaced
  $ until_true 10 denied
  $ kubectl -n droveway get rolebinding droveway-activation -o json | itself replace -f -
  Error from server (Forbidden): error when replacing "STDIN": rolebindings.rbac.authorization.k8s.io "droveway-activation" is forbidden: User "system:serviceaccount:droveway:droveway" cannot update resource "rolebindings" in API group "rbac.authorization.k8s.io" in the namespace "droveway"
  [1]
  $ itself create rolebinding mine --role droveway-active --serviceaccount droveway:droveway
  error: failed to create rolebinding: rolebindings.rbac.authorization.k8s.io is forbidden: User "system:serviceaccount:droveway:droveway" cannot create resource "rolebindings" in API group "rbac.authorization.k8s.io" in the namespace "droveway"
  [1]
  $ kubectl -n droveway get role droveway-active -o json | itself replace -f -
  Error from server (Forbidden): error when replacing "STDIN": roles.rbac.authorization.k8s.io "droveway-active" is forbidden: User "system:serviceaccount:droveway:droveway" cannot update resource "roles" in API group "rbac.authorization.k8s.io" in the namespace "droveway"
  [1]

Without `bind`, RBAC rejects it: nobody can give a permission that they don't have.

  $ kubectl -n droveway patch role droveway-activation --type json -p '[{"op": "remove", "path": "/rules/1"}]'
  role.rbac.authorization.k8s.io/droveway-activation patched
  $ deactivate >/dev/null; until_true 10 allowed
  $ changed rolebinding/droveway-active ".subjects = $subject"
  Error from server (Forbidden): error when replacing "STDIN": rolebindings.rbac.authorization.k8s.io "droveway-active" is forbidden: user "system:serviceaccount:droveway:droveway" (groups=["system:serviceaccounts" "system:serviceaccounts:droveway" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:
  {APIGroups:["droveway.io"], Resources:["reviews"], Verbs:["serve"]}
  [1]
  $ install_rbac >/dev/null; activate >/dev/null; until_true 10 denied

Each of these, deleted alone, switches the webhooks off; applied again, and with its subject, on.

  $ for object in role/droveway-active rolebinding/droveway-active; do
  >   kubectl -n droveway delete "$object"; until_true 10 allowed
  >   install_rbac >/dev/null; activate >/dev/null; until_true 10 denied
  > done
  role.rbac.authorization.k8s.io "droveway-active" deleted from droveway namespace
  rolebinding.rbac.authorization.k8s.io "droveway-active" deleted from droveway namespace
