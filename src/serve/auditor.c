#include "serve/auditor.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "events/events.h"
#include "policyreport/policy_writer.h"
#include "rules/audit.h"
#include "serve/service.h"

enum {
  MOST_LOGGED = 100,   /* findings of one audit with a log line */
  MOST_REPORTED = 100, /* objects of one audit with an Event */
  READY_POLL_MS = 200, /* until the view is complete */
  RULES_MAX = 128
};

struct tally {
  const struct dw_rule *rule;
  size_t denials, warnings, excepted;
};

/* The findings of an audit, as they are logged. */
enum { MEMBERS = 7 };
static const char *const keys[MEMBERS] = {"rule", "action", "kind", "namespace", "name", "field", "message"};
struct violations {
  struct dw_arena *arena;
  size_t count;
  struct {
    const char *texts[MEMBERS]; /* in the order of KEYS */
  } items[MOST_LOGGED];
};

/* One audit. */
struct run {
  struct dw_audit audit;
  struct tally tallies[RULES_MAX];
  struct violations *found;
  struct dw_policy_results *results; /* NULL: no PolicyReports */
  size_t left_out, reported;
  struct dw_auditor *auditor;
};

struct dw_auditor {
  struct dw_auditor_options options;
  struct dw_api_client *client; /* NULL without a cluster */
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  atomic_bool stopping;
  bool vmis_failed;                /* only the thread uses this, and the next */
  struct violations *last;         /* of the previous audit */
  struct tally tallies[RULES_MAX]; /* under lock, as the rest */
  size_t objects, unused;
  int64_t finished; /* seconds since 1970; 0: none yet */
};

/* --- findings --- */

static void add_finding(struct run *run, const struct dw_object *object, const struct dw_finding *finding) {
  struct violations *found = run->found;
  if (found->count == MOST_LOGGED) {
    run->left_out++;
    return;
  }
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const char *const texts[MEMBERS] = {finding->rule->id,
                                      finding->action == DW_ACTION_DENY ? "deny" : "warn",
                                      dw_kind_name(object->kind),
                                      object->namespace_,
                                      object->name,
                                      finding->field,
                                      dw_finding_message(arena, finding)};
  for (size_t i = 0; i < MEMBERS; i++)
    found->items[found->count].texts[i] = dw_arena_strdup(found->arena, texts[i]);
  found->count++;
}

/* The tally of RULE, which is added if it is new. There are fewer rules than tallies. */
static struct tally *tally_of(struct run *run, const struct dw_rule *rule) {
  struct tally *tally = run->tallies;
  while (tally->rule != NULL && tally->rule != rule)
    tally++;
  tally->rule = rule;
  return tally;
}

static void add_results(struct dw_policy_results *results, const struct dw_audited *audited) {
  const struct dw_object *object = audited->object;
  const struct dw_policy_object named = {dw_kind_name(object->kind), object->namespace_, object->name};
  const struct dw_findings *findings = &audited->judgement.findings;
  const struct dw_findings *excepted = &audited->judgement.excepted;
  for (size_t i = 0; i < findings->count; i++)
    dw_policy_add(results, &named, &findings->items[i], false);
  for (size_t i = 0; i < excepted->count; i++)
    dw_policy_add(results, &named, &excepted->items[i], true);
  if (findings->count + excepted->count == 0)
    dw_policy_add(results, &named, NULL, false);
}

static void receive(void *context, const struct dw_audited *audited) {
  struct run *run = context;
  const struct dw_findings *excepted = &audited->judgement.excepted;
  if (run->results != NULL)
    add_results(run->results, audited);
  for (size_t i = 0; i < audited->judgement.findings.count; i++) {
    const struct dw_finding *finding = &audited->judgement.findings.items[i];
    struct tally *tally = tally_of(run, finding->rule);
    *(finding->action == DW_ACTION_DENY ? &tally->denials : &tally->warnings) += 1;
    add_finding(run, audited->object, finding);
  }
  for (size_t i = 0; i < excepted->count; i++)
    tally_of(run, excepted->items[i].rule)->excepted++;
  if (run->auditor->options.events != NULL && audited->judgement.denied && run->reported++ < MOST_REPORTED)
    dw_events_audited(run->auditor->options.events, audited);
}

/* --- migrations --- */

static int receive_vmi(void *context, struct dw_arena *arena, const struct dw_resource *resource, const dw_json *json,
                       struct dw_error *err) {
  struct run *run = context;
  const struct dw_object *vmi = NULL;
  (void)arena;
  if (atomic_load(&run->auditor->stopping))
    return dw_error_set(err, DW_ERR_OTHER, "stopped");
  /* An object that can't be read is skipped. */
  if (dw_object_reduce_as(resource->kind, json, "", &vmi, NULL) == 0 && vmi != NULL)
    dw_audit_vmi(&run->audit, vmi);
  dw_object_unref(vmi);
  return 0;
}

