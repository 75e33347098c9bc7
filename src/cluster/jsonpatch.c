#include "cluster/jsonpatch.h"

#include <string.h>

#include "base/buf.h"
#include "base/quantity.h"
#include "base/text.h"
#include "json/json_position.h"
#include "json/patch.h"

/* The effect on the network of the patched KubeVirt object. HCO decodes that object over the one it created itself
 * (applyAnnotationPatch in controllers/operands/operand.go), so a network that the patch removes keeps the value of
 * HCO's own field; only null clears it. */
enum effect {
  EFFECT_NONE,
  EFFECT_CLEARS, /* null */
  EFFECT_SETS,
  EFFECT_OPAQUE /* cannot be determined from here */
};

struct outcome {
  enum effect effect;
  const dw_json *value; /* if SETS */
  size_t op;            /* the operation that set it */
  size_t first, last;   /* tokens of the target that lead from the operation's value to it */
  bool misspelt;        /* a key in another letter case was written, which Go's decoder also accepts for the field */
};

/* Paths in the KubeVirt object. */
enum {
  TARGET_DEPTH = 4,
  POINTER_DEPTH = 2
}; /* null clears `migrations` and what is below it, because these are pointers in Go */
static const char *const network_path[TARGET_DEPTH] = {"spec", "configuration", "migrations", "network"};
static const char *const gates_path[TARGET_DEPTH] = {"spec", "configuration", "developerConfiguration", "featureGates"};
/* The NULL stands for any element of the list. */
static const char *const component_path[TARGET_DEPTH] = {"spec", "customizeComponents", "patches", NULL};

enum relation {
  RELATION_APART,
  RELATION_ABOVE, /* the network itself or a parent of it */
  RELATION_BELOW
};

struct reach {
  enum relation relation;
  size_t depth; /* if ABOVE: the number of tokens */
  bool misspelt;
};

/* Reads POINTER as evanphx/json-patch does, which ignores everything before the first '/'. */
static struct reach reach_of(struct dw_arena *arena, const char *const *target, const char *pointer) {
  struct reach reach = {RELATION_ABOVE, 0, false};
  pointer += strcspn(pointer, "/");
  while (*pointer == '/') {
    if (reach.depth == TARGET_DEPTH) {
      reach.relation = RELATION_BELOW;
      return reach;
    }
    size_t length = strcspn(++pointer, "/");
    const char *wanted = target[reach.depth++];
    if (wanted == NULL) {
      pointer += length;
      continue;
    }
    /* Folding replaces at most three bytes (U+212A) by one, so a longer token can't be equal and is not copied. */
    const char *token = length <= 3 * strlen(wanted) ? dw_pointer_unescape(arena, pointer, length) : "";
    if (!dw_key_equal(token, wanted))
      return (struct reach){RELATION_APART, 0, false};
    reach.misspelt = reach.misspelt || strcmp(token, wanted) != 0;
    pointer += length;
  }
  return reach;
}

/* Whether Go's decoder matches several members of OBJECT to NAME in a way that can't be followed here: it merges
 * objects one after another, and the order of a repeated key with another one in between is not known. */
static bool is_ambiguous(const dw_json *object, const char *name, bool leaf) {
  size_t count = 0;
  for (struct dw_json_member m = dw_json_first(object); m.value != NULL; m = dw_json_next(object, m))
    count += dw_key_equal(m.key, name);
  return count > 1 && (!leaf || dw_json_repeats(object));
}

/* The keys of an object in a patch are in the order of the text, and the last one counts. */
static struct dw_json_member last_member(const dw_json *object, const char *name) {
  struct dw_json_member last = {0};
  for (struct dw_json_member m = dw_json_first(object); m.value != NULL; m = dw_json_next(object, m))
    if (dw_key_equal(m.key, name))
      last = m;
  return last;
}

