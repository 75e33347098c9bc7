#include "policyreport/policy_writer.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/setting.h"
#include "json/json.h"

enum {
  CALL_MS = 10000,
  RETRY_MS = 1000,
  MOST_RETRY_MS = 60000,
  PAGE = 8,
  REPORT_BYTES = 1 << 20,
  MOST_PAGE_BYTES = 64 << 20,
  MOST_STALE = 4096,      /* reports that one pass removes; the next one removes more */
  LOG_AGAIN_MS = 3600000, /* a problem that lasts, or comes and goes, is logged once in this time */
  GONE = -1               /* instead of an HTTP status: the namespace is being deleted */
};

#define FIELD_MANAGER "fieldManager=droveway&force=true"
#define SELECTOR "labelSelector=app.kubernetes.io%2Fmanaged-by%3Ddroveway"

/* Why a pass can fail, from the least to the most important. */
enum failure { NONE, CONFLICT, REFUSED, UNREACHABLE, ABSENT, FORBIDDEN, FAILURES };

struct dw_policy_writer {
  struct dw_policy_writer_options options;
  struct dw_api_client *client;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  struct dw_policy_results *next; /* under lock; NULL: none */
  bool stopping;                  /* under lock */
  atomic_bool up;
  atomic_size_t left_out;
  atomic_uint_fast64_t written, removed, failed;
  struct dw_backoff backoff; /* only the thread uses this and what follows */
  enum failure failing;      /* of the last pass */
  int64_t logged[FAILURES];  /* when it was logged last, in monotonic milliseconds; 0: never */
};

/* --- failures --- */

static void log_failure(struct dw_policy_writer *writer, enum failure failure, const char *message) {
  static const char *const what[FAILURES] = {
      [REFUSED] = "policy reports: the API server rejected a report",
      [UNREACHABLE] = "policy reports: the API server is unreachable; the reports are written later",
      [ABSENT] = "policy reports: the CustomResourceDefinitions policyreports and clusterpolicyreports of "
                 "wgpolicyk8s.io/v1alpha2 are not installed",
      [FORBIDDEN] = "policy reports: RBAC forbids writing them; allow list, create, patch and delete of policyreports "
                    "and clusterpolicyreports, as manifests/components/policy-reports does"};
  int64_t now = dw_now_milliseconds();
  bool recently = writer->logged[failure] != 0 && now - writer->logged[failure] < LOG_AGAIN_MS;
  if (what[failure] == NULL || recently)
    return;
  writer->logged[failure] = now;
  dw_log_with(DW_LOG_WARN, what[failure], dw_log_string("answer", message));
}

/* A pass for one of the two resources. */
struct pass {
  struct dw_policy_writer *writer;
  struct dw_arena *arena;
  const char *plural;
  bool cluster; /* of objects without a namespace */
  struct dw_policy_report *reports;
  bool *current; /* for each report: it is in the cluster as it should be */
  size_t count;
  struct {
    const char *ns, *uid, *version;
  } * stale;
  size_t stale_count;
  enum failure failure; /* the most important one */
};

static bool is_stopping(struct dw_policy_writer *writer) {
  pthread_mutex_lock(&writer->lock);
  bool stopping = writer->stopping;
  pthread_mutex_unlock(&writer->lock);
  return stopping;
}

static void note_failure(struct pass *pass, enum failure failure, const char *message) {
  if (!is_stopping(pass->writer))
    log_failure(pass->writer, failure, message);
  if (failure > pass->failure)
    pass->failure = failure;
}

static enum failure failure_of(int status) {
  switch (status) {
  case 403:
    return FORBIDDEN;
  case 404:
    return ABSENT;
  case 409: /* another replica writes it at the same time */
  case 410: /* the list took too long */
    return CONFLICT;
  case 0:
  case 401:
  case 408:
  case 429:
    return UNREACHABLE;
  default:
    return status >= 500 ? UNREACHABLE : REFUSED;
  }
}

/* Whether it makes no sense to go on with other reports now. */
static bool is_general(enum failure failure) {
  return failure >= UNREACHABLE;
}

/* --- what is in the cluster --- */

/* Whether all of OURS is in THEIRS, which may have more members: those that the API server adds. */
static bool includes(const dw_json *theirs, const dw_json *ours) {
  if (dw_json_type(ours) == DW_JSON_OBJECT) {
    for (struct dw_json_member it = dw_json_first(ours); it.value != NULL; it = dw_json_next(ours, it))
      if (!includes(dw_json_get(theirs, it.key), it.value))
        return false;
    return true;
  }
  if (dw_json_type(ours) != DW_JSON_ARRAY)
    return dw_json_equal(theirs, ours);
  if (dw_json_type(theirs) != DW_JSON_ARRAY || dw_json_size(theirs) != dw_json_size(ours))
    return false;
  for (size_t i = 0; i < dw_json_size(ours); i++)
    if (!includes(dw_json_at(theirs, i), dw_json_at(ours, i)))
      return false;
  return true;
}

