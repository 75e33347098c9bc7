/* All reviews in tests/payloads: `review` and HTTPS must both answer with the bytes of the golden answer, and each
 * answer must keep the contract, which is read with json-c. See tests/payloads/README.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/https_client.h"
#include "support/run_program.h"

#define ROOT "tests/payloads/"

struct group {
  const char *name;
  const char *reviews;      /* the folder of the reviews */
  const char *answers;      /* the folder of their answers, with the file `arguments` */
  const char *arguments[8]; /* the words of `arguments`, in `text` */
  char text[256];
  size_t least; /* the minimum number of reviews, so that an empty folder fails the test */
};

static const struct group groups[] = {
    {.name = "sample", .reviews = ROOT "sample", .answers = ROOT "sample", .least = 170},
    {.name = "recorded", .reviews = ROOT "recorded", .answers = ROOT "recorded-answers", .least = 16},
    {.name = "policy", .reviews = ROOT "policy", .answers = ROOT "policy", .least = 8},
    {.name = "in-use", .reviews = ROOT "in-use", .answers = ROOT "in-use", .least = 18},
    {.name = "some-nics", .reviews = ROOT "some-nics", .answers = ROOT "some-nics", .least = 3},
    {.name = "no-facts", .reviews = ROOT "no-facts", .answers = ROOT "no-facts", .least = 8},
    {.name = "upstream", .reviews = ROOT "upstream", .answers = ROOT "upstream", .least = 12},
};
enum { GROUPS = sizeof groups / sizeof groups[0] };

struct payload {
  const char *name; /* without ".json" */
  char path[PATH_MAX];
  bool mutates;
  char *body;
  size_t length;
  char *golden;
  size_t golden_length;
};

static void read_arguments(struct group *group) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/arguments", group->answers);
  char *text = file_text(path, NULL);
  snprintf(group->text, sizeof group->text, "%s", text);
  free(text);
  size_t count = 0;
  char *rest = NULL;
  for (char *word = strtok_r(group->text, " \n", &rest); word != NULL; word = strtok_r(NULL, " \n", &rest)) {
    assert_true(count < 7);
    group->arguments[count++] = word;
  }
}

static int is_review(const struct dirent *entry) {
  const char *end = strstr(entry->d_name, ".json");
  return end != NULL && end[5] == '\0' && strstr(entry->d_name, ".answer.json") == NULL;
}

static void load(const struct group *group, const char *file, struct payload *out) {
  char answer[PATH_MAX];
  static char name[NAME_MAX + 1];
  snprintf(name, sizeof name, "%.*s", (int)(strlen(file) - 5), file);
  *out = (struct payload){.name = name, .mutates = strncmp(name, "mutate-", 7) == 0};
  snprintf(out->path, sizeof out->path, "%s/%s", group->reviews, file);
  snprintf(answer, sizeof answer, "%s/%s.answer.json", group->answers, name);
  out->body = file_text(out->path, &out->length);
  out->golden = file_text(answer, &out->golden_length);
}

typedef void visit(const struct group *group, const struct payload *payload, void *context);

/* All reviews of a group in the order of their names. */
static void for_each(const struct group *group, visit *function, void *context) {
  struct dirent **entries = NULL;
  int count = scandir(group->reviews, &entries, is_review, alphasort);
  assert_true(count >= 0 && (size_t)count >= group->least);
  for (int i = 0; i < count; i++) {
    struct payload payload;
    load(group, entries[i]->d_name, &payload);
    function(group, &payload, context);
    free(payload.body);
    free(payload.golden);
    free(entries[i]);
  }
  free(entries);
}

static void for_all(visit *function, void *context) {
  for (size_t i = 0; i < GROUPS; i++) {
    struct group group = groups[i];
    read_arguments(&group);
    for_each(&group, function, context);
  }
}

static bool same(const struct payload *payload, const char *answer, size_t length) {
  return length == payload->golden_length && memcmp(answer, payload->golden, length) == 0;
}

/* Prints each difference and counts it, so that the test reports all of them and not only the first. */
static void differs(const struct payload *payload, const char *answer, size_t *count) {
  size_t at = 0;
  while (answer[at] != '\0' && answer[at] == payload->golden[at])
    at++;
  at = at > 60 ? at - 60 : 0;
  print_error("%s: \"...%.160s\", but golden is \"...%.160s\"\n", payload->path, answer + at, payload->golden + at);
  ++*count;
}

/* --- through the program --- */

static void test_review(const struct group *group, const struct payload *payload, void *context) {
  const char *arguments[16] = {"review"};
  size_t count = 1;
  for (size_t i = 0; group->arguments[i] != NULL; i++)
    arguments[count++] = group->arguments[i];
  if (payload->mutates)
    arguments[count++] = "--mutate";
  arguments[count] = payload->path;
  RUN_SCOPED run = run_droveway(NULL, arguments);
  if (!same(payload, run.out, run.out_length))
    differs(payload, run.out, context);
  assert_string_equal(run.err, "");
  assert_int_equal(run.status, strstr(payload->golden, "\"allowed\":true") == NULL);
}

