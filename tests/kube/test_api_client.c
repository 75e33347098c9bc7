#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "kube/api.h"
#include "support/fake_api.h"
#include "support/https_server.h"
#include "support/run_program.h"

struct calls {
  struct fake_api *api;
  struct dw_api_client *client;
};

static int set_up(void **state) {
  struct calls *calls = calloc(1, sizeof *calls);
  calls->api = fake_api_start();
  calls->client = dw_api_client_new(fake_api_config(calls->api), NULL);
  *state = calls;
  return 0;
}

static int tear_down(void **state) {
  struct calls *calls = *state;
  dw_api_client_free(calls->client);
  fake_api_end(calls->api);
  free(calls);
  return 0;
}

static bool keep(void *context, const char *data, size_t length) {
  dw_buf_add(context, data, length);
  return true;
}

/* The result of GET /x. BODY is empty if nothing was received. */
static int get(struct calls *calls, struct dw_buf *body, struct dw_api_result *result) {
  struct dw_api_request request = {.path = "/x", .timeout_ms = 20000, .receive = keep, .context = body};
  dw_buf_truncate(body, 0);
  return dw_api_call(calls->client, &request, result);
}

static void answer_with(struct calls *calls, const char *text) {
  fake_api_answer(calls->api, "/x", text, strlen(text));
}

#define HEAD(status) "HTTP/1.1 " status " Told\r\nContent-Type: application/json\r\n"

/* --- requests --- */

static void identifies_itself(void **state) {
  struct calls *calls = *state;
  struct dw_api_result result;
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_INIT;
  answer_with(calls, HEAD("200") "Content-Length: 2\r\n\r\n{}");
  assert_int_equal(get(calls, &body, &result), 0);
  assert_string_equal(dw_buf_text(&body), "{}");
  char *sent = fake_api_last(calls->api);
  assert_non_null(strstr(sent, "GET /x HTTP/1.1\r\n"));
  assert_non_null(strstr(sent, "\r\nAuthorization: Bearer t\r\n"));
  assert_non_null(strstr(sent, "\r\nAccept: application/json\r\n"));
  assert_non_null(strstr(sent, "\r\nAccept-Encoding: gzip\r\n"));
  assert_non_null(strstr(sent, "\r\nUser-Agent: droveway/"));
  free(sent);
}

static void sends_a_body(void **state) {
  struct calls *calls = *state;
  struct dw_api_result result;
  struct dw_api_request request = {.method = "PATCH",
                                   .path = "/x?a=b",
                                   .body = "{\"a\":1}",
                                   .length = 7,
                                   .content_type = "application/merge-patch+json"};
  answer_with(calls, HEAD("201") "Content-Length: 2\r\n\r\n{}");
  assert_int_equal(dw_api_call(calls->client, &request, &result), 0);
  assert_int_equal(result.status, 201);
  char *sent = fake_api_last(calls->api);
  assert_non_null(strstr(sent, "PATCH /x?a=b HTTP/1.1\r\n"));
  assert_non_null(strstr(sent, "\r\nContent-Type: application/merge-patch+json\r\n"));
  assert_non_null(strstr(sent, "\r\n\r\n{\"a\":1}"));
  free(sent);
}

/* A pod's token is replaced every hour. */
static void reads_its_token_again_for_each_call(void **state) {
  struct calls *calls = *state;
  char folder[64], path[96], text[512];
  struct dw_api_result result;
  struct dw_error err = DW_ERROR_INIT;
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_INIT;
  folder_make(folder);
  snprintf(path, sizeof path, "%s/config", folder);
  snprintf(text, sizeof text,
           "{current-context: c, users: [{name: u, user: {tokenFile: token}}], clusters: [{name: c, cluster: {server: "
           "\"%s\"}}], contexts: [{name: c, context: {cluster: c, user: u}}]}",
           dw_api_config_server(fake_api_config(calls->api)));
  folder_write(folder, "config", text);
  folder_write(folder, "token", "first\n");
  struct dw_api_config *config = dw_api_config_load(&(struct dw_api_options){.kubeconfig = path}, &err);
  if (config == NULL)
    fail_msg("%s", err.text);
  dw_api_client_free(calls->client);
  calls->client = dw_api_client_new(config, NULL);
  answer_with(calls, HEAD("200") "Content-Length: 2\r\n\r\n{}");
  for (const char *token = "first"; token != NULL; token = strcmp(token, "first") == 0 ? "second" : NULL) {
    char expected[64];
    folder_write(folder, "token", token);
    assert_int_equal(get(calls, &body, &result), 0);
    snprintf(expected, sizeof expected, "Authorization: Bearer %s\r\n", token);
    char *sent = fake_api_last(calls->api);
    assert_non_null(strstr(sent, expected));
    free(sent);
  }
  char *token_file = path_in(folder, "token");
  unlink(token_file);
  assert_int_equal(get(calls, &body, &result), -1);
  assert_non_null(strstr(result.message, "token"));
  free(token_file);
  dw_api_client_free(calls->client);
  calls->client = NULL;
  dw_api_config_free(config);
  folder_remove(folder);
}