static bool is_current(const dw_json *item, const struct dw_policy_report *report) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  struct dw_json_writer w = DW_JSON_WRITER(&text);
  dw_policy_write(&w, report);
  const dw_json *ours = dw_json_parse(arena, dw_buf_text(&text), text.length, DW_JSON_PLAIN, NULL);
  return ours != NULL && includes(item, ours);
}

static void add_stale(struct pass *pass, const char *ns, const dw_json *metadata) {
  const char *uid = dw_json_get_string(metadata, "uid"), *version = dw_json_get_string(metadata, "resourceVersion");
  if (pass->stale_count == MOST_STALE || uid == NULL || version == NULL)
    return;
  pass->stale[pass->stale_count].ns = dw_arena_strdup(pass->arena, ns);
  pass->stale[pass->stale_count].uid = dw_arena_strdup(pass->arena, uid);
  pass->stale[pass->stale_count++].version = dw_arena_strdup(pass->arena, version);
}

static void read_item(struct pass *pass, const dw_json *item) {
  const dw_json *metadata = dw_json_get(item, "metadata");
  const char *name = dw_json_get_string(metadata, "name"), *ns = dw_json_get_string(metadata, "namespace");
  if (name == NULL || strcmp(name, DW_POLICY_NAME) != 0)
    return; /* another tool's report with our label */
  ns = ns == NULL ? "" : ns;
  for (size_t i = 0; i < pass->count; i++)
    if (strcmp(pass->reports[i].ns, ns) == 0) {
      pass->current[i] = is_current(item, &pass->reports[i]);
      return;
    }
  add_stale(pass, ns, metadata);
}

/* Reads one page and sets TOKEN, a buffer with the continue token, to that of the next one, which is empty after the
 * last. False after a failure. */
static bool read_page(struct pass *pass, struct dw_buf *token) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  DW_BUF_SCOPED struct dw_buf path = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf page = DW_BUF_INIT;
  struct dw_api_result result;
  dw_buf_printf(&path, "/apis/" DW_POLICY_GROUP "/%s?%s&limit=%u", pass->plural, SELECTOR, pass->writer->options.page);
  if (token->length > 0) {
    dw_buf_puts(&path, "&continue=");
    dw_api_escape(&path, dw_buf_text(token));
  }
  struct dw_api_request request = {.path = dw_buf_text(&path),
                                   .timeout_ms = pass->writer->options.call_ms,
                                   .receive = dw_api_collect,
                                   .context = &(struct dw_api_body){&page, MOST_PAGE_BYTES}};
  int failed = dw_api_call(pass->writer->client, &request, &result);
  dw_buf_truncate(token, 0);
  if (failed != 0) {
    note_failure(pass, failure_of(result.status), result.message);
    return false;
  }
  const dw_json *list = dw_json_parse(arena, dw_buf_text(&page), page.length, DW_JSON_PLAIN, NULL);
  const dw_json *items = dw_json_get(list, "items");
  if (list == NULL)
    note_failure(pass, UNREACHABLE, "the list of reports is not valid JSON");
  for (size_t i = 0; i < dw_json_size(items); i++)
    read_item(pass, dw_json_at(items, i));
  const char *more = dw_json_get_string(dw_json_get(list, "metadata"), "continue");
  dw_buf_puts(token, more == NULL ? "" : more);
  return list != NULL;
}

static bool read_cluster(struct pass *pass) {
  DW_BUF_SCOPED struct dw_buf token = DW_BUF_INIT;
  do {
    if (!read_page(pass, &token))
      return false;
  } while (token.length > 0);
  return true;
}

/* --- writing --- */

/* The HTTP status of a request about the report in NS. */
static int call_for(struct pass *pass, const char *ns, const char *query, struct dw_api_request *request,
                    struct dw_api_result *result) {
  DW_BUF_SCOPED struct dw_buf path = DW_BUF_INIT;
  dw_buf_puts(&path, "/apis/" DW_POLICY_GROUP "/");
  if (*ns != '\0') {
    dw_buf_puts(&path, "namespaces/");
    dw_api_escape(&path, ns);
    dw_buf_putc(&path, '/');
  }
  dw_buf_printf(&path, "%s/" DW_POLICY_NAME "%s", pass->plural, query);
  request->path = dw_buf_text(&path);
  request->timeout_ms = pass->writer->options.call_ms;
  bool done = dw_api_call(pass->writer->client, request, result) == 0;
  bool gone = result->status == 404 || (result->status == 403 && strstr(result->message, "being terminated") != NULL);
  return !done && gone ? GONE : !done && dw_api_is_success(result->status) ? 0 : result->status;
}

