/* /metrics on its listener: its values after known requests, its format, and that it delays no review. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support/https_server.h"
#include "support/run_program.h"
#include "support/waiting.h"

#define SAMPLE "tests/payloads/sample/"

enum { MOST_PER_ADDRESS = 16 };

static struct https_server *start(const struct dw_server_options *options, bool plain) {
  const struct dw_sources sources = {.state = "demo/state"};
  struct https_server *server = calloc(1, sizeof *server);
  assert_non_null(server);
  https_server_prepare(server);
  server->metrics_plain = plain;
  https_server_start(server, &sources, options);
  return server;
}

static int set_up(void **state) {
  *state = start(&(struct dw_server_options){.max_body = 64 << 10, .max_header = 2048}, false);
  return 0;
}

static int tear_down(void **state) {
  https_server_end(*state);
  free(*state);
  return 0;
}

static void assert_metric(struct https_server *server, const char *name, double expected) {
  double value = https_server_metric(server, name);
  if (value < expected || value > expected)
    fail_msg("%s is %g, not %g", name, value, expected);
}

/* Posts a file and returns the status. */
static long post_file(struct https_client *client, const char *path, const char *file) {
  size_t length = 0;
  char *body = file_text(file, &length);
  struct https_reply reply = https_send(client, &(struct https_request){.path = path, .body = body, .length = length});
  long status = reply.status;
  https_reply_free(&reply);
  free(body);
  return status;
}

static long status_of(struct https_client *client, const struct https_request *request) {
  struct https_reply reply = https_send(client, request);
  long status = reply.status;
  https_reply_free(&reply);
  return status;
}

/* --- counts --- */

#define REVIEWS "droveway_reviews_total{endpoint="
#define NAD "kind=\"NetworkAttachmentDefinition\",operation=\"CREATE\","
#define DURATION "droveway_review_duration_seconds_"

static void counts_known_requests(void **state) {
  struct https_server *server = *state;
  struct https_client *client = https_server_client(server);
  assert_int_equal(post_file(client, "/validate", SAMPLE "nad-bridge-passes.json"), 200);
  assert_int_equal(post_file(client, "/validate", SAMPLE "nad-bridge-passes.json"), 200);
  assert_int_equal(post_file(client, "/validate", SAMPLE "nad-gateway-in-pool.json"), 200);
  assert_int_equal(post_file(client, "/validate", SAMPLE "nad-reservation-off.json"), 200);
  assert_int_equal(post_file(client, "/mutate", SAMPLE "mutate-nad-name-version-mode.json"), 200);
  assert_metric(server, REVIEWS "\"validate\"," NAD "verdict=\"allowed\"}", 2);
  assert_metric(server, REVIEWS "\"validate\"," NAD "verdict=\"denied\"}", 1);
  assert_metric(server, REVIEWS "\"validate\"," NAD "verdict=\"warned\"}", 1);
  assert_metric(server, REVIEWS "\"mutate\"," NAD "verdict=\"patched\"}", 1);
  assert_metric(server, "droveway_findings_total{rule=\"gateway-in-pool\",action=\"deny\"}", 1);
  assert_metric(server, "droveway_findings_total{rule=\"reservation-off\",action=\"warn\"}", 1);
  assert_metric(server, "droveway_findings_total{rule=\"reservation-off\",action=\"deny\"}", 0);
  assert_metric(server, DURATION "bucket{endpoint=\"validate\",le=\"+Inf\"}", 4);
  assert_metric(server, DURATION "count{endpoint=\"validate\"}", 4);
  assert_metric(server, DURATION "count{endpoint=\"mutate\"}", 1);
  assert_true(https_server_metric(server, DURATION "sum{endpoint=\"validate\"}") > 0);
  https_client_free(client);
}