/* Logs a failure once, until the check works again. */
static void log_vmis(struct dw_auditor *auditor, bool failed, const char *why) {
  if (failed && !auditor->vmis_failed)
    dw_log(DW_LOG_WARN, "audit: migration-bypassed could not be checked: %s", why);
  auditor->vmis_failed = failed;
}

static void audit_vmis(struct run *run) {
  struct dw_auditor *auditor = run->auditor;
  enum dw_knowledge knowledge[DW_KIND_COUNT] = {DW_UNKNOWN};
  struct dw_error err = DW_ERROR_INIT;
  struct dw_cluster_list list = {.config = auditor->options.config,
                                 .client = auditor->client,
                                 .receive = receive_vmi,
                                 .context = run,
                                 .only = DW_KIND_VMI};
  if (auditor->client == NULL)
    return;
  if (dw_cluster_list(&list, knowledge, &err) != 0)
    log_vmis(auditor, !atomic_load(&auditor->stopping), err.text);
  else
    log_vmis(auditor, knowledge[DW_KIND_VMI] == DW_UNKNOWN, "RBAC forbids listing virtualmachineinstances");
}

/* --- a run --- */

static struct violations *new_violations(void) {
  struct dw_arena *arena = dw_arena_new(0);
  struct violations *violations = dw_arena_alloc(arena, sizeof *violations);
  violations->arena = arena;
  return violations;
}

static void free_violations(struct violations *violations) {
  if (violations != NULL)
    dw_arena_free(violations->arena);
}

static bool same_violations(const struct violations *a, const struct violations *b) {
  bool same = a->count == b->count;
  for (size_t i = 0; i < a->count && same; i++)
    for (size_t m = 0; m < MEMBERS && same; m++)
      same = strcmp(a->items[i].texts[m], b->items[i].texts[m]) == 0;
  return same;
}

static void log_violations(const struct run *run) {
  for (size_t i = 0; i < run->found->count; i++) {
    struct dw_log_member members[MEMBERS];
    for (size_t m = 0; m < MEMBERS; m++)
      members[m] = dw_log_string(keys[m], run->found->items[i].texts[m]);
    dw_log_members(NULL, DW_LOG_WARN, "violation in an existing object", members, MEMBERS);
  }
  if (run->left_out > 0)
    dw_log(DW_LOG_WARN, "%zu more violations; run `droveway audit` to list them all", run->left_out);
}

static size_t count_unused(const struct dw_audit *audit) {
  const struct dw_policy *policy = audit->world->policy;
  size_t unused = 0;
  for (size_t i = 0; i < policy->exception_count; i++)
    unused += dw_audit_is_unused(audit, &policy->exceptions[i]);
  return unused;
}

/* Logs the findings unless they are the same as in the previous audit. */
static void report(struct dw_auditor *auditor, struct run *run) {
  const struct dw_audit_result *result = &run->audit.result;
  if (auditor->last == NULL || !same_violations(auditor->last, run->found))
    log_violations(run);
  dw_log_with(
      DW_LOG_INFO, "audit", dw_log_integer("objects", (int64_t)result->objects),
      dw_log_integer("violating", (int64_t)result->violating), dw_log_integer("denials", (int64_t)result->denials),
      dw_log_integer("warnings", (int64_t)result->warnings), dw_log_integer("excepted", (int64_t)result->excepted));
  free_violations(auditor->last);
  auditor->last = run->found;
  run->found = NULL;
  if (run->results != NULL)
    dw_policy_writer_submit(auditor->options.reports, run->results);
  run->results = NULL;
  pthread_mutex_lock(&auditor->lock);
  memcpy(auditor->tallies, run->tallies, sizeof auditor->tallies);
  auditor->objects = result->objects;
  auditor->unused = count_unused(&run->audit);
  auditor->finished = time(NULL);
  pthread_mutex_unlock(&auditor->lock);
}

static void audit(struct dw_auditor *auditor) {
  struct dw_world *world = dw_worlds_get(auditor->options.worlds);
  struct run run = {.auditor = auditor, .found = new_violations()};
  bool *used = dw_arena_array(run.found->arena, world->policy->exception_count, sizeof *used);
  if (auditor->options.reports != NULL)
    run.results = dw_policy_results_new();
  run.audit = (struct dw_audit){
      .world = world, .notify = receive, .context = &run, .notify_all = run.results != NULL, .used = used};
  dw_audit_run(&run.audit);
  audit_vmis(&run);
  if (!atomic_load(&auditor->stopping))
    report(auditor, &run);
  free_violations(run.found);
  dw_policy_results_free(run.results);
  dw_world_unref(world);
  dw_memory_release(); /* otherwise the process would keep what the audit and replaced views used */
}