/* Returns false if no further request makes sense now. */
static bool note_status(struct pass *pass, int status, const char *message, atomic_uint_fast64_t *done) {
  if (status == GONE)
    return true; /* the reports of a namespace disappear with it */
  if (dw_api_is_success(status)) {
    atomic_fetch_add(done, 1);
    return true;
  }
  atomic_fetch_add(&pass->writer->failed, 1);
  note_failure(pass, failure_of(status), message);
  return !is_general(failure_of(status));
}

/* Server-side apply creates or replaces, and changes nothing if another replica has written the same. */
static bool apply(struct pass *pass, const struct dw_policy_report *report) {
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_INIT;
  struct dw_json_writer w = DW_JSON_WRITER(&body);
  struct dw_api_result result;
  dw_policy_write(&w, report);
  struct dw_api_request request = {.method = "PATCH",
                                   .body = dw_buf_text(&body),
                                   .length = body.length,
                                   .content_type = "application/apply-patch+yaml"};
  int status = call_for(pass, report->ns, "?" FIELD_MANAGER, &request, &result);
  return note_status(pass, status, result.message, &pass->writer->written);
}

/* Removes exactly what was read: not a report that another replica has written since then. */
static bool remove_stale(struct pass *pass, size_t number) {
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_INIT;
  struct dw_json_writer w = DW_JSON_WRITER(&body);
  struct dw_api_result result;
  dw_json_begin_object(&w);
  dw_json_member_string(&w, "apiVersion", "v1");
  dw_json_member_string(&w, "kind", "DeleteOptions");
  dw_json_key(&w, "preconditions");
  dw_json_begin_object(&w);
  dw_json_member_string(&w, "uid", pass->stale[number].uid);
  dw_json_member_string(&w, "resourceVersion", pass->stale[number].version);
  dw_json_end_object(&w);
  dw_json_end_object(&w);
  struct dw_api_request request = {.method = "DELETE", .body = dw_buf_text(&body), .length = body.length};
  int status = call_for(pass, pass->stale[number].ns, "", &request, &result);
  return note_status(pass, status, result.message, &pass->writer->removed);
}

static void run_pass(struct pass *pass) {
  bool usable = read_cluster(pass);
  for (size_t i = 0; i < pass->count && usable; i++)
    usable = pass->current[i] || apply(pass, &pass->reports[i]);
  for (size_t i = 0; i < pass->stale_count && usable; i++)
    usable = remove_stale(pass, i);
}

/* The objects without a namespace come first in the order of REPORTS. */
static enum failure write_all(struct dw_policy_writer *writer, struct dw_policy_report *reports, size_t count) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t without = count > 0 && *reports[0].ns == '\0';
  struct pass passes[] = {{.plural = "policyreports", .reports = reports + without, .count = count - without},
                          {.plural = "clusterpolicyreports", .reports = reports, .count = without}};
  enum failure failure = NONE;
  for (size_t i = 0; i < 2; i++) {
    passes[i].writer = writer;
    passes[i].arena = arena;
    passes[i].current = dw_arena_array(arena, passes[i].count + 1, sizeof *passes[i].current);
    passes[i].stale = dw_arena_array(arena, MOST_STALE, sizeof *passes[i].stale);
    run_pass(&passes[i]);
    failure = passes[i].failure > failure ? passes[i].failure : failure;
  }
  return failure;
}

/* --- the thread --- */

/* Returns how long to wait before the next try, in milliseconds; 0 if the reports are written. */
static unsigned write_results(struct dw_policy_writer *writer, const struct dw_policy_results *results) {
  size_t count = 0, left_out = 0;
  struct dw_policy_report *reports = dw_policy_reports(results, &count);
  for (size_t i = 0; i < count; i++)
    left_out += dw_policy_limit(&reports[i], writer->options.report_bytes);
  enum failure failure = write_all(writer, reports, count);
  if (is_stopping(writer))
    return 0;
  if (failure == NONE && writer->failing > CONFLICT)
    dw_log(DW_LOG_INFO, "policy reports: written again");
  writer->failing = failure;
  atomic_store(&writer->left_out, left_out);
  atomic_store(&writer->up, failure == NONE);
  if (failure != NONE)
    return dw_backoff_next(&writer->backoff, 0);
  dw_backoff_reset(&writer->backoff);
  return 0;
}

