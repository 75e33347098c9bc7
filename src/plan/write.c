/* The manifests, with comments that say why each value was chosen. */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "plan/plan_internal.h"
#include "json/json_write.h"

/* --- the CNI configuration --- */

/* A macvlan gets the MTU of its master, but a bridge's pods get 1500. */
static bool sets_mtu(const struct dw_plan_link *link) {
  return link->mtu != 0 && (link->plugin == DW_PLAN_BRIDGE || link->mtu_differs);
}

static void put_ipam(struct dw_json_writer *w, const struct dw_plan_range *range) {
  dw_json_key(w, "ipam");
  dw_json_begin_object(w);
  dw_json_member_string(w, "type", "whereabouts");
  dw_json_member_string(w, "range", range->text);
  if (range->exclude_count > 0) {
    dw_json_key(w, "exclude");
    dw_json_begin_array(w);
    for (size_t i = 0; i < range->exclude_count; i++)
      dw_json_put_string(w, range->excludes[i]);
    dw_json_end_array(w);
  }
  dw_json_end_object(w);
}

const char *dw_plan_config(const struct dw_plan *plan, const struct dw_plan_link *link,
                           const struct dw_plan_range *range) {
  struct dw_buf out = DW_BUF_IN(plan->arena);
  struct dw_json_writer w = DW_JSON_PRETTY_WRITER(&out);
  bool bridge = link->plugin == DW_PLAN_BRIDGE;
  dw_json_begin_object(&w);
  dw_json_member_string(&w, "cniVersion", "0.3.1");
  dw_json_member_string(&w, "name", plan->name);
  dw_json_member_string(&w, "type", bridge ? "bridge" : "macvlan");
  dw_json_member_string(&w, bridge ? "bridge" : "master", link->used);
  if (!bridge)
    dw_json_member_string(&w, "mode", "bridge");
  if (link->vlan != 0)
    dw_json_member_int(&w, "vlan", link->vlan);
  if (sets_mtu(link))
    dw_json_member_int(&w, "mtu", link->mtu);
  put_ipam(&w, range);
  dw_json_end_object(&w);
  return dw_buf_text(&out);
}

/* --- comments --- */

enum { COMMENT_WIDTH = 100 };

/* Appends TEXT as lines that begin with "# ", the first one with "# - ". */
static void comment(struct dw_buf *out, const char *text) {
  size_t used = strlen("# - ");
  dw_buf_puts(out, "# -");
  while (*text != '\0') {
    size_t length = strcspn(text, " ");
    if (used + 1 + length > COMMENT_WIDTH) {
      dw_buf_puts(out, "\n#  ");
      used = strlen("#  ");
    }
    dw_buf_putc(out, ' ');
    for (size_t i = 0; i < length; i++) /* a line end in a name would end the comment */
      dw_buf_putc(out, (unsigned char)text[i] < ' ' || text[i] == '\177' ? '?' : text[i]);
    used += 1 + length;
    text += length + strspn(text + length, " ");
  }
  dw_buf_putc(out, '\n');
}

static const char *nodes_words(const struct dw_plan *plan) {
  const char *handlers = dw_plan_count(plan->arena, plan->handler_nodes, "node");
  if (plan->sync.pods == 0)
    return dw_arena_printf(plan->arena, "%s run%s virt-handler", handlers, plan->handler_nodes == 1 ? "s" : "");
  return dw_arena_printf(plan->arena, "%s run%s virt-handler, and virt-synchronization-controller needs %u%s", handlers,
                         plan->handler_nodes == 1 ? "s" : "", plan->sync.pods + plan->sync.surge,
                         plan->sync.surge > 0 ? " (one of them during an update)" : "");
}