static void counts_refused_requests(void **state) {
  struct https_server *server = *state;
  struct https_client *client = https_server_client(server);
  static char large[(64 << 10) + 1], header[4096];
  const char *const text[] = {"Content-Type: text/plain", NULL};
  memset(large, ' ', sizeof large);
  memset(header, 'a', sizeof header - 1);
  memcpy(header, "X: ", 3);
  const char *const headers[] = {header, NULL};
  assert_int_equal(
      status_of(client, &(struct https_request){.path = "/validate", .body = large, .length = sizeof large}), 413);
  assert_int_equal(status_of(client, &(struct https_request){.path = "/livez", .headers = headers}), 431);
  assert_int_equal(status_of(client, &(struct https_request){.path = "/validate", .body = "{}", .length = 2}), 400);
  assert_int_equal(
      status_of(client, &(struct https_request){.path = "/mutate", .headers = text, .body = "{}", .length = 2}), 415);
  assert_int_equal(status_of(client, &(struct https_request){.path = "/validate"}), 405);
  assert_int_equal(status_of(client, &(struct https_request){.path = "/metrics"}), 404); /* no longer there */
  static const char *const codes[] = {"413", "431", "400", "415", "405", "404"};
  char name[80];
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    snprintf(name, sizeof name, "droveway_refused_requests_total{code=\"%s\"}", codes[i]);
    assert_metric(server, name, 1);
  }
  assert_metric(server, "droveway_refused_requests_total{code=\"503\"}", 0);
  assert_metric(server, REVIEWS "\"validate\"," NAD "verdict=\"allowed\"}", 0);
  https_client_free(client);
}

static void shows_requests_in_progress(void **state) {
  struct https_server *server = *state;
  static const char head[] =
      "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n";
  assert_metric(server, "droveway_requests_in_flight", 0);
  struct https_raw *raw = https_raw_open("localhost", server->port, server->ca);
  assert_true(https_raw_send(raw, head, sizeof head - 1));
  for (int waited = 0; https_server_metric(server, "droveway_requests_in_flight") < 1; waited += 5) {
    assert_true(waited < PATIENCE_MS);
    pause_ms(5);
  }
  assert_true(https_raw_send(raw, "{}", 2));
  free(https_raw_receive(raw, 2000, NULL));
  https_raw_close(raw);
  for (int waited = 0; https_server_metric(server, "droveway_requests_in_flight") > 0; waited += 5) {
    assert_true(waited < PATIENCE_MS);
    pause_ms(5);
  }
}

/* --- the format --- */

static char *scrape(struct https_server *server) {
  struct https_reply reply = https_server_metrics(server);
  assert_int_equal(reply.status, 200);
  assert_non_null(strstr(reply.headers, "text/plain; version=0.0.4; charset=utf-8"));
  char *body = strdup(reply.body);
  https_reply_free(&reply);
  return body;
}

/* Every line except comments, without its value. */
static char *names_of(const char *body) {
  struct dw_buf out = DW_BUF_INIT;
  for (const char *line = body; *line != '\0'; line += strcspn(line, "\n") + 1) {
    const char *end = line + strcspn(line, "\n");
    const char *space = memrchr(line, ' ', (size_t)(end - line));
    if (*line != '#' && space != NULL)
      dw_buf_add(&out, line, (size_t)(space - line));
    dw_buf_putc(&out, '\n');
  }
  return dw_buf_steal(&out, NULL);
}

static void labels_never_come_from_requests(void **state) {
  static const char *const reviews[][2] = {{"Evil\\\"} 1\\nevil 2", "CREATE"}, {"Pod", "DELETE"}, {"", "UPDATE"}};
  struct https_server *server = *state;
  struct https_client *client = https_server_client(server);
  char body[1024];
  char *first = scrape(server), *before = names_of(first);
  for (size_t i = 0; i < sizeof reviews / sizeof *reviews; i++) {
    int length =
        snprintf(body, sizeof body,
                 "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"u\","
                 "\"kind\":{\"group\":\"\",\"version\":\"v1\",\"kind\":\"%s\"},"
                 "\"resource\":{\"group\":\"\",\"version\":\"v1\",\"resource\":\"x\"},\"operation\":\"%s\","
                 "\"object\":{\"apiVersion\":\"v1\",\"kind\":\"%s\"},\"oldObject\":{\"apiVersion\":\"v1\","
                 "\"kind\":\"%s\"}}}",
                 reviews[i][0], reviews[i][1], reviews[i][0], reviews[i][0]);
    status_of(client, &(struct https_request){.path = "/validate", .body = body, .length = (size_t)length});
    status_of(client, &(struct https_request){.path = "/evil%22%7D", .body = body, .length = (size_t)length});
  }
  assert_metric(server, REVIEWS "\"validate\",kind=\"other\",operation=\"CREATE\",verdict=\"warned\"}", 1);
  assert_metric(server, REVIEWS "\"validate\",kind=\"other\",operation=\"DELETE\",verdict=\"warned\"}", 1);
  char *second = scrape(server), *after = names_of(second);
  assert_string_equal(after, before);
  assert_null(strcasestr(second, "evil"));
  free(first);
  free(before);
  free(second);
  free(after);
  https_client_free(client);
}

