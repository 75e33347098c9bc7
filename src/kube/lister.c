/* Lists a resource page by page. Source: Kubernetes documentation, "API Concepts": retrieving large result sets in
 * chunks, and 410 Gone. */
#include <stdio.h>
#include <string.h>

#include "kube/cluster_internal.h"

enum { CALL_MS = 60000, IDLE_MS = 20000, READY_MS = 5000, MOST_DISCOVERY_BYTES = 1024 * 1024, MOST_RESTARTS = 3 };

enum dw_outcome dw_outcome_of(const struct dw_api_result *result) {
  if (result->stopped)
    return DW_OUTCOME_STOPPED;
  switch (result->status) {
  case 403:
    return DW_OUTCOME_FORBIDDEN;
  case 404:
    return DW_OUTCOME_ABSENT;
  case 410:
    return DW_OUTCOME_EXPIRED;
  default:
    return result->complete && dw_api_is_success(result->status) ? DW_OUTCOME_DONE : DW_OUTCOME_FAILED;
  }
}

void dw_outcome_text(const struct dw_api_result *result, char *out, size_t size) {
  if (result->status >= 300)
    snprintf(out, size, "HTTP status %d: %s", result->status, result->message);
  else
    snprintf(out, size, "%s", result->message);
}

/* An API server that does not allow this request counts as ready. */
bool dw_lister_server_ready(struct dw_lister *lister) {
  struct dw_api_result result;
  struct dw_api_request request = {.path = "/readyz", .timeout_ms = READY_MS};
  return dw_api_call(lister->client, &request, &result) == 0 || (result.status >= 400 && result.status < 500);
}

/* --- the served versions --- */

static bool serves(const dw_json *group, const char *version) {
  const dw_json *versions = dw_json_get(group, "versions");
  for (size_t i = 0; i < dw_json_size(versions); i++) {
    const char *served = dw_json_get_string(dw_json_at(versions, i), "version");
    if (served != NULL && strcmp(served, version) == 0)
      return true;
  }
  return false;
}

/* Writes those of the resource's versions that the API server serves to FOUND[4], the best first, then NULL. */
static enum dw_outcome discover(struct dw_lister *lister, const char *found[4]) {
  const struct dw_resource *resource = lister->resource;
  DW_BUF_SCOPED struct dw_buf path = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf text = DW_BUF_INIT;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  size_t count = 0;
  if (*resource->group == '\0') {
    found[0] = resource->versions[0];
    found[1] = NULL;
    return DW_OUTCOME_DONE;
  }
  dw_buf_printf(&path, "/apis/%s", resource->group);
  struct dw_api_request request = {.path = dw_buf_text(&path),
                                   .timeout_ms = CALL_MS,
                                   .idle_ms = IDLE_MS,
                                   .receive = dw_api_collect,
                                   .context = &(struct dw_api_body){&text, MOST_DISCOVERY_BYTES}};
  bool failed = dw_api_call(lister->client, &request, &lister->result) != 0;
  bool too_large = lister->result.enough;
  if (failed && !too_large) {
    dw_outcome_text(&lister->result, lister->err.text, sizeof lister->err.text);
    return dw_outcome_of(&lister->result);
  }
  if (too_large)
    dw_error_set(&lister->err, DW_ERR_MEMORY, "the answer is larger than %d bytes", (int)MOST_DISCOVERY_BYTES);
  const dw_json *group =
      too_large ? NULL : dw_json_parse(arena, dw_buf_text(&text), text.length, DW_JSON_PLAIN, &lister->err);
  if (group == NULL) {
    dw_error_wrap(&lister->err, "the versions of %s", resource->group);
    return DW_OUTCOME_FAILED;
  }
  for (size_t i = 0; resource->versions[i] != NULL && count < 3; i++)
    if (serves(group, resource->versions[i]))
      found[count++] = resource->versions[i];
  found[count] = NULL;
  return count == 0 ? DW_OUTCOME_ABSENT : DW_OUTCOME_DONE;
}

/* --- pages --- */

bool dw_lister_is_version(const char *text) {
  size_t length = text == NULL ? 0 : strlen(text);
  return length > 0 && length < DW_VERSION_BYTES;
}

struct page {
  struct dw_lister *lister;
  struct dw_list_reader reader;
  bool malformed, refused;
};

static void on_element(void *context, const char *text, size_t length) {
  struct page *page = context;
  struct dw_lister *lister = page->lister;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const dw_json *object = text == NULL ? NULL : dw_json_select(arena, text, length, dw_object_paths, DW_JSON_PLAIN);
  const char *misfit = dw_resource_misfit(lister->resource, arena, object);
  if (page->refused)
    return;
  if (misfit != NULL)
    page->refused = dw_error_set(&lister->err, DW_ERR_INVALID, "%s", misfit) != 0;
  else
    page->refused = lister->receive(lister->context, arena, object, &lister->err) != 0;
}

static bool on_data(void *context, const char *data, size_t length) {
  struct page *page = context;
  page->malformed = dw_list_reader_feed(&page->reader, data, length) != 0;
  return !page->malformed && !page->refused;
}

static void page_path(const struct dw_lister *lister, const char *version, const char *token, struct dw_buf *out) {
  dw_resource_path(lister->resource, version, out);
  dw_buf_printf(out, "limit=%u", lister->page);
  if (*token != '\0') {
    dw_buf_puts(out, "&continue=");
    dw_api_escape(out, token);
  }
}