static void comment_link(struct dw_buf *out, const struct dw_plan *plan, const struct dw_plan_link *link) {
  struct dw_arena *arena = plan->arena;
  bool bridge = link->plugin == DW_PLAN_BRIDGE;
  comment(out, dw_arena_printf(arena, "%s %s: %s%s.", bridge ? "bridge" : "master", link->used, link->words,
                               link->cautions));
  if (link->vlan != 0)
    comment(out, dw_arena_printf(arena, "vlan %u: asked for; the bridge's port carries it.", link->vlan));
  if (link->mtu_differs && sets_mtu(link))
    comment(out, dw_arena_printf(arena, "mtu %" PRIu32 ": the lowest of the nodes, so that all pods have the same one.",
                                 link->mtu));
  else if (sets_mtu(link))
    comment(out, dw_arena_printf(arena, "mtu %" PRIu32 ": that of the bridge and its port; without it, pods get 1500.",
                                 link->mtu));
  else if (!bridge)
    comment(out, link->mtu == 0 ? "no mtu: pods get that of the NIC."
                                : dw_arena_printf(arena, "no mtu: pods get that of the NIC, %" PRIu32 ".", link->mtu));
}

static void comment_range(struct dw_buf *out, const struct dw_plan *plan, const struct dw_plan_range *range) {
  struct dw_arena *arena = plan->arena;
  comment(out, dw_arena_printf(arena, "range %s: %s (%s). It overlaps no network that the cluster or the policy knows.",
                               range->text, range->words, nodes_words(plan)));
  if (range->exclude_count > 0)
    comment(out, dw_arena_printf(arena, "exclude: %s.", range->exclude_words));
  comment(out, "no gateway and no routes: migrations stay on this network.");
}

/* --- the NAD --- */

static void put_indented(struct dw_buf *out, const char *text) {
  while (*text != '\0') {
    size_t length = strcspn(text, "\n");
    dw_buf_puts(out, "    ");
    dw_buf_add(out, text, length);
    dw_buf_putc(out, '\n');
    text += length + (text[length] == '\n');
  }
}

static const char *write_nad(const struct dw_plan *plan) {
  struct dw_buf out = DW_BUF_IN(plan->arena);
  dw_buf_puts(&out, "# The network for live migrations, written by `droveway init`. Why these values:\n");
  comment(&out, dw_arena_printf(plan->arena, "namespace %s: KubeVirt runs there.", plan->world->policy->namespace_));
  comment_link(&out, plan, plan->link);
  comment_range(&out, plan, plan->range);
  dw_buf_printf(&out,
                "apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata:\n  name: %s\n"
                "  namespace: %s\n  labels:\n    " DW_PLAN_LABEL ": \"true\"\nspec:\n  config: |\n",
                dw_plan_scalar(plan->arena, plan->name), dw_plan_scalar(plan->arena, plan->world->policy->namespace_));
  put_indented(&out, dw_plan_config(plan, plan->link, plan->range));
  return dw_buf_text(&out);
}

/* --- HyperConverged or KubeVirt --- */

static bool moves_nothing(const char *strategy) {
  return strategy != NULL && (strcmp(strategy, "None") == 0 || strcmp(strategy, "External") == 0);
}

/* The strategy to write; NULL if HyperConverged's default or setting migrates VMs. A KubeVirt without one migrates
 * nothing when a node is drained. */
static const char *eviction_to_write(const struct dw_plan *plan) {
  if (plan->user->kind == DW_KIND_HYPERCONVERGED)
    return moves_nothing(plan->eviction) ? "LiveMigrate" : NULL;
  return plan->eviction == NULL || moves_nothing(plan->eviction) ? "LiveMigrate" : plan->eviction;
}

static void comment_eviction(struct dw_buf *out, const struct dw_plan *plan, const char *strategy) {
  struct dw_arena *arena = plan->arena;
  if (plan->eviction == NULL)
    comment(out, "evictionStrategy LiveMigrate: KubeVirt's default is None, with which a drain migrates no VM.");
  else if (strcmp(plan->eviction, strategy) != 0)
    comment(out, dw_arena_printf(arena,
                                 "evictionStrategy %s: it was %s, with which a drain migrates no VM that does not set "
                                 "its own.",
                                 strategy, plan->eviction));
  else
    comment(out, dw_arena_printf(arena, "evictionStrategy %s: unchanged.", strategy));
}