static void review_gives_the_golden_answers(void **state) {
  (void)state;
  size_t wrong = 0;
  for_all(test_review, &wrong);
  assert_int_equal(wrong, 0);
}

/* --- through HTTPS --- */

struct sender {
  struct https_client *client;
  size_t wrong;
};

static void test_https(const struct group *group, const struct payload *payload, void *context) {
  (void)group;
  struct sender *sender = context;
  /* The API server appends this query. */
  const struct https_request request = {.path = payload->mutates ? "/mutate?timeout=5s" : "/validate?timeout=5s",
                                        .body = payload->body,
                                        .length = payload->length};
  struct https_reply reply = https_send(sender->client, &request);
  if (reply.status != 200)
    fail_msg("%s: HTTP status %ld %s", payload->path, reply.status, reply.error);
  if (!same(payload, reply.body, reply.length))
    differs(payload, reply.body, &sender->wrong);
  https_reply_free(&reply);
}

static void https_gives_the_same_bytes(void **state) {
  (void)state;
  for (size_t i = 0; i < GROUPS; i++) {
    struct group group = groups[i];
    read_arguments(&group);
    struct service service = service_start(group.arguments);
    char ca[80];
    snprintf(ca, sizeof ca, "%s/ca.crt", service.folder);
    struct sender sender = {.client = https_client_new("127.0.0.1", (uint16_t)service.port, ca)};
    for_each(&group, test_https, &sender);
    https_client_free(sender.client);
    assert_int_equal(service_stop(&service), 0);
    assert_int_equal(sender.wrong, 0);
  }
}

/* --- the contract of every answer --- */

static struct json_object *get(const struct payload *payload, struct json_object *object, const char *key) {
  struct json_object *member = NULL;
  if (!json_object_object_get_ex(object, key, &member))
    fail_msg("%s: no \"%s\"", payload->path, key);
  return member;
}

static const char *text(const struct payload *payload, struct json_object *object, const char *key) {
  struct json_object *member = get(payload, object, key);
  if (!json_object_is_type(member, json_type_string))
    fail_msg("%s: \"%s\" is not a string", payload->path, key);
  return json_object_get_string(member);
}

/* The ids of `droveway rules`, and how often each was found. */
struct catalogue {
  struct json_object *rules;
  struct json_object *seen; /* id: true */
};

/* The rule id in brackets at the end of MESSAGE. Fails if it is not in the catalogue. */
static const char *rule_of(const struct payload *payload, const struct catalogue *catalogue, const char *message) {
  static char id[64];
  const char *open = strrchr(message, '[');
  size_t length = strlen(message);
  if (open == NULL || message[length - 1] != ']' || open == message || open[-1] != ' ')
    fail_msg("%s: \"%s\" does not end with a rule id", payload->path, message);
  snprintf(id, sizeof id, "%.*s", (int)(strlen(open) - 2), open + 1);
  for (size_t i = 0; i < json_object_array_length(catalogue->rules); i++)
    if (strcmp(text(payload, json_object_array_get_idx(catalogue->rules, i), "id"), id) == 0)
      return id;
  fail_msg("%s: no such rule: %s", payload->path, id);
  return NULL;
}

/* Returns true if ID is in the comma-separated annotation KEY. */
static bool annotated(struct json_object *response, const char *key, const char *id) {
  struct json_object *annotations = json_object_object_get(response, "auditAnnotations");
  const char *list = json_object_get_string(json_object_object_get(annotations, key));
  size_t length = strlen(id);
  for (const char *at = list; at != NULL && (at = strstr(at, id)) != NULL; at += length)
    if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
      return true;
  return false;
}

static void check_warnings(const struct payload *payload, struct catalogue *catalogue, struct json_object *response) {
  struct json_object *warnings = NULL;
  if (!json_object_object_get_ex(response, "warnings", &warnings))
    return;
  size_t total = 0;
  assert_true(json_object_array_length(warnings) > 0);
  for (size_t i = 0; i < json_object_array_length(warnings); i++) {
    const char *warning = json_object_get_string(json_object_array_get_idx(warnings, i));
    size_t length = strlen(warning);
    total += length;
    assert_true(length > 0 && length <= 256);
    for (size_t j = 0; j < length; j++)
      assert_true((unsigned char)warning[j] >= ' ');
    if (strncmp(warning, "Droveway has no rules for ", 26) == 0)
      continue;
    const char *id = rule_of(payload, catalogue, warning);
    if (!annotated(response, "warned", id))
      fail_msg("%s: %s is not in the audit annotation", payload->path, id);
    json_object_object_add(catalogue->seen, id, json_object_new_boolean(true));
  }
  assert_true(total <= 4096);
}