/* The effect on the network of VALUE, written at the first DEPTH tokens of its path. */
static struct outcome place(const dw_json *value, size_t op, size_t depth, bool misspelt) {
  struct outcome outcome = {.effect = EFFECT_NONE, .op = op, .first = depth, .misspelt = misspelt};
  for (; depth < TARGET_DEPTH && dw_json_type(value) == DW_JSON_OBJECT; depth++) {
    if (is_ambiguous(value, network_path[depth], depth + 1 == TARGET_DEPTH))
      return (struct outcome){.effect = EFFECT_OPAQUE, .misspelt = true};
    struct dw_json_member member = last_member(value, network_path[depth]);
    value = member.value;
    outcome.misspelt = outcome.misspelt || (value != NULL && strcmp(member.key, network_path[depth]) != 0);
  }
  enum dw_json_type type = dw_json_type(value);
  if (type == DW_JSON_NULL)
    outcome.effect = depth > POINTER_DEPTH ? EFFECT_CLEARS : EFFECT_NONE;
  else if (type != DW_JSON_ABSENT)
    outcome.effect = depth == TARGET_DEPTH ? EFFECT_SETS : EFFECT_OPAQUE;
  if (outcome.effect == EFFECT_SETS)
    outcome.value = value;
  outcome.last = depth;
  return outcome;
}

enum operation { ADD, REPLACE, REMOVE, TEST, MOVE, COPY, OPERATION_COUNT };
static const char *const operations[OPERATION_COUNT] = {
    [ADD] = "add", [REPLACE] = "replace", [REMOVE] = "remove", [TEST] = "test", [MOVE] = "move", [COPY] = "copy"};

struct op {
  enum operation kind;
  const char *path;
  const char *from;     /* MOVE, COPY */
  const dw_json *value; /* ADD, REPLACE, TEST */
};

/* Returns false if evanphx/json-patch can't apply the operation. It requires keys in this letter case and, unlike RFC
 * 6902, does not require a value for a test. */
static bool read_op(const dw_json *json, struct op *out) {
  const char *name = dw_json_get_string(json, "op");
  size_t kind = 0;
  while (name != NULL && kind < OPERATION_COUNT && strcmp(name, operations[kind]) != 0)
    kind++;
  if (name == NULL || kind == OPERATION_COUNT)
    return false;
  struct op op = {(enum operation)kind, dw_json_get_string(json, "path"), dw_json_get_string(json, "from"),
                  dw_json_get(json, "value")};
  bool from_needed = op.kind == MOVE || op.kind == COPY;
  bool value_needed = op.kind == ADD || op.kind == REPLACE;
  /* Only copy accepts the whole document as its source. */
  bool has_source = op.from != NULL && (strchr(op.from, '/') != NULL || (op.kind == COPY && op.from[0] == '\0'));
  *out = op;
  return op.path != NULL && (!from_needed || has_source) && (!value_needed || op.value != NULL);
}

/* HCO's applyAnnotationPatch rejects the whole annotation if any path is elsewhere. */
static bool is_in_spec(const char *path) {
  static const char spec[] = "/spec/";
  return strncmp(path, spec, sizeof spec - 1) == 0;
}

static void follow(struct dw_arena *arena, const struct op *op, size_t index, struct outcome *outcome) {
  struct reach reach = reach_of(arena, network_path, op->path);
  bool touches = reach.relation != RELATION_APART;
  if (op->kind == MOVE)
    touches = touches || reach_of(arena, network_path, op->from).relation != RELATION_APART;
  if (op->kind == TEST || !touches)
    return;
  /* If keys differ only in letter case, the last one in the document counts, and objects below them are merged. */
  bool merged = outcome->misspelt || (reach.misspelt && reach.depth < TARGET_DEPTH && outcome->effect != EFFECT_NONE);
  bool misspelt = outcome->misspelt || reach.misspelt;
  if (op->kind == MOVE || op->kind == COPY || reach.relation == RELATION_BELOW || merged)
    *outcome = (struct outcome){.effect = EFFECT_OPAQUE, .misspelt = misspelt};
  else if (op->kind != REMOVE)
    *outcome = place(op->value, index, reach.depth, misspelt);
  else
    *outcome = (struct outcome){.effect = misspelt ? EFFECT_OPAQUE : EFFECT_NONE, .misspelt = misspelt};
}

/* --- other effects of the patch --- */

