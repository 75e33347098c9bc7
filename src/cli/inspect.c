#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cli/help.h"
#include "cli/report.h"
#include "cli/subjects.h"
#include "cli/terminal.h"
#include "json/json_write.h"

/* Every JSON reader represents integers up to this value exactly. */
#define MOST_USABLE (UINT64_C(1) << 53)

/* How one NAD is read. */
struct nad_view {
  const struct dw_subject *subject;
  struct dw_classification class;
  const struct dw_cni_config *config;
  const struct dw_ipam *ipam; /* of the first plugin that has one, or NULL */
};

static const struct dw_value *first_given(const struct dw_cni_config *config, size_t offset) {
  for (size_t i = 0; i < config->plugin_count; i++) {
    const struct dw_value *value = (const struct dw_value *)(const void *)((const char *)&config->plugins[i] + offset);
    if (dw_value_given(value))
      return value;
  }
  return NULL;
}
#define FIRST_GIVEN(config, member) first_given((config), offsetof(struct dw_cni_plugin, member))

static struct nad_view read_nad(struct dw_arena *arena, const struct dw_world *world,
                                const struct dw_subject *subject) {
  struct nad_view out = {.subject = subject, .config = dw_cni_read(arena, subject->manifest->json)};
  const struct dw_nad_traits traits = dw_nad_traits_read(subject->ns, subject->name, subject->json, out.config);
  out.class = dw_view_classify(world->view, arena, &traits);
  for (size_t i = 0; i < out.config->plugin_count && !out.ipam; i++)
    if (out.config->plugins[i].ipam.type != DW_IPAM_NONE || out.config->plugins[i].ipam.problem_count)
      out.ipam = &out.config->plugins[i].ipam;
  return out;
}

/* With an invalid exclude, whereabouts still reads the range, but every allocation fails. */
static bool is_exclude_text(const struct dw_ipam *ipam, const char *field) {
  for (size_t i = 0; i < ipam->pool_count; i++)
    for (size_t j = 0; j < ipam->pools[i].exclude_count; j++)
      if (ipam->pools[i].excludes[j].raw.text && strcmp(ipam->pools[i].excludes[j].raw.field, field) == 0)
        return true;
  return false;
}

static bool readable(const struct dw_ipam *ipam) {
  for (size_t i = 0; i < ipam->problem_count; i++)
    if (ipam->problems[i].kind == DW_IPAM_UNREADABLE && !is_exclude_text(ipam, ipam->problems[i].field))
      return false;
  return true;
}

static uint64_t usable_of(const struct dw_pool *pool) {
  uint64_t count = pool->state == DW_POOL_OK ? dw_interval_set_count(&pool->usable) : 0;
  return count > MOST_USABLE ? MOST_USABLE : count;
}

static void put_value(struct dw_json_writer *w, struct dw_arena *arena, const char *key, const struct dw_value *value) {
  dw_json_key(w, key);
  if (value)
    dw_json_put_raw(w, dw_json_text(arena, value->json));
  else
    dw_json_put_raw(w, "null");
}

static void put_address(struct dw_json_writer *w, const char *key, const struct dw_addr *addr) {
  char text[DW_ADDR_TEXT];
  dw_json_key(w, key);
  if (addr)
    dw_json_put_string(w, dw_addr_format(addr, text));
  else
    dw_json_put_raw(w, "null");
}

static void put_pool(struct dw_json_writer *w, const struct dw_pool *pool) {
  char text[DW_PREFIX_TEXT];
  dw_json_begin_object(w);
  dw_json_member_string(w, "cidr", dw_prefix_format(&pool->subnet, text));
  put_address(w, "first", pool->has_span ? &pool->span.first : NULL);
  put_address(w, "last", pool->has_span ? &pool->span.last : NULL);
  dw_json_member_int(w, "usable", (int64_t)usable_of(pool));
  dw_json_end_object(w);
}

