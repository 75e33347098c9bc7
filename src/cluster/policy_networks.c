#include "cluster/policy_read.h"
#include "net/range.h"

static int check_list(const struct dw_policy_reader *r, const struct dw_policy_node *node, const char *of) {
  if (dw_json_type(node->json) == DW_JSON_ARRAY)
    return 0;
  return dw_policy_fail(r, node, "must be a list of %s, is %s", of, dw_json_type_name(node->json));
}

/* The member KEY, which must be a non-empty string. */
static const char *required_text(const struct dw_policy_reader *r, const struct dw_policy_node *item, const char *key) {
  struct dw_policy_node child = dw_policy_child(r, item, key);
  if (child.json != NULL)
    return dw_policy_text(r, &child);
  dw_policy_fail(r, item, "%s is missing", key);
  return NULL;
}

static int read_cluster_network(const struct dw_policy_reader *r, const struct dw_policy_node *item,
                                struct dw_policy_network *out) {
  static const char *const keys[] = {"name", "cidr"};
  if (dw_policy_check_object(r, item, keys, sizeof keys / sizeof *keys) != 0)
    return -1;
  out->name = required_text(r, item, "name");
  const char *cidr = out->name == NULL ? NULL : required_text(r, item, "cidr");
  if (cidr == NULL)
    return -1;
  if (dw_prefix_parse(cidr, DW_ADDR_STRICT, &out->prefix, NULL))
    return 0;
  struct dw_policy_node child = dw_policy_child(r, item, "cidr");
  return dw_policy_fail(r, &child, "\"%.100s\" is no CIDR; write ADDRESS/LENGTH, as 192.168.1.0/24", cidr);
}

int dw_policy_read_cluster_networks(struct dw_policy_reader *r, const struct dw_policy_node *node) {
  if (check_list(r, node, "{name, cidr}") != 0)
    return -1;
  size_t count = dw_json_size(node->json);
  struct dw_policy_network *networks = dw_arena_array(r->policy->arena, count, sizeof *networks);
  for (size_t i = 0; i < count; i++) {
    struct dw_policy_node item = dw_policy_item(r, node, i);
    if (read_cluster_network(r, &item, &networks[i]) != 0)
      return -1;
  }
  r->policy->cluster_networks = networks;
  r->policy->cluster_network_count = count;
  return 0;
}

static int fail_range(const struct dw_policy_reader *r, const struct dw_policy_node *node, enum dw_range_fault fault) {
  const char *text = dw_json_string(node->json);
  switch (fault) {
  case DW_RANGE_BAD_START:
    return dw_policy_fail(r, node, "\"%.100s\": what stands before the '-' is no address", text);
  case DW_RANGE_START_OUTSIDE:
    return dw_policy_fail(r, node, "\"%.100s\": the first address does not lie in the last one's subnet", text);
  default:
    return dw_policy_fail(r, node,
                          "\"%.100s\" is no range; write a CIDR (10.0.0.0/24) or START-END/LENGTH "
                          "(10.0.0.10-10.0.0.20/24)",
                          text);
  }
}

static int read_range(const struct dw_policy_reader *r, const struct dw_policy_node *node, struct dw_interval *out,
                      const char **text) {
  struct dw_range range = {0};
  *text = dw_policy_text(r, node);
  if (*text == NULL)
    return -1;
  enum dw_range_fault fault = dw_range_parse(*text, &range);
  if (fault != DW_RANGE_OK && fault != DW_RANGE_TOO_SMALL) /* a /32 has no room for a pool, but it can be taken */
    return fail_range(r, node, fault);
  if (range.leading_zeros)
    return dw_policy_fail(r, node, "\"%.100s\" has leading zeros; if decimal is meant, write %s", *text,
                          dw_range_format(r->policy->arena, &range));
  if (range.dashed && dw_addr_compare(&range.end, &range.start) < 0)
    return dw_policy_fail(r, node, "\"%.100s\" ends before it starts", *text);
  *out = range.dashed ? (struct dw_interval){range.start, range.end} : dw_interval_of(&range.subnet);
  return 0;
}

static int read_ranges(const struct dw_policy_reader *r, const struct dw_policy_node *node,
                       struct dw_remote_cluster *out) {
  if (check_list(r, node, "ranges") != 0)
    return -1;
  out->range_count = dw_json_size(node->json);
  if (out->range_count == 0)
    return dw_policy_fail(r, node, "must hold at least one range");
  out->ranges = dw_arena_array(r->policy->arena, out->range_count, sizeof *out->ranges);
  out->texts = dw_arena_array(r->policy->arena, out->range_count, sizeof *out->texts);
  for (size_t i = 0; i < out->range_count; i++) {
    struct dw_policy_node item = dw_policy_item(r, node, i);
    if (read_range(r, &item, &out->ranges[i], &out->texts[i]) != 0)
      return -1;
  }
  return 0;
}

static int read_remote_cluster(const struct dw_policy_reader *r, const struct dw_policy_node *item,
                               struct dw_remote_cluster *out) {
  static const char *const keys[] = {"name", "ranges"};
  if (dw_policy_check_object(r, item, keys, sizeof keys / sizeof *keys) != 0)
    return -1;
  out->name = required_text(r, item, "name");
  if (out->name == NULL)
    return -1;
  struct dw_policy_node ranges = dw_policy_child(r, item, "ranges");
  return ranges.json == NULL ? dw_policy_fail(r, item, "ranges is missing") : read_ranges(r, &ranges, out);
}

int dw_policy_read_remote_clusters(struct dw_policy_reader *r, const struct dw_policy_node *node) {
  if (check_list(r, node, "{name, ranges}") != 0)
    return -1;
  size_t count = dw_json_size(node->json);
  struct dw_remote_cluster *clusters = dw_arena_array(r->policy->arena, count, sizeof *clusters);
  for (size_t i = 0; i < count; i++) {
    struct dw_policy_node item = dw_policy_item(r, node, i);
    if (read_remote_cluster(r, &item, &clusters[i]) != 0)
      return -1;
  }
  r->policy->remote_clusters = clusters;
  r->policy->remote_cluster_count = count;
  return 0;
}