/* --- the thread --- */

static void *run_audits(void *context) {
  struct dw_auditor *auditor = context;
  while (!atomic_load(&auditor->stopping)) {
    bool ready = dw_worlds_ready(auditor->options.worlds);
    if (ready)
      audit(auditor);
    dw_sleep_unless_stopping(ready ? auditor->options.interval_ms : READY_POLL_MS, &auditor->lock, &auditor->wake,
                             &auditor->stopping);
  }
  return NULL;
}

static void destroy(struct dw_auditor *auditor) {
  dw_api_client_free(auditor->client);
  pthread_cond_destroy(&auditor->wake);
  pthread_mutex_destroy(&auditor->lock);
  free_violations(auditor->last);
  free(auditor);
}

struct dw_auditor *dw_auditor_start(const struct dw_auditor_options *options, struct dw_error *err) {
  struct dw_auditor *auditor = calloc(1, sizeof *auditor);
  if (auditor == NULL)
    abort();
  pthread_mutex_init(&auditor->lock, NULL);
  dw_condition_init(&auditor->wake);
  auditor->options = *options;
  if (options->config != NULL)
    auditor->client = dw_api_client_new(options->config, err);
  if (options->config == NULL || auditor->client != NULL) {
    if (pthread_create(&auditor->thread, NULL, run_audits, auditor) == 0)
      return auditor;
    dw_error_set(err, DW_ERR_OTHER, "can't start a thread");
  }
  destroy(auditor);
  return NULL;
}

void dw_auditor_stop(struct dw_auditor *auditor) {
  if (auditor == NULL)
    return;
  pthread_mutex_lock(&auditor->lock);
  atomic_store(&auditor->stopping, true);
  pthread_cond_signal(&auditor->wake);
  pthread_mutex_unlock(&auditor->lock);
  if (auditor->client != NULL)
    dw_api_client_interrupt(auditor->client);
  pthread_join(auditor->thread, NULL);
  destroy(auditor);
}

/* --- metrics --- */

static void add_tally(struct dw_buf *out, const struct tally *tally) {
  if (tally->denials > 0)
    dw_buf_printf(out, "droveway_audit_violations{rule=\"%s\",action=\"deny\"} %zu\n", tally->rule->id, tally->denials);
  if (tally->warnings > 0)
    dw_buf_printf(out, "droveway_audit_violations{rule=\"%s\",action=\"warn\"} %zu\n", tally->rule->id,
                  tally->warnings);
}

static void add_exceptions(struct dw_buf *out, const struct dw_auditor *auditor) {
  dw_buf_puts(out, "# HELP droveway_audit_excepted Findings in existing objects that do not count because of an "
                   "exception of the policy, from the last audit.\n"
                   "# TYPE droveway_audit_excepted gauge\n");
  for (size_t i = 0; i < RULES_MAX && auditor->tallies[i].rule != NULL; i++)
    if (auditor->tallies[i].excepted > 0)
      dw_buf_printf(out, "droveway_audit_excepted{rule=\"%s\"} %zu\n", auditor->tallies[i].rule->id,
                    auditor->tallies[i].excepted);
  dw_buf_printf(out,
                "# HELP droveway_audit_unused_exceptions Exceptions of the policy that no finding of the last audit "
                "needs.\n"
                "# TYPE droveway_audit_unused_exceptions gauge\ndroveway_audit_unused_exceptions %zu\n",
                auditor->unused);
}

void dw_auditor_metrics(struct dw_auditor *auditor, struct dw_buf *out) {
  pthread_mutex_lock(&auditor->lock);
  dw_buf_puts(out, "# HELP droveway_audit_violations Findings in existing objects, from the last audit.\n"
                   "# TYPE droveway_audit_violations gauge\n");
  for (size_t i = 0; i < RULES_MAX && auditor->tallies[i].rule != NULL; i++)
    add_tally(out, &auditor->tallies[i]);
  add_exceptions(out, auditor);
  dw_buf_printf(out,
                "# HELP droveway_audit_objects Objects that the last audit checked.\n"
                "# TYPE droveway_audit_objects gauge\ndroveway_audit_objects %zu\n"
                "# HELP droveway_audit_last_run_timestamp_seconds When the last audit finished; 0 before the first.\n"
                "# TYPE droveway_audit_last_run_timestamp_seconds gauge\n"
                "droveway_audit_last_run_timestamp_seconds %lld\n",
                auditor->objects, (long long)auditor->finished);
  pthread_mutex_unlock(&auditor->lock);
  if (auditor->options.reports != NULL)
    dw_policy_writer_metrics(auditor->options.reports, out);
}