static void keeps_its_connection(void **state) {
  struct calls *calls = *state;
  struct dw_api_result result;
  struct dw_api_request request = {.path = "/readyz"};
  for (int i = 0; i < 5; i++)
    assert_int_equal(dw_api_call(calls->client, &request, &result), 0);
  assert_int_equal(fake_api_connections(calls->api), 1);
  fake_api_drop(calls->api);
  assert_int_equal(dw_api_call(calls->client, &request, &result), 0);
  assert_int_equal(fake_api_connections(calls->api), 2);
}

static void escapes_for_a_query(void **state) {
  (void)state;
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  dw_api_escape(&out, "aZ9-._~ /?&=%+\n\xc3\xa9");
  assert_string_equal(dw_buf_text(&out), "aZ9-._~%20%2F%3F%26%3D%25%2B%0A%C3%A9");
}

/* --- answers --- */

static void decompresses(void **state) {
  static const unsigned char zipped[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
                                         0xff, 0xab, 0x56, 0x4a, 0x54, 0xb2, 0x32, 0xac, 0x05,
                                         0x00, 0xaf, 0xac, 0x1b, 0x56, 0x07, 0x00, 0x00, 0x00};
  struct calls *calls = *state;
  struct dw_api_result result;
  DW_BUF_SCOPED struct dw_buf answer = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_INIT;
  dw_buf_printf(&answer, HEAD("200") "Content-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", sizeof zipped);
  dw_buf_add(&answer, (const char *)zipped, sizeof zipped);
  fake_api_answer(calls->api, "/x", answer.data, answer.length);
  int failed = get(calls, &body, &result);
  if (failed != 0)
    fail_msg("%s", result.message);
  assert_string_equal(dw_buf_text(&body), "{\"a\":1}");
}

static void reports_the_message_of_a_status_object(void **state) {
  struct calls *calls = *state;
  struct dw_api_result result;
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_INIT;
  answer_with(calls, HEAD("403") "Connection: close\r\n\r\n{\"kind\":\"Status\",\"reason\":\"Forbidden\","
                                 "\"message\":\"nodes is\\nforbidden\",\"code\":403}");
  assert_int_equal(get(calls, &body, &result), -1);
  assert_int_equal(result.status, 403);
  assert_true(result.complete);
  assert_string_equal(result.reason, "Forbidden");
  assert_string_equal(result.message, "nodes is forbidden");
  assert_int_equal(body.length, 0);
}

static void reports_the_status_of_a_proxys_error_page(void **state) {
  struct calls *calls = *state;
  struct dw_api_result result;
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_INIT;
  answer_with(calls, HEAD("502") "Connection: close\r\n\r\n<html>bad gateway</html>");
  assert_int_equal(get(calls, &body, &result), -1);
  assert_string_equal(result.reason, "");
  assert_non_null(strstr(result.message, "502"));
}

static void expect_wait(struct calls *calls, const char *header, unsigned least, unsigned most) {
  struct dw_api_result result;
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_INIT;
  DW_BUF_SCOPED struct dw_buf answer = DW_BUF_INIT;
  dw_buf_printf(&answer, HEAD("429") "%sContent-Length: 0\r\n\r\n", header);
  answer_with(calls, dw_buf_text(&answer));
  assert_int_equal(get(calls, &body, &result), -1);
  assert_in_range(result.retry_after_ms, least, most);
}