static void check_causes(const struct payload *payload, struct catalogue *catalogue, struct json_object *response,
                         struct json_object *details) {
  struct json_object *causes = get(payload, details, "causes");
  assert_true(json_object_array_length(causes) > 0);
  for (size_t i = 0; i < json_object_array_length(causes); i++) {
    struct json_object *cause = json_object_array_get_idx(causes, i);
    const char *message = text(payload, cause, "message");
    const char *id = rule_of(payload, catalogue, message);
    assert_int_equal(strncmp(text(payload, cause, "reason"), "FieldValue", 10), 0);
    assert_true(strlen(text(payload, cause, "field")) > 0);
    if (!annotated(response, "denied", id))
      fail_msg("%s: %s is not in the audit annotation", payload->path, id);
    /* A client that does not know causes shows only the message of the status. */
    assert_non_null(strstr(text(payload, get(payload, response, "status"), "message"), message));
    json_object_object_add(catalogue->seen, id, json_object_new_boolean(true));
  }
}

static void check_denial(const struct payload *payload, struct catalogue *catalogue, struct json_object *request,
                         struct json_object *response) {
  struct json_object *status = get(payload, response, "status");
  struct json_object *details = get(payload, status, "details");
  struct json_object *kind = get(payload, request, "kind");
  assert_int_equal(json_object_get_int(get(payload, status, "code")), 422);
  assert_string_equal(text(payload, status, "status"), "Failure");
  assert_string_equal(text(payload, status, "reason"), "Invalid");
  assert_string_equal(text(payload, details, "name"), text(payload, request, "name"));
  assert_string_equal(text(payload, details, "group"), text(payload, kind, "group"));
  assert_string_equal(text(payload, details, "kind"), text(payload, kind, "kind"));
  assert_false(json_object_object_get_ex(response, "patch", NULL));
  check_causes(payload, catalogue, response, details);
}

static void check_patch(const struct payload *payload, struct json_object *response) {
  bool patched = json_object_object_get_ex(response, "patch", NULL);
  assert_int_equal(patched, json_object_object_get_ex(response, "patchType", NULL));
  if (!patched)
    return;
  assert_true(payload->mutates);
  assert_string_equal(text(payload, response, "patchType"), "JSONPatch");
  assert_true(strlen(text(payload, get(payload, response, "auditAnnotations"), "defaulted")) > 0);
}

static void check_answer(const struct group *group, const struct payload *payload, void *context) {
  (void)group;
  struct catalogue *catalogue = context;
  struct json_object *review = json_tokener_parse(payload->body);
  struct json_object *answer = json_tokener_parse(payload->golden);
  struct json_object *request = get(payload, review, "request");
  struct json_object *response = get(payload, answer, "response");
  struct json_object *allowed = get(payload, response, "allowed");
  assert_string_equal(text(payload, answer, "kind"), "AdmissionReview");
  assert_string_equal(text(payload, answer, "apiVersion"), text(payload, review, "apiVersion"));
  assert_string_equal(text(payload, response, "uid"), text(payload, request, "uid"));
  assert_true(json_object_is_type(allowed, json_type_boolean));
  if (!json_object_get_boolean(allowed))
    check_denial(payload, catalogue, request, response);
  else
    assert_null(json_object_object_get(json_object_object_get(response, "auditAnnotations"), "denied"));
  check_warnings(payload, catalogue, response);
  check_patch(payload, response);
  if (strstr(payload->name, "-passes") != NULL && strstr(payload->golden, "\"warnings\"") != NULL &&
      strcmp(group->name, "no-facts") != 0 && strcmp(group->name, "upstream") != 0)
    fail_msg("%s: its name says that it passes, but the answer has a warning", payload->path);
  if (strstr(payload->name, "-passes") != NULL)
    assert_true(json_object_get_boolean(allowed));
  json_object_put(review);
  json_object_put(answer);
}

/* The other rules are only for audits or for `check`. */
static bool is_of_a_review(const char *id) {
  return strcmp(id, "migration-bypassed") != 0 && strcmp(id, "unrendered") != 0 && strcmp(id, "unserved-kind") != 0;
}

static void answers_keep_the_contract_and_show_every_rule(void **state) {
  (void)state;
  RUN_SCOPED run = RUN("rules", "-o", "json");
  struct catalogue catalogue = {.rules = run_json(&run), .seen = json_object_new_object()};
  for_all(check_answer, &catalogue);
  for (size_t i = 0; i < json_object_array_length(catalogue.rules); i++) {
    const char *id =
        json_object_get_string(json_object_object_get(json_object_array_get_idx(catalogue.rules, i), "id"));
    if (is_of_a_review(id) && !json_object_object_get_ex(catalogue.seen, id, NULL))
      fail_msg("no golden answer shows %s", id);
  }
  json_object_put(catalogue.rules);
  json_object_put(catalogue.seen);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(review_gives_the_golden_answers),
      cmocka_unit_test(https_gives_the_same_bytes),
      cmocka_unit_test(answers_keep_the_contract_and_show_every_rule),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