static void put_ipam(struct dw_json_writer *w, const struct dw_ipam *ipam) {
  dw_json_begin_object(w);
  dw_json_key(w, "type");
  if (ipam && *ipam->type_name)
    dw_json_put_string(w, ipam->type_name);
  else
    dw_json_put_raw(w, "null");
  if (ipam && ipam->error)
    dw_json_member_string(w, readable(ipam) ? "allocationError" : "error", ipam->error);
  dw_json_key(w, "pools");
  dw_json_begin_array(w);
  for (size_t i = 0; ipam && readable(ipam) && i < ipam->pool_count; i++)
    if (ipam->pools[i].subnet_known)
      put_pool(w, &ipam->pools[i]);
  dw_json_end_array(w);
  dw_json_end_object(w);
}

static void put_nad(struct dw_json_writer *w, struct dw_arena *arena, const struct nad_view *nad) {
  const struct dw_cni_config *config = nad->config;
  dw_json_begin_object(w);
  dw_json_member_string(w, "namespace", nad->subject->ns);
  dw_json_member_string(w, "name", nad->subject->name);
  dw_json_member_bool(w, "migrationNetwork", nad->class.migration);
  dw_json_member_string(w, "why", nad->class.why);
  if (config->state == DW_CONFIG_UNREADABLE)
    dw_json_member_string(w, "error", config->error.text);
  dw_json_key(w, "plugins");
  dw_json_begin_array(w);
  for (size_t i = 0; i < config->plugin_count; i++)
    dw_json_put_string(w, config->plugins[i].type_name);
  dw_json_end_array(w);
  put_value(w, arena, "master", FIRST_GIVEN(config, master));
  put_value(w, arena, "bridge", FIRST_GIVEN(config, bridge));
  put_value(w, arena, "vlan", FIRST_GIVEN(config, vlan));
  put_value(w, arena, "mtu", FIRST_GIVEN(config, mtu));
  dw_json_key(w, "ipam");
  put_ipam(w, nad->ipam);
  dw_json_end_object(w);
}

/* Replaces the control characters in TEXT, which comes from a manifest. */
static void print_clean(const char *before, const char *text) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  cli_put_clean(&out, text);
  printf("%s%s\n", before, dw_buf_text(&out));
}

static void print_field(const char *label, const char *text) {
  char before[16];
  snprintf(before, sizeof before, "  %-10s ", label);
  print_clean(before, text);
}

static void print_value(struct dw_arena *arena, const char *label, const struct dw_value *value) {
  if (value && !(value->text && !*value->text))
    print_field(label, value->text ? value->text : dw_json_text(arena, value->json));
}

static void print_pool(const struct dw_pool *pool) {
  char cidr[DW_PREFIX_TEXT];
  char first[DW_ADDR_TEXT];
  char last[DW_ADDR_TEXT];
  printf("  %-10s %s", "pool", dw_prefix_format(&pool->subnet, cidr));
  if (pool->has_span)
    printf(": %s to %s", dw_addr_format(&pool->span.first, first), dw_addr_format(&pool->span.last, last));
  uint64_t usable = usable_of(pool);
  printf(", %s%llu usable\n", usable == MOST_USABLE ? "at least " : "", (unsigned long long)usable);
}

static void print_nad(struct dw_arena *arena, const struct nad_view *nad) {
  const struct dw_cni_config *config = nad->config;
  print_clean("", dw_arena_printf(arena, "%s/%s", nad->subject->ns, nad->subject->name));
  print_field("migration", dw_arena_printf(arena, "%s%s%s", nad->class.migration ? "yes" : "no",
                                           *nad->class.why ? ": " : "", nad->class.why));
  if (config->state == DW_CONFIG_UNREADABLE)
    print_field("error", config->error.text);
  if (config->state == DW_CONFIG_EMPTY)
    print_field("config", "empty: Multus reads the configuration from a file on the node");
  for (size_t i = 0; i < config->plugin_count; i++)
    print_field("plugin", *config->plugins[i].type_name ? config->plugins[i].type_name : "(no type)");
  print_value(arena, "master", FIRST_GIVEN(config, master));
  print_value(arena, "bridge", FIRST_GIVEN(config, bridge));
  print_value(arena, "vlan", FIRST_GIVEN(config, vlan));
  print_value(arena, "mtu", FIRST_GIVEN(config, mtu));
  if (!nad->ipam)
    return;
  print_field("ipam", *nad->ipam->type_name ? nad->ipam->type_name : "(no type)");
  if (nad->ipam->error)
    print_field("error", nad->ipam->error);
  for (size_t i = 0; readable(nad->ipam) && i < nad->ipam->pool_count; i++)
    if (nad->ipam->pools[i].subnet_known)
      print_pool(&nad->ipam->pools[i]);
}