/* The value at the first END tokens of TARGET, if VALUE is at the first DEPTH. */
static const dw_json *dig(const dw_json *value, const char *const *target, size_t depth, size_t end) {
  while (value != NULL && depth < end)
    value = last_member(value, target[depth++]).value;
  return value;
}

/* Whether Go can decode the value into a struct. */
static bool is_struct(const dw_json *json) {
  enum dw_json_type type = dw_json_type(json);
  return type == DW_JSON_OBJECT || type == DW_JSON_NULL || type == DW_JSON_ABSENT;
}

/* Records the first loss. HyperConverged's decoder merges objects, but a list replaces the old one. */
static void note_loss(struct dw_arena *arena, const struct op *op, size_t index, struct dw_migration_config *out) {
  struct dw_jsonpatch_loss loss = {.path = op->path, .op = index, .removes = op->kind == REMOVE};
  struct reach network = reach_of(arena, network_path, op->path);
  struct reach gates = reach_of(arena, gates_path, op->path);
  const dw_json *value = loss.removes ? NULL : op->value;
  if (out->jsonpatch_loss.path != NULL || (op->kind != ADD && op->kind != REPLACE && op->kind != REMOVE))
    return;
  if (network.relation == RELATION_ABOVE && network.depth < TARGET_DEPTH &&
      !is_struct(value)) /* limit-type reports it */
    return;
  if (network.relation == RELATION_ABOVE && dig(value, network_path, network.depth, TARGET_DEPTH) == NULL) {
    loss.limits = network.depth < TARGET_DEPTH;
    out->jsonpatch_loss = loss;
  } else if (gates.relation == RELATION_ABOVE) {
    loss.gates = true;
    loss.for_good = dig(value, gates_path, gates.depth, TARGET_DEPTH) != NULL;
    out->jsonpatch_loss = loss;
  }
}

static void add_component_patch(struct dw_arena *arena, const dw_json *json, const char *field,
                                struct dw_migration_config *out) {
  out->component_patches = dw_arena_more(arena, out->component_patches, out->component_patch_count,
                                         &out->component_patch_capacity, sizeof *out->component_patches);
  out->component_patches[out->component_patch_count++] = (struct dw_component_patch){field, json};
}

void dw_component_patches_add(struct dw_arena *arena, const dw_json *patches, const char *field, bool in_list,
                              struct dw_migration_config *out) {
  if (dw_json_type(patches) == DW_JSON_OBJECT)
    add_component_patch(arena, patches, field, out);
  for (size_t i = 0; dw_json_type(patches) == DW_JSON_ARRAY && i < dw_json_size(patches); i++)
    add_component_patch(arena, dw_json_at(patches, i), in_list ? dw_arena_printf(arena, "%s[%zu]", field, i) : field,
                        out);
}

/* Records what the operation sets in customizeComponents: all of it, its list or one element. */
static void note_component_patches(struct dw_arena *arena, const struct op *op, struct dw_migration_config *out) {
  struct reach reach = reach_of(arena, component_path, op->path);
  if ((op->kind != ADD && op->kind != REPLACE) || reach.relation != RELATION_ABOVE)
    return;
  dw_component_patches_add(arena, dig(op->value, component_path, reach.depth, TARGET_DEPTH - 1),
                           out->jsonpatch_network.field, false, out);
}

/* --- the other settings --- */

/* Each operation copies what it changes, and the text can make that as large as the text itself. */
enum { MOST_OPERATIONS = 128, MOST_WORK = 1 << 20 };

/* The structure of the KubeVirt that HyperConverged creates, without values: the patch adds all that it contains. */
static const dw_json *bare_kubevirt(struct dw_arena *arena) {
  static const char text[] = "{\"spec\":{\"configuration\":{\"migrations\":{}}}}";
  return dw_json_parse(arena, text, sizeof text - 1, DW_JSON_PLAIN, NULL);
}

static const dw_json *patched(struct dw_arena *arena, const dw_json *kubevirt, const char *name, const char *path,
                              const dw_json *value) {
  dw_json *operation = dw_json_new_object(arena);
  dw_json *patch = dw_json_new_array(arena);
  dw_json_set(arena, operation, "op", dw_json_new_string(arena, name, strlen(name)));
  dw_json_set(arena, operation, "path", dw_json_new_string(arena, path, strlen(path)));
  if (value != NULL)
    dw_json_set(arena, operation, "value", dw_json_share(value));
  dw_json_append(arena, patch, operation);
  return dw_patch_apply(arena, kubevirt, patch);
}

