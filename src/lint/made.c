#include "lint/made.h"

#include "base/text.h"
#include "cluster/maker.h"

static const char *unless_placeholder(const char *text) {
  size_t length = 0;
  return dw_text_placeholder(text, &length) == NULL ? text : NULL;
}

void dw_lint_made_unfold(struct dw_arena *arena, struct dw_manifest *manifests) {
  for (struct dw_manifest *at = manifests; at != NULL; at = at->next) {
    const struct dw_manifest *carrier = at;
    const dw_json *networks = dw_additional_networks(carrier->json);
    for (size_t i = 0; i < dw_json_size(networks); i++) {
      const dw_json *nad = dw_raw_nad(arena, dw_json_at(networks, i));
      if (nad == NULL)
        continue;
      struct dw_manifest *made = dw_arena_alloc(arena, sizeof *made);
      *made = *carrier;
      made->path =
          dw_arena_printf(arena, "%s%sspec.additionalNetworks[%zu]", carrier->path, *carrier->path ? "." : "", i);
      made->json = nad;
      made->config_key = "rawCNIConfig";
      made->next = at->next;
      at->next = made;
      at = made;
    }
  }
}

struct collection {
  struct dw_arena *arena;
  struct dw_made_nad *items;
  size_t count, capacity;
};

static void add(struct collection *all, struct dw_made_nad made) {
  all->items = dw_arena_more(all->arena, all->items, all->count, &all->capacity, sizeof *all->items);
  all->items[all->count++] = made;
}

static void add_made(struct collection *all, const dw_json *json, const char *ns) {
  size_t count = dw_made_nads(all->arena, json, ns, NULL, 0);
  struct dw_made_nad *made = dw_arena_array(all->arena, count, sizeof *made);
  for (size_t i = 0; i < dw_made_nads(all->arena, json, ns, made, count); i++)
    add(all, made[i]);
}

/* A rawCNIConfig in a manifest is judged as a NAD (dw_lint_made_unfold), so only those in the state are added here,
 * with nothing but their names. */
static void add_raw(struct collection *all, const dw_json *json) {
  const dw_json *networks = dw_additional_networks(json);
  for (size_t i = 0; i < dw_json_size(networks); i++) {
    const dw_json *metadata = dw_json_get(dw_raw_nad(all->arena, dw_json_at(networks, i)), "metadata");
    if (metadata != NULL)
      add(all, (struct dw_made_nad){dw_json_get_string(metadata, "namespace"), dw_json_get_string(metadata, "name"),
                                    "Network.operator.openshift.io creates this NAD"});
  }
}

static void add_unread(struct collection *all, const struct dw_subject *subject) {
  if (subject->manifest->template != NULL) {
    add(all, (struct dw_made_nad){NULL, NULL, "it may be in a policy's template that is not filled in yet"});
    return;
  }
  add(all, (struct dw_made_nad){unless_placeholder(subject->ns), unless_placeholder(subject->name),
                                dw_arena_printf(all->arena, "NetworkAttachmentDefinition %s/%s could not be read",
                                                subject->ns, subject->name)});
}

/* Any NAD may be in what was not read. */
static void add_unknown(struct collection *all, const struct dw_manifests *read) {
  if (read->unreadable.count > 0)
    add(all, (struct dw_made_nad){NULL, NULL, "it may be in a part of the input that could not be read"});
  else if (read->template_count > 0)
    add(all, (struct dw_made_nad){NULL, NULL,
                                  dw_arena_printf(all->arena, "it may be in %s that was skipped",
                                                  dw_template_name(read->templates[0].kind))});
}

void dw_lint_made_add(const struct dw_subjects *subjects, const struct dw_lint_state *state,
                      const struct dw_policy *policy, struct dw_view_source *source) {
  struct collection all = {.arena = subjects->arena};
  for (const struct dw_manifest *m = subjects->read.first; m != NULL; m = m->next)
    add_made(&all, m->json, subjects->ns);
  for (const struct dw_manifest *m = state->manifests; m != NULL; m = m->next) {
    add_made(&all, m->json, policy->namespace_);
    add_raw(&all, m->json);
  }
  for (size_t i = 0; i < subjects->count; i++)
    if (subjects->items[i].kind == DW_KIND_NAD && subjects->items[i].left_out)
      add_unread(&all, &subjects->items[i]);
  add_unknown(&all, &subjects->read);
  source->made = all.items;
  source->made_count = all.count;
}