static void print_all(struct dw_arena *arena, const struct dw_subjects *subjects, bool json) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct dw_json_writer w = DW_JSON_PRETTY_WRITER(&out);
  dw_json_begin_array(&w);
  for (size_t i = 0; i < subjects->count; i++) {
    if (subjects->items[i].kind != DW_KIND_NAD)
      continue;
    struct nad_view nad = read_nad(arena, subjects->world, &subjects->items[i]);
    if (json)
      put_nad(&w, arena, &nad);
    else
      print_nad(arena, &nad);
  }
  dw_json_end_array(&w);
  if (json)
    puts(dw_buf_text(&out));
}

/* To standard error: there may be NADs in it, which the output then lacks. */
static void print_skipped(const struct dw_manifests *read) {
  DW_BUF_SCOPED struct dw_buf out = DW_BUF_INIT;
  struct cli_glyphs glyphs = cli_glyphs_begin();
  cli_report_put_skipped(&out, read, 0);
  cli_glyphs_end(&glyphs);
  fflush(stdout);
  fputs(dw_buf_text(&out), stderr);
}

static int help(void) {
  cli_put_help(stdout, "usage: droveway inspect PATH... [--exclude GLOB] [--state DIR | --kubeconfig FILE] [--policy "
                       "FILE] [-n NAMESPACE] [-o text|json]\n"
                       "\n"
                       "Shows how Droveway reads each NetworkAttachmentDefinition (NAD): whether it is a migration "
                       "network and why, its plugins, and its address pools with the number of usable addresses.\n"
                       "\n" CLI_MANIFEST_HELP "  -s, --state DIR\tthe cluster's objects (see `droveway snapshot`), to "
                       "find out which NADs are in use as migration networks\n"
                       "      --kubeconfig FILE\tread the live cluster instead\n"
                       "      --context NAME\tcontext of the kubeconfig (default: its current context)\n"
                       "  -p, --policy FILE\tpolicy to apply (default: the built-in policy)\n"
                       "  -n, --namespace NAME\tnamespace of manifests that do not set one (default: the policy's)\n"
                       "  -o, --output FORMAT\ttext (default) or json\n"
                       "      --help\tshow this help\n");
  return cli_finish(CLI_OK);
}

static int read_own(void *into, int option, const char *value) {
  bool *json = into;
  (void)option;
  *json = strcmp(value, "json") == 0;
  return *json || strcmp(value, "text") == 0
             ? CLI_OK
             : cli_usage("inspect", "unknown output format \"%s\"; use text or json", value);
}

int cli_inspect(int argc, char **argv) {
  static const struct option options[] = {
      CLI_MANIFEST_OPTIONS, {"output", required_argument, NULL, 'o'}, {NULL, 0, NULL, 0}};
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  bool json = false;
  struct cli_manifest_command command = {"inspect", options, CLI_MANIFEST_LETTERS "o:", read_own, &json, .world = NULL};
  struct dw_subjects subjects;
  int status = cli_subjects_open(&command, argc, argv, &subjects);
  if (status != CLI_OK)
    return status == CLI_HELP ? help() : status;
  print_all(arena, &subjects, json);
  print_skipped(&subjects.read);
  status = cli_finish(cli_subjects_report_unreadable(&subjects));
  dw_subjects_free(&subjects);
  return status;
}