/* A `replace` is treated as an `add`, because the real object has the value. A parent that is missing here is created:
 * it may be in the real object, or be the misspelt key that the rules look for. */
static const dw_json *put(struct dw_arena *arena, const dw_json *kubevirt, const char *path, const dw_json *value) {
  enum { MOST_PARENTS = 4 };
  const dw_json *after = patched(arena, kubevirt, "add", path, value);
  for (size_t i = 0; after == NULL && i < MOST_PARENTS && is_in_spec(path); i++) {
    const char *slash = strrchr(path, '/');
    dw_json *parent = dw_json_new_object(arena);
    dw_json_set(arena, parent, dw_pointer_unescape(arena, slash + 1, strlen(slash + 1)), dw_json_share(value));
    value = parent;
    path = dw_arena_strndup(arena, path, (size_t)(slash - path));
    after = !is_in_spec(path) ? NULL : patched(arena, kubevirt, "add", path, value);
  }
  return after == NULL ? kubevirt : after;
}

static const dw_json *without(struct dw_arena *arena, const dw_json *kubevirt, const char *path) {
  const dw_json *after = patched(arena, kubevirt, "remove", path, NULL);
  return after == NULL ? kubevirt : after;
}

/* The value at PATH, if PATH is one of KubeVirt's settings for migrations and the patch has set it; else NULL. */
static const dw_json *given_at(struct dw_arena *arena, const dw_json *kubevirt, const char *path) {
  const char *target[TARGET_DEPTH] = {"spec", "configuration", "migrations", NULL};
  struct reach reach = reach_of(arena, target, path);
  if (reach.relation != RELATION_ABOVE || reach.depth != TARGET_DEPTH || reach.misspelt)
    return NULL;
  const char *slash = strrchr(path, '/');
  return dw_json_path(kubevirt, "spec", "configuration", "migrations",
                      dw_pointer_unescape(arena, slash + 1, strlen(slash + 1)), NULL);
}

/* Lists and objects are excluded because each copy could double their size. */
static bool is_scalar(const dw_json *json) {
  enum dw_json_type type = dw_json_type(json);
  return type != DW_JSON_ABSENT && type != DW_JSON_OBJECT && type != DW_JSON_ARRAY;
}

/* Returns KUBEVIRT after OP. Values that HyperConverged sets are missing here, and remain unknown. */
static const dw_json *apply(struct dw_arena *arena, const dw_json *kubevirt, const struct op *op) {
  if (op->kind == TEST)
    return kubevirt;
  if (op->kind == ADD || op->kind == REPLACE)
    return put(arena, kubevirt, op->path, op->value);
  if (op->kind == REMOVE)
    return without(arena, kubevirt, op->path);
  const dw_json *value = given_at(arena, kubevirt, op->from);
  if (op->kind == MOVE)
    kubevirt = without(arena, kubevirt, op->from);
  return is_scalar(value) ? put(arena, kubevirt, op->path, value) : without(arena, kubevirt, op->path);
}

/* The member NAME of OBJECT; NULL if Go's decoder matches another key to it as well. */
static const dw_json *sole_member(const dw_json *object, const char *name) {
  size_t count = 0;
  for (struct dw_json_member m = dw_json_first(object); m.value != NULL; m = dw_json_next(object, m))
    count += dw_key_equal(m.key, name);
  return count == 1 ? dw_json_get(object, name) : NULL;
}

/* --- whether it can be applied --- */

/* Finds PATH in the annotation's TEXT. LINE and COLUMN are unchanged if it is not there. */
static void locate_path(const char *text, const char *path, int *line, int *column) {
  struct dw_json_place place;
  if (dw_json_locate(text, strlen(text), path, &place))
    dw_text_position(text, strlen(text), place.value.offset, line, column);
}

/* The members of MigrationConfiguration that HyperConverged never sets: hcLiveMigrationToKv() in
 * controllers/handlers/kubevirt.go. */