static void reports_how_long_the_server_asks_to_wait(void **state) {
  struct calls *calls = *state;
  expect_wait(calls, "", 0, 0);
  expect_wait(calls, "Retry-After: 7\r\n", 7000, 7000);
  expect_wait(calls, "Retry-After: 100000\r\n", 60000, 60000);
  expect_wait(calls, "Retry-After: soon\r\n", 0, 0);
  expect_wait(calls, "Retry-After: Wed, 01 Jan 2098 00:00:00 GMT\r\n", 60000, 60000);
  expect_wait(calls, "Retry-After: Wed, 01 Jan 1998 00:00:00 GMT\r\n", 0, 0);
}

static void an_interrupted_answer_is_not_complete(void **state) {
  static const char *const broken[] = {HEAD("200") "Content-Length: 100\r\n\r\n{\"a\":",
                                       HEAD("200") "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n", "HTTP/1.1 2",
                                       "", "not HTTP at all\r\n\r\n"};
  struct calls *calls = *state;
  struct dw_api_result result;
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_INIT;
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    answer_with(calls, broken[i]);
    assert_int_equal(get(calls, &body, &result), -1);
    assert_false(result.complete);
    assert_false(result.stopped);
    assert_true(strlen(result.message) > 0);
  }
}

static bool refuse_more(void *context, const char *data, size_t length) {
  (void)context;
  (void)data;
  (void)length;
  return false;
}

static void stops_if_no_more_is_wanted(void **state) {
  struct calls *calls = *state;
  struct dw_api_result result;
  struct dw_api_request request = {.path = "/x", .timeout_ms = 20000, .receive = refuse_more};
  answer_with(calls, HEAD("200") "Content-Length: 2\r\n\r\n{}");
  assert_int_equal(dw_api_call(calls->client, &request, &result), -1);
  assert_true(result.stopped);
}

/* --- missing answers --- */

#define NADS_OF "/apis/k8s.cni.cncf.io/v1/namespaces/virt/network-attachment-definitions/net"

static void respects_its_timeouts(void **state) {
  struct calls *calls = *state;
  struct dw_api_result result;
  fake_api_hang_gets(calls->api, FAKE_NADS);
  assert_int_equal(dw_api_call(calls->client, &(struct dw_api_request){.path = NADS_OF, .timeout_ms = 50}, &result),
                   -1);
  assert_int_equal(result.status, 0);
  assert_false(result.stopped);
  assert_int_equal(dw_api_call(calls->client, &(struct dw_api_request){.path = NADS_OF, .idle_ms = 50}, &result), -1);
  assert_non_null(strstr(result.message, "no data received for 50 ms"));
}

static void *interrupt(void *context) {
  struct calls *calls = context;
  while (fake_api_asked(calls->api, FAKE_NADS, FAKE_GET) == 0)
    pause_ms(2);
  dw_api_client_interrupt(calls->client);
  return NULL;
}

static void is_interrupted_from_another_thread(void **state) {
  struct calls *calls = *state;
  struct dw_api_result result;
  pthread_t thread;
  fake_api_hang_gets(calls->api, FAKE_NADS);
  assert_int_equal(pthread_create(&thread, NULL, interrupt, calls), 0);
  assert_int_equal(dw_api_call(calls->client, &(struct dw_api_request){.path = NADS_OF}, &result), -1);
  assert_true(result.stopped);
  assert_int_equal(dw_api_call(calls->client, &(struct dw_api_request){.path = "/readyz"}, &result), -1);
  assert_true(result.stopped);
  pthread_join(thread, NULL);
}

static void reports_a_refused_connection(void **state) {
  struct calls *calls = *state;
  struct dw_api_result result;
  fake_api_down(calls->api);
  assert_int_equal(dw_api_call(calls->client, &(struct dw_api_request){.path = "/readyz"}, &result), -1);
  assert_int_equal(result.status, 0);
  assert_non_null(strstr(result.message, "connect"));
}

#define CALLS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      CALLS(identifies_itself),
      CALLS(sends_a_body),
      CALLS(reads_its_token_again_for_each_call),
      CALLS(keeps_its_connection),
      cmocka_unit_test(escapes_for_a_query),
      CALLS(decompresses),
      CALLS(reports_the_message_of_a_status_object),
      CALLS(reports_the_status_of_a_proxys_error_page),
      CALLS(reports_how_long_the_server_asks_to_wait),
      CALLS(an_interrupted_answer_is_not_complete),
      CALLS(stops_if_no_more_is_wanted),
      CALLS(respects_its_timeouts),
      CALLS(is_interrupted_from_another_thread),
      CALLS(reports_a_refused_connection),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