static enum dw_outcome fail_page(struct dw_lister *lister, const char *fault) {
  dw_error_set(&lister->err, DW_ERR_SYNTAX, "the answer is not a list of Kubernetes objects: %s", fault);
  return DW_OUTCOME_FAILED;
}

/* Sets TOKEN to the continue token of the next page, or makes it empty after the last page. */
static enum dw_outcome end_page(struct page *page, struct dw_buf *token) {
  struct dw_lister *lister = page->lister;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  const struct dw_buf *text = &page->reader.metadata;
  const dw_json *metadata = dw_json_parse(arena, dw_buf_text(text), text->length, DW_JSON_PLAIN, NULL);
  const char *version = dw_json_get_string(metadata, "resourceVersion");
  const char *next = dw_json_get_string(metadata, "continue");
  const char *fault = dw_list_reader_fault(&page->reader);
  if (fault != NULL)
    return fail_page(lister, fault);
  if (!dw_lister_is_version(version))
    return fail_page(lister, "it has no usable resourceVersion");
  memcpy(lister->resource_version, version, strlen(version) + 1);
  dw_buf_truncate(token, 0);
  dw_buf_puts(token, next == NULL ? "" : next);
  return DW_OUTCOME_DONE;
}

static enum dw_outcome get_page(struct dw_lister *lister, const char *version, struct dw_buf *token) {
  struct page page = {.lister = lister, .reader = {.element = on_element, .context = &page}};
  DW_BUF_SCOPED struct dw_buf path = DW_BUF_INIT;
  page_path(lister, version, dw_buf_text(token), &path);
  struct dw_api_request request = {
      .path = dw_buf_text(&path), .timeout_ms = CALL_MS, .idle_ms = IDLE_MS, .receive = on_data, .context = &page};
  int failed = dw_api_call(lister->client, &request, &lister->result);
  enum dw_outcome outcome = DW_OUTCOME_FAILED;
  if (page.malformed)
    outcome = fail_page(lister, "it is not a JSON object");
  else if (failed == 0 && !page.refused)
    outcome = end_page(&page, token);
  else if (!page.refused) {
    dw_outcome_text(&lister->result, lister->err.text, sizeof lister->err.text);
    outcome = dw_outcome_of(&lister->result);
  }
  dw_list_reader_free(&page.reader);
  return outcome;
}

/* The pages so far. */
struct walk {
  struct dw_buf token; /* of the next page */
  struct dw_buf mark;  /* an earlier token: if it is sent again, the pages go in a circle */
  unsigned pages, since_mark, lap;
};

/* Brent's algorithm detects a circle of any length by remembering a single token: the mark moves on after 1, 2, 4 ...
 * pages. */
static bool goes_in_circles(struct walk *walk) {
  if (walk->mark.length > 0 && strcmp(dw_buf_text(&walk->token), dw_buf_text(&walk->mark)) == 0)
    return true;
  if (++walk->since_mark >= walk->lap) {
    dw_buf_truncate(&walk->mark, 0);
    dw_buf_puts(&walk->mark, dw_buf_text(&walk->token));
    walk->lap *= 2;
    walk->since_mark = 0;
  }
  return false;
}

/* Sets MORE if there is another page. */
static enum dw_outcome go_on(struct dw_lister *lister, struct walk *walk, bool *more) {
  *more = walk->token.length > 0;
  walk->pages++;
  if (!*more)
    return DW_OUTCOME_DONE;
  if (goes_in_circles(walk))
    return fail_page(lister, "its continue token repeats");
  if (walk->pages >= lister->most_pages)
    return fail_page(lister, "it has too many pages");
  return DW_OUTCOME_DONE;
}

static void begin_walk(struct walk *walk) {
  dw_buf_truncate(&walk->token, 0);
  dw_buf_truncate(&walk->mark, 0);
  walk->pages = walk->since_mark = 0;
  walk->lap = 1;
}

/* A list whose next page has expired starts again. */
static enum dw_outcome walk_pages(struct dw_lister *lister, const char *version, struct walk *walk) {
  bool more = true;
  for (int restarts = 0; more;) {
    bool first = walk->token.length == 0;
    if (first)
      lister->restart(lister->context);
    enum dw_outcome outcome = get_page(lister, version, &walk->token);
    if (outcome == DW_OUTCOME_EXPIRED && !first && restarts++ < MOST_RESTARTS) {
      begin_walk(walk);
      continue;
    }
    if (outcome == DW_OUTCOME_DONE)
      outcome = go_on(lister, walk, &more);
    if (outcome != DW_OUTCOME_DONE)
      return outcome == DW_OUTCOME_EXPIRED ? DW_OUTCOME_FAILED : outcome;
  }
  return DW_OUTCOME_DONE;
}

static enum dw_outcome get_all(struct dw_lister *lister, const char *version) {
  struct walk walk = {.token = DW_BUF_INIT, .mark = DW_BUF_INIT};
  begin_walk(&walk);
  enum dw_outcome outcome = walk_pages(lister, version, &walk);
  dw_buf_free(&walk.token);
  dw_buf_free(&walk.mark);
  return outcome;
}

enum dw_outcome dw_lister_run(struct dw_lister *lister) {
  const char *versions[4] = {NULL};
  enum dw_outcome outcome = discover(lister, versions);
  if (outcome != DW_OUTCOME_DONE)
    return outcome;
  /* A group may serve a version that does not contain this resource. */
  for (size_t i = 0; versions[i] != NULL; i++) {
    outcome = get_all(lister, versions[i]);
    lister->version = versions[i];
    if (outcome != DW_OUTCOME_ABSENT)
      break;
  }
  return outcome;
}