/* The name of the metric in "droveway_x_bucket{...} 1", without the suffix of a histogram. */
static void base_name(const char *line, char out[128]) {
  static const char *const endings[] = {"_bucket", "_sum", "_count"};
  size_t length = strcspn(line, "{ ");
  assert_in_range(length, 1, 127);
  memcpy(out, line, length);
  out[length] = '\0';
  if (strncmp(out, "droveway_review_duration_seconds", 32) != 0)
    return;
  for (size_t i = 0; i < 3; i++)
    if (length > strlen(endings[i]) && strcmp(out + length - strlen(endings[i]), endings[i]) == 0)
      out[length - strlen(endings[i])] = '\0';
}

/* Each metric has HELP and TYPE before its values, its lines are together, each line is a name and a number, and none
 * is repeated. */
static void has_the_format_of_prometheus(void **state) {
  char *body = scrape(*state), *remaining = body, *line, help[160] = "", type[160] = "", name[128];
  size_t metrics = 0;
  assert_int_equal(body[strlen(body) - 1], '\n');
  char *names = names_of(body);
  while ((line = strsep(&remaining, "\n")) != NULL && *line != '\0') {
    if (strncmp(line, "# HELP ", 7) == 0) {
      snprintf(help, sizeof help, "%.*s ", (int)strcspn(line + 7, " "), line + 7);
      assert_true(strlen(line) > 7 + strlen(help));
      assert_null(strstr(remaining, line)); /* once */
      continue;
    }
    if (strncmp(line, "# TYPE ", 7) == 0) {
      snprintf(type, sizeof type, "%s", line + 7);
      assert_int_equal(strncmp(type, help, strlen(help)), 0);
      bool counter = strstr(type, " counter") != NULL;
      assert_true(counter || strstr(type, " gauge") != NULL || strstr(type, " histogram") != NULL);
      assert_int_equal(counter, strstr(type, "_total ") != NULL);
      continue;
    }
    char *end = NULL, *value = strrchr(line, ' ');
    base_name(line, name);
    assert_int_equal(strncmp(help, name, strlen(name)), 0);
    assert_int_equal(help[strlen(name)], ' ');
    strtod(value + 1, &end);
    assert_true(*end == '\0' && end > value + 1);
    metrics++;
  }
  assert_in_range(metrics, 100, 1000);
  for (char *at = names, *one; (one = strsep(&at, "\n")) != NULL && at != NULL;)
    if (*one != '\0' && strstr(at, one) != NULL && strchr(one, '{') != NULL)
      fail_msg("twice: %s", one);
  free(names);
  free(body);
}

/* The server runs in this process, so that its descriptors can be counted here. */
static long open_here(void) {
  DIR *folder = opendir("/proc/self/fd");
  assert_non_null(folder);
  long count = -1; /* without that of the folder */
  for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
    count += entry->d_name[0] != '.';
  closedir(folder);
  return count;
}

static long open_by_metric(struct https_server *server) {
  return (long)https_server_metric(server, "process_open_fds");
}