/* Waits for MILLISECONDS, or for results if that is 0. Returns true, with the newest results in RESULTS, unless the
 * writer stops. */
static bool wait_for_work(struct dw_policy_writer *writer, unsigned milliseconds, struct dw_policy_results **results) {
  struct timespec deadline = dw_deadline((dw_now_milliseconds() + milliseconds) * 1000);
  int timed_out = 0;
  pthread_mutex_lock(&writer->lock);
  while (!writer->stopping && (milliseconds > 0 ? timed_out == 0 : writer->next == NULL))
    timed_out = milliseconds > 0 ? pthread_cond_timedwait(&writer->wake, &writer->lock, &deadline)
                                 : pthread_cond_wait(&writer->wake, &writer->lock);
  if (writer->next != NULL) {
    dw_policy_results_free(*results);
    *results = writer->next;
    writer->next = NULL;
  }
  bool goes_on = !writer->stopping;
  pthread_mutex_unlock(&writer->lock);
  return goes_on;
}

static void *run(void *context) {
  struct dw_policy_writer *writer = context;
  struct dw_policy_results *results = NULL;
  unsigned wait = 0;
  while (wait_for_work(writer, wait, &results)) {
    wait = write_results(writer, results);
    if (wait == 0) {
      dw_policy_results_free(results);
      results = NULL;
    }
  }
  dw_policy_results_free(results);
  return NULL;
}

/* --- start and stop --- */

static void destroy(struct dw_policy_writer *writer) {
  dw_policy_results_free(writer->next);
  dw_api_client_free(writer->client);
  pthread_cond_destroy(&writer->wake);
  pthread_mutex_destroy(&writer->lock);
  free(writer);
}

struct dw_policy_writer *dw_policy_writer_start(const struct dw_policy_writer_options *options, struct dw_error *err) {
  struct dw_policy_writer *writer = calloc(1, sizeof *writer);
  if (writer == NULL)
    abort();
  pthread_mutex_init(&writer->lock, NULL);
  dw_condition_init(&writer->wake);
  writer->options = *options;
  writer->options.call_ms = dw_or_default(options->call_ms, CALL_MS);
  writer->options.page = dw_or_default(options->page, PAGE);
  writer->options.report_bytes = options->report_bytes == 0 ? REPORT_BYTES : options->report_bytes;
  writer->backoff =
      (struct dw_backoff){.first_ms = dw_or_default(options->retry_ms, RETRY_MS), .most_ms = MOST_RETRY_MS};
  writer->client = dw_api_client_new(options->config, err);
  if (writer->client != NULL) {
    if (pthread_create(&writer->thread, NULL, run, writer) == 0)
      return writer;
    dw_error_set(err, DW_ERR_OTHER, "can't start a thread");
  }
  destroy(writer);
  return NULL;
}

void dw_policy_writer_submit(struct dw_policy_writer *writer, struct dw_policy_results *results) {
  pthread_mutex_lock(&writer->lock);
  dw_policy_results_free(writer->next);
  writer->next = results;
  pthread_cond_signal(&writer->wake);
  pthread_mutex_unlock(&writer->lock);
}

void dw_policy_writer_stop(struct dw_policy_writer *writer) {
  if (writer == NULL)
    return;
  pthread_mutex_lock(&writer->lock);
  writer->stopping = true;
  pthread_cond_signal(&writer->wake);
  pthread_mutex_unlock(&writer->lock);
  dw_api_client_interrupt(writer->client);
  pthread_join(writer->thread, NULL);
  destroy(writer);
}

/* --- metrics --- */

void dw_policy_writer_metrics(struct dw_policy_writer *writer, struct dw_buf *out) {
  dw_metric_head(out, "policy_reports_up", "gauge", "Whether the PolicyReports in the cluster show the last audit.");
  dw_buf_printf(out, "droveway_policy_reports_up %d\n", atomic_load(&writer->up));
  dw_metric_head(out, "policy_reports_total", "counter",
                 "PolicyReports written, removed, or failed to write or remove.");
  dw_buf_printf(out,
                "droveway_policy_reports_total{result=\"written\"} %" PRIuFAST64 "\n"
                "droveway_policy_reports_total{result=\"removed\"} %" PRIuFAST64 "\n"
                "droveway_policy_reports_total{result=\"failed\"} %" PRIuFAST64 "\n",
                atomic_load(&writer->written), atomic_load(&writer->removed), atomic_load(&writer->failed));
  dw_metric_head(out, "policy_report_results_left_out", "gauge",
                 "Results of the last audit that are in no PolicyReport, because it would be too large.");
  dw_buf_printf(out, "droveway_policy_report_results_left_out %zu\n", atomic_load(&writer->left_out));
}
