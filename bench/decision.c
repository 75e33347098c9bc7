/* What a decision costs, and what it costs at scale: the same reviews on a small and a large cluster, in one run, as
 * ratios. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "droveway/base/buf.h"
#include "droveway/formats/yaml.h"
#include "droveway/rules/engine.h"

struct size {
  size_t nads, nodes, nics;
};

struct objects {
  const struct dw_object **items;
  size_t count;
};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void add(struct objects *objects, const char *json) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_error err = DW_ERROR_INIT;
  const struct dw_object *object = NULL;
  const dw_json *value = dw_json_parse(arena, json, strlen(json), DW_JSON_PLAIN, &err);
  if (!value || dw_object_reduce(value, "default", &object, &err) != 0 || !object) {
    fprintf(stderr, "bench: %s\n", err.text);
    exit(2);
  }
  objects->items[objects->count++] = object;
}

static void add_node(struct objects *objects, size_t node, size_t nics) {
  DW_BUF_SCOPED struct dw_buf json = DW_BUF_INIT;
  dw_buf_printf(&json,
                "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"w%zu\",\"labels\":{"
                "\"kubevirt.io/schedulable\":\"true\"}},\"spec\":{\"podCIDRs\":[\"10.%zu.%zu.0/25\"]},\"status\":{"
                "\"addresses\":[{\"type\":\"InternalIP\",\"address\":\"192.168.%zu.%zu\"}]}}",
                node, 128 + node / 256, node % 256, node / 256, node % 256);
  add(objects, dw_buf_text(&json));
  dw_buf_truncate(&json, 0);
  dw_buf_printf(&json,
                "{\"apiVersion\":\"nmstate.io/v1beta1\",\"kind\":\"NodeNetworkState\",\"metadata\":{\"name\":\"w%zu\"},"
                "\"status\":{\"currentState\":{\"interfaces\":[",
                node);
  for (size_t nic = 0; nic < nics; nic++)
    dw_buf_printf(&json, "%s{\"name\":\"eth%zu\",\"type\":\"ethernet\",\"state\":\"up\",\"mtu\":9000}", nic ? "," : "",
                  nic);
  dw_buf_puts(&json, "]}}}");
  add(objects, dw_buf_text(&json));
}

static void add_nad(struct objects *objects, size_t nad) {
  DW_BUF_SCOPED struct dw_buf json = DW_BUF_INIT;
  dw_buf_printf(
      &json,
      "{\"apiVersion\":\"k8s.cni.cncf.io/v1\",\"kind\":\"NetworkAttachmentDefinition\",\"metadata\":{\"name\":\"n%zu\","
      "\"namespace\":\"tenant%zu\"},\"spec\":{\"config\":\"{\\\"cniVersion\\\":\\\"0.3.1\\\",\\\"name\\\":\\\"n%zu\\\","
      "\\\"type\\\":\\\"macvlan\\\",\\\"master\\\":\\\"eth2\\\",\\\"ipam\\\":{\\\"type\\\":\\\"whereabouts\\\","
      "\\\"range\\\":"
      "\\\"100.%zu.%zu.0/24\\\"}}\"}}",
      nad, nad % 100, nad, nad / 256, nad % 256);
  add(objects, dw_buf_text(&json));
}

static const char cluster_network[] =
    "{\"apiVersion\":\"config.openshift.io/v1\",\"kind\":\"Network\",\"metadata\":{\"name\":\"cluster\"},\"status\":{"
    "\"networkType\":\"Calico\",\"clusterNetwork\":[{\"cidr\":\"10.128.0.0/14\"}],\"serviceNetwork\":[\"172.30.0.0/"
    "16\"]}}";

static struct dw_world *make_world(const struct size *size) {
  struct objects objects = {calloc(size->nads + 2 * size->nodes + 1, sizeof(const struct dw_object *)), 0};
  if (!objects.items)
    abort();
  add(&objects, cluster_network);
  for (size_t i = 0; i < size->nodes; i++)
    add_node(&objects, i, size->nics);
  for (size_t i = 0; i < size->nads; i++)
    add_nad(&objects, i);
  struct dw_view_source source = {.objects = objects.items, .count = objects.count};
  for (int kind = 0; kind < DW_KIND_COUNT; kind++)
    source.knowledge[kind] = DW_KNOWN;
  struct dw_policy *policy = dw_policy_default();
  struct dw_world *world = dw_world_new(policy, dw_view_build(policy, &source));
  for (size_t i = 0; i < objects.count; i++)
    dw_object_unref(objects.items[i]);
  free(objects.items);
  return world;
}

static char *read_file(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  if (!file) {
    perror(path);
    exit(2);
  }
  char *data = malloc((size_t)1 << 20);
  *length = data ? fread(data, 1, (size_t)1 << 20, file) : 0;
  fclose(file);
  return data;
}

/* Microseconds of CPU a decision: the best of five rounds, the rest being noise. */
static double measure(const struct dw_world *world, const char *body, size_t length, size_t runs) {
  double best = 1e9;
  for (int round = 0; round < 5; round++) {
    double begin = now();
    for (size_t i = 0; i < runs; i++) {
      DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
      DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
      if (dw_review(arena, world, false, body, length, &out, NULL, NULL, NULL) != 0)
        exit(2);
    }
    double each = (now() - begin) / (double)runs * 1e6;
    best = each < best ? each : best;
  }
  return best;
}

static const char *const payloads[] = {"validate-nad-create", "validate-nad-update-range", "validate-hco-v1-create",
                                       "validate-kubevirt-create"};

int main(int argc, char **argv) {
  bool smoke = argc > 1 && strcmp(argv[1], "--smoke") == 0;
  const struct size small = {10, 3, 40};
  const struct size large = smoke ? (struct size){500, 100, 40} : (struct size){10000, 5000, 40};
  double begin = now();
  struct dw_world *worlds[2] = {make_world(&small), make_world(&large)};
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf(
      "clusters: %zu NADs, %zu nodes | %zu NADs, %zu nodes with %zu NICs each; built in %.2f s of CPU, peak %ld MB\n",
      small.nads, small.nodes, large.nads, large.nodes, large.nics, now() - begin, usage.ru_maxrss / 1024);
  printf("%-28s %12s %12s %8s\n", "review", "small, us", "large, us", "ratio");
  for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
    char path[128];
    snprintf(path, sizeof path, "tests/payloads/recorded/%s.json", payloads[i]);
    size_t length = 0;
    char *body = read_file(path, &length);
    double first = measure(worlds[0], body, length, smoke ? 200 : 5000);
    double second = measure(worlds[1], body, length, smoke ? 200 : 5000);
    printf("%-28s %12.1f %12.1f %8.2f\n", payloads[i], first, second, second / first);
    free(body);
  }
  dw_world_unref(worlds[0]);
  dw_world_unref(worlds[1]);
  return 0;
}