static bool is_never_set(const char *key) {
  static const char *const keys[] = {"disableTLS",        "matchSELinuxLevelOnMigration", "maxDowntimeMs",
                                     "nodeDrainTaintKey", "unsafeMigrationOverride",      "utilityVolumesTimeout"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    if (strcmp(keys[i], key) == 0)
      return true;
  return false;
}

/* Whether OP fails on the real object. KUBEVIRT contains the effects of the operations before it. Only two things about
 * the real object are known from the HyperConverged object: the network, and which members are never set. */
static bool fails(struct dw_arena *arena, const dw_json *kubevirt, const struct op *op,
                  const struct dw_migration_config *own, bool *differs) {
  const char *target[TARGET_DEPTH] = {"spec", "configuration", "migrations", NULL};
  struct reach reach = reach_of(arena, target, op->path);
  if ((op->kind != REPLACE && op->kind != REMOVE && op->kind != TEST) || reach.relation != RELATION_ABOVE ||
      reach.depth != TARGET_DEPTH || reach.misspelt || given_at(arena, kubevirt, op->path) != NULL)
    return false;
  const char *slash = strrchr(op->path, '/');
  const char *key = dw_pointer_unescape(arena, slash + 1, strlen(slash + 1));
  bool network = strcmp(key, "network") == 0;
  const char *tested = op->kind == TEST ? dw_json_string(op->value) : NULL;
  *differs = network && tested != NULL && own->network.text != NULL && strcmp(tested, own->network.text) != 0;
  bool missing = network ? !dw_value_given(&own->network) : is_never_set(key);
  return *differs || (missing && (op->kind != TEST || (op->value != NULL && dw_json_type(op->value) != DW_JSON_NULL)));
}

static void note_failure(struct dw_arena *arena, const char *text, const dw_json *kubevirt, const struct op *op,
                         size_t index, struct dw_migration_config *out) {
  bool differs = false;
  if (kubevirt == NULL || out->jsonpatch_failure.path != NULL || !fails(arena, kubevirt, op, out, &differs))
    return;
  struct dw_jsonpatch_failure failure = {.name = operations[op->kind], .path = op->path, .differs = differs};
  locate_path(text, dw_arena_printf(arena, "[%zu].path", index), &failure.line, &failure.column);
  out->jsonpatch_failure = failure;
}

/* Sets OUT to the member NAME, if it is there. Null means KubeVirt's default, which the user has not chosen, so OUT is
 * unchanged and the result is false. */
static bool override(struct dw_arena *arena, const dw_json *parent, const char *field, const char *name,
                     struct dw_value *out) {
  const dw_json *json = sole_member(parent, name);
  if (json == NULL || dw_json_type(json) == DW_JSON_NULL)
    return false;
  *out = (struct dw_value){dw_arena_join(arena, field, ".", name), json, dw_json_string(json)};
  return true;
}

/* HyperConverged decodes the patched object into Go types, and Quantity.UnmarshalJSON() removes spaces, so KubeVirt
 * receives the quantity without them. In HyperConverged's own field the CRD's pattern rejects them. */
static void trim_quantity(struct dw_arena *arena, struct dw_value *value) {
  if (value->text == NULL)
    return;
  const char *begin = value->text + strspn(value->text, " ");
  size_t length = strlen(begin);
  while (length > 0 && begin[length - 1] == ' ')
    length--;
  const char *text = dw_arena_strndup(arena, begin, length);
  if (!dw_quantity_parse(text, NULL))
    return;
  value->json = dw_json_new_string(arena, text, length);
  value->text = text;
}

static void apply_settings(struct dw_arena *arena, const dw_json *kubevirt, struct dw_migration_config *out) {
  out->jsonpatch_spec = dw_json_get(kubevirt, "spec");
  const dw_json *configuration = sole_member(out->jsonpatch_spec, "configuration");
  const dw_json *migrations = sole_member(configuration, "migrations");
  for (size_t i = 0; i < DW_LIMIT_COUNT; i++)
    (void) override(arena, migrations, DW_KUBEVIRT_BLOCK, dw_limit_names[i], &out->limits[i]);
  if (override(arena, migrations, DW_KUBEVIRT_BLOCK, "bandwidthPerMigration", &out->bandwidth))
    trim_quantity(arena, &out->bandwidth);
  (void) override(arena, migrations, DW_KUBEVIRT_BLOCK, "allowPostCopy", &out->allow_post_copy);
  (void) override(arena, migrations, DW_KUBEVIRT_BLOCK, "allowWorkloadDisruption", &out->allow_disruption);
  (void) override(arena, configuration, "spec.configuration", "evictionStrategy", &out->eviction_strategy);
}

static void report(const struct outcome *outcome, struct dw_migration_config *out) {
  switch (outcome->effect) {
  case EFFECT_NONE:
    out->jsonpatch = DW_JSONPATCH_NONE;
    return;
  case EFFECT_OPAQUE:
    out->jsonpatch = DW_JSONPATCH_OPAQUE;
    return;
  case EFFECT_CLEARS:
    out->jsonpatch = DW_JSONPATCH_SETS;
    out->jsonpatch_network.text = "";
    return;
  case EFFECT_SETS:
    out->jsonpatch = DW_JSONPATCH_SETS;
    out->jsonpatch_network.json = outcome->value;
    out->jsonpatch_network.text = dw_json_string(outcome->value);
    return;
  }
}

static void locate_network(const char *text, const struct outcome *outcome, struct dw_migration_config *out) {
  DW_BUF_SCOPED struct dw_buf path = DW_BUF_INIT;
  if (outcome->effect != EFFECT_SETS && outcome->effect != EFFECT_CLEARS)
    return;
  dw_buf_printf(&path, "[%zu].value", outcome->op);
  for (size_t i = outcome->first; i < outcome->last; i++)
    dw_buf_printf(&path, ".%s", network_path[i]);
  locate_path(text, dw_buf_text(&path), &out->jsonpatch_line, &out->jsonpatch_column);
}

static void locate_loss(struct dw_arena *arena, const char *text, struct dw_jsonpatch_loss *loss) {
  if (loss->path != NULL)
    locate_path(text, dw_arena_printf(arena, "[%zu].path", loss->op), &loss->line, &loss->column);
}

/* Returns NULL if TEXT is not JSON, or exceeds a limit; OUT then records which. */
static const dw_json *parse_patch(struct dw_arena *arena, const char *text, struct dw_migration_config *out) {
  struct dw_error err = DW_ERROR_INIT;
  dw_arena_next_text(arena);
  const dw_json *patch = dw_json_parse(arena, text, strlen(text), DW_JSON_PLAIN, &err);
  if (patch != NULL)
    return patch;
  if (err.code != DW_ERR_SYNTAX)
    out->jsonpatch = DW_JSONPATCH_OPAQUE;
  out->jsonpatch_line = err.line;
  out->jsonpatch_column = err.column;
  return NULL;
}

/* Called if nothing of the patch is applied. */
static void forget(struct dw_migration_config *out) {
  out->jsonpatch_loss = (struct dw_jsonpatch_loss){.path = NULL};
  out->jsonpatch_failure = (struct dw_jsonpatch_failure){.path = NULL};
  out->component_patch_count = 0;
}

void dw_jsonpatch_read(struct dw_arena *arena, const dw_json *annotation, struct dw_migration_config *out) {
  out->jsonpatch_annotation = annotation;
  out->jsonpatch = DW_JSONPATCH_NONE;
  out->jsonpatch_network = (struct dw_value){"metadata.annotations[kubevirt.kubevirt.io/jsonpatch]", NULL, NULL};
  if (annotation == NULL || dw_json_type(annotation) == DW_JSON_NULL)
    return;
  out->jsonpatch = DW_JSONPATCH_UNREADABLE;
  const char *text = dw_json_string(annotation);
  if (text == NULL)
    return;
  const dw_json *patch = parse_patch(arena, text, out);
  if (dw_json_type(patch) != DW_JSON_ARRAY && dw_json_type(patch) != DW_JSON_NULL) /* to Go, null is an empty list */
    return;
  out->jsonpatch_operations = patch;
  struct outcome outcome = {.effect = EFFECT_NONE};
  bool in_spec = true;
  bool known = true; /* false after a copy or move, whose result is unknown */
  size_t count = dw_json_size(patch);
  bool too_much = count > MOST_OPERATIONS || count * strlen(text) > MOST_WORK;
  const dw_json *kubevirt = too_much ? NULL : bare_kubevirt(arena);
  for (size_t i = 0; i < count; i++) {
    struct op op;
    if (!read_op(dw_json_at(patch, i), &op)) {
      forget(out);
      return;
    }
    in_spec = in_spec && is_in_spec(op.path);
    follow(arena, &op, i, &outcome);
    note_loss(arena, &op, i, out);
    note_component_patches(arena, &op, out);
    known = known && op.kind != MOVE && op.kind != COPY;
    note_failure(arena, text, known ? kubevirt : NULL, &op, i, out);
    kubevirt = kubevirt == NULL ? NULL : apply(arena, kubevirt, &op);
  }
  if (!in_spec) {
    forget(out);
    out->jsonpatch = DW_JSONPATCH_OUTSIDE;
    return;
  }
  apply_settings(arena, kubevirt, out);
  report(&outcome, out);
  if (too_much && out->jsonpatch == DW_JSONPATCH_NONE)
    out->jsonpatch = DW_JSONPATCH_OPAQUE;
  locate_network(text, &outcome, out);
  locate_loss(arena, text, &out->jsonpatch_loss);
}

const dw_json *dw_jsonpatch_mistyped(const struct dw_migration_config *config, const char **field) {
  const dw_json *configuration = dw_json_get(config->jsonpatch_spec, "configuration");
  const dw_json *migrations = dw_json_get(configuration, "migrations");
  *field = is_struct(configuration) ? DW_KUBEVIRT_BLOCK : "spec.configuration";
  return !is_struct(configuration) ? configuration : is_struct(migrations) ? NULL : migrations;
}

/* --- where the patch sets a field --- */

/* Splits FIELD into its keys and returns their number; 0 if there are more than TARGET has room for. */
static size_t split_field(struct dw_arena *arena, const char *field, const char **target) {
  size_t count = 0;
  for (; count < TARGET_DEPTH; count++) {
    size_t length = strcspn(field, ".");
    target[count] = dw_arena_strndup(arena, field, length);
    field += length;
    if (*field++ == '\0')
      return count + 1;
  }
  return 0;
}

/* The path, in the annotation, of the value that the operation gives TARGET; NULL if it does not set it. */
static const char *place_of(struct dw_arena *arena, const dw_json *operation, size_t index, const char *const *target,
                            size_t count) {
  struct op op;
  if (!read_op(operation, &op) || (op.kind != ADD && op.kind != REPLACE))
    return NULL;
  struct reach reach = reach_of(arena, target, op.path);
  if (reach.relation == RELATION_APART)
    return NULL;
  if (reach.relation == RELATION_BELOW || reach.depth > count)
    return dw_arena_printf(arena, "[%zu].path", index);
  const char *path = dw_arena_printf(arena, "[%zu].value", index);
  const dw_json *value = op.value;
  for (size_t depth = reach.depth; depth < count && value != NULL; depth++) {
    struct dw_json_member member = last_member(value, target[depth]);
    value = member.value;
    path = value == NULL ? path : dw_arena_join(arena, path, ".", member.key);
  }
  return value == NULL ? NULL : path;
}

void dw_jsonpatch_locate(struct dw_arena *arena, const struct dw_migration_config *config, const char *field, int *line,
                         int *column) {
  enum { LONGEST = 64 * 1024 }; /* because the text is scanned again for each finding */
  const char *target[TARGET_DEPTH] = {NULL};
  const char *text = dw_json_string(config->jsonpatch_annotation);
  const dw_json *patch = config->jsonpatch_operations;
  size_t count = split_field(arena, field, target);
  if (text == NULL || count == 0 || strlen(text) > LONGEST)
    return;
  const char *place = NULL;
  for (size_t i = dw_json_size(patch); i > 0 && place == NULL; i--)
    place = place_of(arena, dw_json_at(patch, i - 1), i - 1, target, count);
  if (place != NULL)
    locate_path(text, place, line, column);
}
