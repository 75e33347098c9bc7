/* KubeVirt's namespace: what /readyz, the log and the metrics say if it is configured wrongly. */
#include "serve/live_case.h"

#define FAKE_BINDINGS "/apis/rbac.authorization.k8s.io/v1/rolebindings"
#define SELF "/apis/authentication.k8s.io/v1/selfsubjectreviews"
#define MESSAGE                                                                                                        \
  "KubeVirt is in namespace elsewhere, but Droveway is configured for openshift-cnv; set KUBEVIRT_NAMESPACE in the "   \
  "ConfigMap droveway-settings"

static void start_in(struct live *live, struct dw_activation *activation) {
  const struct dw_sources sources = {.kubevirt_namespace = "openshift-cnv"};
  live->server.cluster = fake_api_config(live->api);
  https_server_start(&live->server, &sources, &(struct dw_server_options){.threads = 2, .activation = activation});
  live->client = https_server_client(&live->server);
}

static void put_kubevirt(struct live *live, const char *ns) {
  char text[256];
  snprintf(text, sizeof text,
           "{\"apiVersion\":\"kubevirt.io/v1\",\"kind\":\"KubeVirt\",\"metadata\":{\"namespace\":\"%s\",\"name\":"
           "\"kubevirt\"}}",
           ns);
  fake_api_put(live->api, FAKE_KUBEVIRTS, text);
}

static void put_hco(struct live *live, const char *ns) {
  char text[256];
  snprintf(text, sizeof text,
           "{\"apiVersion\":\"hco.kubevirt.io/v1\",\"kind\":\"HyperConverged\",\"metadata\":{\"namespace\":\"%s\","
           "\"name\":\"kubevirt-hyperconverged\"}}",
           ns);
  fake_api_put(live->api, FAKE_HCOS, text);
}

static void is_ready_without_kubevirt(void **state) {
  struct live *live = *state;
  start_in(live, NULL);
  WAIT_FOR(get_has(live, "/readyz", 200, "ok"));
  assert_true(get_has(live, "/metrics", 200, "\ndroveway_kubevirt_namespace_wrong 0\n"));
}

static void is_ready_in_the_right_namespace(void **state) {
  struct live *live = *state;
  put_kubevirt(live, "elsewhere");
  put_hco(live, "openshift-cnv");
  put_kubevirt(live, "default");
  start_in(live, NULL);
  WAIT_FOR(get_has(live, "/readyz", 200, "ok"));
}

/* An object in "default" is one whose author forgot the namespace. */
static void ignores_the_namespace_default(void **state) {
  struct live *live = *state;
  put_kubevirt(live, "default");
  start_in(live, NULL);
  WAIT_FOR(get_has(live, "/readyz", 200, "ok"));
}

static void is_not_ready_in_a_wrong_namespace(void **state) {
  struct live *live = *state;
  put_kubevirt(live, "elsewhere");
  start_in(live, NULL);
  WAIT_FOR(get_has(live, "/readyz", 503, MESSAGE "\n"));
  assert_true(get_has(live, "/readyz?verbose", 503, "\n[-]namespace: " MESSAGE "\n"));
  assert_true(get_has(live, "/livez", 200, "ok"));
  assert_true(get_has(live, "/metrics", 200, "\ndroveway_kubevirt_namespace_wrong 1\n"));
  assert_true(get_has(live, "/metrics", 200, "\ndroveway_ready 0\n"));
  wait_for_text(live->server.log, "\"configured\":\"openshift-cnv\",\"kubevirt\":\"elsewhere\"", 1);
  put_kubevirt(live, "openshift-cnv");
  WAIT_FOR(get_has(live, "/readyz", 200, "ok"));
}

/* Otherwise the webhooks would reject changes because nobody answers them. */
static void stays_ready_if_it_was_ready(void **state) {
  struct live *live = *state;
  put_kubevirt(live, "openshift-cnv");
  start_in(live, NULL);
  WAIT_FOR(get_has(live, "/readyz", 200, "ok"));
  put_hco(live, "elsewhere");
  fake_api_delete(live->api, FAKE_KUBEVIRTS, "openshift-cnv", "kubevirt");
  WAIT_FOR(get_has(live, "/readyz?verbose", 200, "\n[!]namespace: " MESSAGE "\n"));
  assert_true(get_has(live, "/readyz", 200, "ok"));
  assert_true(get_has(live, "/metrics", 200, "\ndroveway_kubevirt_namespace_wrong 1\n"));
}

/* A replica that starts again while the webhooks are active must answer them. */
static void is_ready_if_the_webhooks_are_active(void **state) {
  static const char answer[] =
      "HTTP/1.1 201 Created\r\nContent-Length: 79\r\n\r\n"
      "{\"status\":{\"userInfo\":{\"username\":\"system:serviceaccount:droveway:droveway\"}}}  ";
  struct live *live = *state;
  struct dw_error err = DW_ERROR_INIT;
  struct dw_certificates *certificates = dw_certificates_new();
  put_kubevirt(live, "elsewhere");
  fake_api_answer(live->api, SELF, answer, strlen(answer));
  fake_api_put(live->api, FAKE_BINDINGS, "{\"metadata\":{\"namespace\":\"droveway\",\"name\":\"droveway-active\"}}");
  struct dw_activation_options options = {
      .config = fake_api_config(live->api), .binding = "droveway-active", .certificates = certificates, .wait_ms = 10};
  struct dw_activation *activation = dw_activation_start(&options, &err);
  assert_non_null(activation);
  start_in(live, activation);
  WAIT_FOR(get_has(live, "/readyz", 503, MESSAGE "\n"));
  fake_api_refuse(live->api, FAKE_VALIDATING, 500);
  fake_api_put(live->api, FAKE_BINDINGS,
               "{\"metadata\":{\"namespace\":\"droveway\",\"name\":\"droveway-active\"},\"subjects\":[{\"kind\":"
               "\"ServiceAccount\",\"namespace\":\"droveway\",\"name\":\"droveway\"}]}");
  WAIT_FOR(get_has(live, "/readyz?verbose", 200, "\n[!]namespace: " MESSAGE "\n[!]activation: active; waiting for "));
  https_server_stop(&live->server);
  dw_activation_stop(activation);
  dw_certificates_free(certificates);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(is_ready_without_kubevirt),     TEST(is_ready_in_the_right_namespace),
      TEST(ignores_the_namespace_default), TEST(is_not_ready_in_a_wrong_namespace),
      TEST(stays_ready_if_it_was_ready),   TEST(is_ready_if_the_webhooks_are_active),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