static const char *write_user(const struct dw_plan *plan) {
  struct dw_buf out = DW_BUF_IN(plan->arena);
  bool hco = plan->user->kind == DW_KIND_HYPERCONVERGED;
  bool v1 = strcmp(plan->user_version, "hco.kubevirt.io/v1") == 0;
  const char *eviction = eviction_to_write(plan);
  dw_buf_printf(&out, "# Tells %s to use that network. `kubectl apply` keeps all fields that are not here.\n",
                hco ? "HyperConverged" : "KubeVirt");
  if (eviction != NULL)
    comment_eviction(&out, plan, eviction);
  dw_buf_printf(&out, "apiVersion: %s\nkind: %s\nmetadata:\n  name: %s\n  namespace: %s\nspec:\n", plan->user_version,
                dw_kind_name(plan->user->kind), dw_plan_scalar(plan->arena, plan->user->name),
                dw_plan_scalar(plan->arena, plan->user->namespace_));
  const char *indent = hco && !v1 ? "  " : "    ";
  if (hco && v1)
    dw_buf_puts(&out, "  virtualization:\n");
  else if (!hco)
    dw_buf_puts(&out, "  configuration:\n");
  if (eviction != NULL)
    dw_buf_printf(&out, "%sevictionStrategy: %s\n", indent, eviction);
  dw_buf_printf(&out, "%s%s:\n%s  network: %s\n", indent, hco ? "liveMigrationConfig" : "migrations", indent,
                dw_plan_scalar(plan->arena, plan->name));
  return dw_buf_text(&out);
}

/* --- the NodeNetworkConfigurationPolicy --- */

static const char *write_policy(const struct dw_plan *plan) {
  struct dw_plan_link link = *plan->link;
  struct dw_buf out = DW_BUF_IN(plan->arena);
  (void)dw_plan_add_policy(plan, &link); /* as before, with the final name */
  dw_buf_printf(&out, "# Makes kubernetes-nmstate create %s. Apply this first, and wait until it is Available.\n",
                link.used);
  if (link.carries_nodes)
    comment(&out, dw_arena_printf(plan->arena,
                                  "%s also carries the nodes' own traffic: migrations and that share its bandwidth.",
                                  link.nic));
  if (link.mtu != 0)
    comment(&out, dw_arena_printf(plan->arena, "mtu %" PRIu32 ": %s of %s.", link.mtu,
                                  link.mtu_differs ? "the lowest" : "that", link.nic));
  dw_buf_puts(&out, link.policy);
  return dw_buf_text(&out);
}

/* --- all of them --- */

size_t dw_plan_write(const struct dw_plan *plan, struct dw_plan_document out[DW_PLAN_DOCUMENTS]) {
  struct dw_arena *arena = plan->arena;
  size_t count = 0;
  if (plan->link->creates != DW_PLAN_CREATES_NOTHING)
    out[count++] =
        (struct dw_plan_document){.file = "node-network.yaml",
                                  .what = dw_arena_printf(arena, "NodeNetworkConfigurationPolicy %s", plan->name),
                                  .text = write_policy(plan),
                                  .first = true};
  out[count++] = (struct dw_plan_document){
      .file = "migration-network.yaml",
      .what = dw_arena_printf(arena, "NAD %s/%s", plan->world->policy->namespace_, plan->name),
      .text = write_nad(plan)};
  out[count++] = (struct dw_plan_document){
      .file = plan->user->kind == DW_KIND_HYPERCONVERGED ? "hyperconverged.yaml" : "kubevirt.yaml",
      .what = dw_arena_printf(arena, "%s %s, changes only", dw_kind_name(plan->user->kind), plan->user->name),
      .text = write_user(plan)};
  return count;
}

const char *dw_plan_kustomization(const struct dw_plan *plan, const struct dw_plan_document *documents, size_t count) {
  struct dw_buf out = DW_BUF_IN(plan->arena);
  dw_buf_printf(&out,
                "# For `kubectl apply -k`. If your own kustomization contains the %s object, add\n"
                "# the last file to its `patches` instead, and the others to its `resources`.\n"
                "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n",
                dw_kind_name(plan->user->kind));
  for (size_t i = 0; i < count; i++)
    dw_buf_printf(&out, "- %s\n", documents[i].file);
  return dw_buf_text(&out);
}
