/* The two inputs of every decision: a policy, which says how strict the rules are, and a state, which is what is known
 * of the cluster. */
#ifndef DROVEWAY_STATE_H
#define DROVEWAY_STATE_H

#include <droveway/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A policy: namespaces, name patterns, actions of rules. docs/policy.md describes the file. */
typedef struct droveway_policy droveway_policy;

/* droveway_policy_default: the policy that is used where there is no policy file.
 * Returns a handle that the caller frees with droveway_policy_free(). Never fails. Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_policy *droveway_policy_default(void);

/* droveway_policy_read_file: reads a policy file.
 * PATH   the file, YAML or JSON
 * ERROR  receives the reason of a failure; may be NULL
 * Returns a handle that the caller frees with droveway_policy_free(), or NULL: DROVEWAY_ERROR_IO where the file could
 * not be read, DROVEWAY_ERROR_SYNTAX or DROVEWAY_ERROR_DUPLICATE where it is not valid YAML, DROVEWAY_ERROR_INVALID
 * where a key, rule or value is not valid, DROVEWAY_ERROR_ARGUMENT where PATH is NULL. Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_policy *droveway_policy_read_file(const char *path, droveway_error *error);

/* droveway_policy_read: reads a policy from memory.
 * NAME    what errors call the input; NULL for "policy"
 * TEXT    LENGTH bytes, which need no NUL at their end and are not used after the call
 * ERROR   as for droveway_policy_read_file(), which also describes the result. Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_policy *droveway_policy_read(const char *name, const char *text, size_t length,
                                                   droveway_error *error);

/* droveway_policy_free: frees POLICY. States that were read with it keep what they need. NULL is allowed.
 * Since 0.1.0. */
DROVEWAY_API void droveway_policy_free(droveway_policy *policy);

/* A policy, and what is known of the cluster under it. */
typedef struct droveway_state droveway_state;

/* droveway_state_unknown: a state without any knowledge of a cluster. Rules that need facts report that they could not
 * be checked; all others work. POLICY  may be NULL, which stands for the default policy; it may be freed after the call
 * Returns a handle that the caller frees with droveway_state_free(). Never fails. Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_state *droveway_state_unknown(const droveway_policy *policy);

/* droveway_state_read_folder: reads a state folder: Kubernetes objects as `kubectl get -o yaml` prints them, in any
 * number of .yaml, .yml and .json files at any depth. `droveway snapshot DIR` writes one. The folder counts as the
 * whole cluster: an object that is not in it does not exist. A folder without Nodes or NodeNetworkStates gives no
 * knowledge of those. FOLDER  the folder, or a single file POLICY  as for droveway_state_unknown() ERROR   receives the
 * reason of a failure; may be NULL Returns a handle that the caller frees with droveway_state_free(), or NULL:
 * DROVEWAY_ERROR_IO where something could not be read, DROVEWAY_ERROR_SYNTAX, DROVEWAY_ERROR_DUPLICATE,
 * DROVEWAY_ERROR_DEPTH or DROVEWAY_ERROR_INVALID where a file does not hold Kubernetes objects, with its name and
 * place, DROVEWAY_ERROR_ARGUMENT where FOLDER is NULL. The state does not follow later changes of the folder.
 * Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_state *droveway_state_read_folder(const char *folder, const droveway_policy *policy,
                                                        droveway_error *error);

/* droveway_state_read: the same from memory: what a file of a state folder would hold, such as a `kind: List`.
 * NAME    what errors call the input; NULL for "state"
 * TEXT    LENGTH bytes of YAML or JSON, which need no NUL at their end and are not used after the call. No bytes, or
 *         comments alone, are a cluster without objects
 * POLICY, ERROR and the result as for droveway_state_read_folder(). Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_state *droveway_state_read(const char *name, const char *text, size_t length,
                                                 const droveway_policy *policy, droveway_error *error);

/* droveway_state_free: frees STATE. Findings and verdicts that were made with it stay valid. NULL is allowed.
 * Since 0.1.0. */
DROVEWAY_API void droveway_state_free(droveway_state *state);

/* droveway_state_namespace: the namespace where KubeVirt runs: the policy's, else that of the HyperConverged or
 * KubeVirt object in the state, else "openshift-cnv". The string belongs to STATE. Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_state_namespace(const droveway_state *state);

/* droveway_state_objects: how many objects that matter to the rules were read. Thread-safe. Since 0.1.0. */
DROVEWAY_API size_t droveway_state_objects(const droveway_state *state);

#ifdef __cplusplus
}
#endif

#endif
