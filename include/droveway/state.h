/* The two inputs of every decision: a policy, which sets how strict the rules are, and a state, which is what is known
 * about the cluster. */
#ifndef DROVEWAY_STATE_H
#define DROVEWAY_STATE_H

#include <droveway/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A policy: namespaces, name patterns, actions of rules. docs/policy.md describes the file. */
typedef struct droveway_policy droveway_policy;

/* droveway_policy_default: returns the policy that is used without a policy file. The caller frees it with
 * droveway_policy_free(). Never fails. Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_policy *droveway_policy_default(void);

/* droveway_policy_read_file: reads a policy file.
 *
 * PATH   the file, YAML or JSON
 * ERROR  receives the reason for a failure; may be NULL
 *
 * Returns the policy, which the caller frees with droveway_policy_free(). Returns NULL if the file can't be read
 * (DROVEWAY_ERROR_IO), is not valid YAML (DROVEWAY_ERROR_SYNTAX, DROVEWAY_ERROR_DUPLICATE), or contains an unknown key
 * or rule or an invalid value (DROVEWAY_ERROR_INVALID), and if PATH is NULL (DROVEWAY_ERROR_ARGUMENT). Thread-safe.
 * Since 0.1.0. */
DROVEWAY_API droveway_policy *droveway_policy_read_file(const char *path, droveway_error *error);

/* droveway_policy_read: reads a policy from memory. ERROR and the result are those of droveway_policy_read_file().
 *
 * NAME  the name of the input in errors; NULL for "policy"
 * TEXT  LENGTH bytes, without a NUL at the end; not used after the call
 *
 * Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_policy *droveway_policy_read(const char *name, const char *text, size_t length,
                                                   droveway_error *error);

/* droveway_policy_free: frees POLICY. States that were read with it stay valid. NULL is allowed. Since 0.1.0. */
DROVEWAY_API void droveway_policy_free(droveway_policy *policy);

/* What is known of a cluster, together with a policy. */
typedef struct droveway_state droveway_state;

/* droveway_state_unknown: returns a state in which nothing is known about the cluster. Rules that need facts about it
 * report that they could not be checked; all others work. The caller frees the state with droveway_state_free().
 *
 * POLICY  NULL for the default policy; may be freed after the call
 *
 * Never fails. Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_state *droveway_state_unknown(const droveway_policy *policy);

/* droveway_state_read_folder: reads a state folder, such as `droveway snapshot DIR` writes.
 *
 * The folder contains Kubernetes objects as `kubectl get -o yaml` prints them, in any number of .yaml, .yml and .json
 * files at any depth. It counts as the whole cluster: an object that is not in it does not exist. But if it contains
 * no Nodes, or no NodeNetworkStates, nothing is known of those. Later changes of the folder do not affect the state.
 *
 * FOLDER  the folder, or a single file
 * POLICY  NULL for the default policy; may be freed after the call
 * ERROR   receives the reason for a failure; may be NULL
 *
 * Returns the state, which the caller frees with droveway_state_free(). Returns NULL if a file can't be read
 * (DROVEWAY_ERROR_IO) or does not contain Kubernetes objects (DROVEWAY_ERROR_SYNTAX, DROVEWAY_ERROR_DUPLICATE,
 * DROVEWAY_ERROR_DEPTH, DROVEWAY_ERROR_INVALID, with file, line and column), and if FOLDER is NULL
 * (DROVEWAY_ERROR_ARGUMENT). Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_state *droveway_state_read_folder(const char *folder, const droveway_policy *policy,
                                                        droveway_error *error);

/* droveway_state_read: reads a state from memory: the content of one file of a state folder, such as a `kind: List`.
 * POLICY, ERROR and the result are those of droveway_state_read_folder().
 *
 * NAME  the name of the input in errors; NULL for "state"
 * TEXT  LENGTH bytes of YAML or JSON, without a NUL at the end; not used after the call. An empty text, or one with
 *       nothing but comments, is a cluster without objects
 *
 * Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_state *droveway_state_read(const char *name, const char *text, size_t length,
                                                 const droveway_policy *policy, droveway_error *error);

/* droveway_state_free: frees STATE. Findings and verdicts stay valid. NULL is allowed. Since 0.1.0. */
DROVEWAY_API void droveway_state_free(droveway_state *state);

/* droveway_state_namespace: returns the namespace where KubeVirt runs: the one in the policy, or else that of the
 * HyperConverged or KubeVirt object in the state, or else "openshift-cnv". Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_state_namespace(const droveway_state *state);

/* droveway_state_objects: returns how many objects that the rules use were read. Thread-safe. Since 0.1.0. */
DROVEWAY_API size_t droveway_state_objects(const droveway_state *state);

#ifdef __cplusplus
}
#endif

#endif