static void shows_metrics_of_the_process(void **state) {
  struct https_server *server = *state;
  double now = (double)time(NULL), started = https_server_metric(server, "process_start_time_seconds");
  WAIT_FOR(open_by_metric(server) == open_here());
  assert_true(started > now - 3600 && started <= now + 2);
  assert_true(https_server_metric(server, "process_resident_memory_bytes") > 1e6);
  assert_true(https_server_metric(server, "process_virtual_memory_bytes") >
              https_server_metric(server, "process_resident_memory_bytes"));
  assert_true(https_server_metric(server, "process_threads") >= 6);
  assert_true(https_server_metric(server, "process_cpu_seconds_total") > 0);
  assert_true(https_server_metric(server, "process_max_fds") >= (double)open_here());
  int more[10];
  for (int i = 0; i < 10; i++)
    assert_true((more[i] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0);
  /* Connections of earlier tests may still be closing while the server counts. */
  WAIT_FOR(open_by_metric(server) == open_here());
  for (int i = 0; i < 10; i++)
    close(more[i]);
}

/* --- the listener --- */

static void serves_nothing_else(void **state) {
  struct https_server *server = *state;
  struct https_client *client = https_client_new("localhost", server->metrics_port, server->ca);
  static const char *const paths[] = {"/", "/validate", "/mutate", "/livez", "/readyz", "/metrics/", "/Metrics"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    assert_int_equal(status_of(client, &(struct https_request){.path = paths[i]}), 404);
  assert_int_equal(post_file(client, "/validate", SAMPLE "nad-bridge-passes.json"), 404);
  assert_int_equal(post_file(client, "/metrics", SAMPLE "nad-bridge-passes.json"), 405);
  assert_int_equal(status_of(client, &(struct https_request){.path = "/metrics?name=x"}), 200);
  assert_metric(server, REVIEWS "\"validate\"," NAD "verdict=\"allowed\"}", 0);
  assert_metric(server, "droveway_refused_requests_total{code=\"404\"}", 0); /* those are of the webhook */
  https_client_free(client);
}

static void answers_a_head_request_with_the_head(void **state) {
  struct https_server *server = *state;
  struct https_raw *raw = https_raw_open("localhost", server->metrics_port, server->ca);
  static const char head[] = "HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
  assert_true(https_raw_send(raw, head, sizeof head - 1));
  char *answer = https_raw_receive(raw, 500, NULL);
  assert_int_equal(strncmp(answer, "HTTP/1.1 200 ", 13), 0);
  assert_ptr_equal(strstr(answer, "\r\n\r\n"), answer + strlen(answer) - 4);
  free(answer);
  https_raw_close(raw);
}

static void has_few_connections_separate_from_the_webhook(void **state) {
  struct https_server *server = *state;
  struct https_raw *open[MOST_PER_ADDRESS];
  struct https_client *client = https_server_client(server);
  assert_metric(server, "droveway_limit_hits_total{limit=\"metrics_connections\"}", 0); /* this one counts */
  for (size_t i = 0; i + 1 < MOST_PER_ADDRESS; i++) {
    open[i] = https_raw_open("localhost", server->metrics_port, server->ca);
    assert_non_null(open[i]);
  }
  assert_null(https_raw_open("localhost", server->metrics_port, server->ca));
  assert_metric(server, "droveway_limit_hits_total{limit=\"metrics_connections\"}", 1);
  assert_metric(server, "droveway_limit_hits_total{limit=\"connections_per_address\"}", 0);
  assert_metric(server, "droveway_connections", 0);
  assert_int_equal(post_file(client, "/validate", SAMPLE "nad-bridge-passes.json"), 200);
  for (size_t i = 0; i + 1 < MOST_PER_ADDRESS; i++)
    https_raw_close(open[i]);
  https_client_free(client);
}

static void answers_while_the_webhook_is_draining(void **state) {
  struct https_server *server = *state;
  assert_metric(server, "droveway_ready", 1);
  dw_server_drain(server->server);
  assert_metric(server, "droveway_ready", 0);
  struct https_client *fresh = https_client_new("localhost", server->metrics_port, server->ca);
  assert_int_equal(status_of(fresh, &(struct https_request){.path = "/metrics"}), 200);
  https_client_free(fresh);
}

/* Everything that is received over plain TCP; the caller frees it. */
static char *ask_plain(uint16_t port, const char *request) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  struct dw_buf out = DW_BUF_INIT;
  char part[4096];
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), (ssize_t)strlen(request));
  for (ssize_t got; (got = recv(fd, part, sizeof part, 0)) > 0;)
    dw_buf_add(&out, part, (size_t)got);
  close(fd);
  return dw_buf_steal(&out, NULL);
}

static void serves_plain_http_by_option(void **state) {
  (void)state;
  struct https_server *server = start(&(struct dw_server_options){.threads = 2}, true);
  struct https_client *client = https_server_client(server);
  assert_int_equal(post_file(client, "/validate", SAMPLE "nad-bridge-passes.json"), 200); /* HTTPS nevertheless */
  char *answer = ask_plain(server->metrics_port, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  assert_int_equal(strncmp(answer, "HTTP/1.1 200 ", 13), 0);
  assert_non_null(strstr(answer, "\n" REVIEWS "\"validate\"," NAD "verdict=\"allowed\"} 1\n"));
  free(answer);
  answer = ask_plain(server->metrics_port, "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  assert_int_equal(strncmp(answer, "HTTP/1.1 404 ", 13), 0);
  free(answer);
  assert_null(https_raw_open("localhost", server->metrics_port, server->ca));
  https_client_free(client);
  https_server_end(server);
  free(server);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(counts_known_requests),
      TEST(counts_refused_requests),
      TEST(shows_requests_in_progress),
      TEST(labels_never_come_from_requests),
      TEST(has_the_format_of_prometheus),
      TEST(shows_metrics_of_the_process),
      TEST(serves_nothing_else),
      TEST(answers_a_head_request_with_the_head),
      TEST(has_few_connections_separate_from_the_webhook),
      TEST(answers_while_the_webhook_is_draining),
      cmocka_unit_test(serves_plain_http_by_option),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
