/* Reads whereabouts' IPAM object as its LoadIPAMConfig does. First all members are found, then the problems are
 * reported in the order of the text. */
#include "cni/cni_internal.h"
#include "json/json_position.h"

/* A struct dw_pool is far larger than "{}", so the number is limited. */
enum { RANGES_MAX = 100000 };

/* For each known key, the member that is used: the last one. */
struct slots {
  const char *field; /* of the IPAM object or the entry of ipRanges */
  const dw_json *object;
  const struct dw_value *outer; /* of an entry, if it is the only one: the IPAM object; else NULL */
  struct dw_json_member members[DW_IPAM_SLOT_COUNT];
};

static void fill_slots(struct slots *slots, const char *field, const dw_json *object) {
  slots->field = field;
  slots->object = object;
  for (struct dw_json_member m = dw_json_first(object); m.value != NULL; m = dw_json_next(object, m)) {
    enum dw_ipam_key key = dw_ipam_key_of(m.key);
    if (key < DW_IPAM_SLOT_COUNT)
      slots->members[key] = m;
  }
}

static struct dw_value slot(struct dw_arena *arena, const struct slots *slots, enum dw_ipam_key key) {
  const struct dw_json_member *member = &slots->members[key];
  return dw_value_at(arena, slots->field, member->value == NULL ? dw_ipam_key_name(key) : member->key, member->value);
}

static void fill_source(struct dw_arena *arena, const struct slots *slots, bool in_list, struct dw_pool_source *out) {
  *out = (struct dw_pool_source){.field = slots->field,
                                 .in_list = in_list,
                                 .range = slot(arena, slots, DW_IPAM_RANGE),
                                 .start = slot(arena, slots, DW_IPAM_RANGE_START),
                                 .end = slot(arena, slots, DW_IPAM_RANGE_END),
                                 .exclude = slot(arena, slots, DW_IPAM_EXCLUDE)};
}

/* --- keys that whereabouts does not know --- */

static void set_text(struct dw_ipam_problem *problem, const char *key, const char *what, const char *fix) {
  problem->value = key;
  problem->what = what;
  problem->fix = fix;
}

static void add_unknown(struct dw_problems *problems, const struct slots *slots, const char *key, const char *what,
                        const char *fix, struct dw_edits edits) {
  if (dw_problems_full(problems, DW_IPAM_UNKNOWN))
    return;
  struct dw_value value = dw_value_at(problems->arena, slots->field, key, NULL);
  struct dw_ipam_problem *problem = dw_problem_add(problems, DW_IPAM_UNKNOWN, &value);
  if (problem == NULL)
    return;
  set_text(problem, key, what, fix);
  problem->edits = edits;
}

static bool is_empty(const dw_json *json) {
  const char *text = dw_json_string(json);
  bool holds_members = dw_json_type(json) == DW_JSON_ARRAY || dw_json_type(json) == DW_JSON_OBJECT;
  return dw_json_type(json) <= DW_JSON_NULL || (text != NULL && text[0] == '\0') ||
         (holds_members && dw_json_size(json) == 0);
}

/* Returns true if other addresses are handed out because the key is ignored. If the correct key or another range is
 * present as well, the pod gets an address anyway. */
static bool changes_pools(const struct slots *slots, enum dw_ipam_key meant, const dw_json *value) {
  switch (meant) {
  case DW_IPAM_RANGE:
  case DW_IPAM_IP_RANGES:
    return !is_empty(value) && !dw_is_given(slots->members[DW_IPAM_RANGE].value) &&
           !dw_is_given(slots->members[DW_IPAM_IP_RANGES].value);
  case DW_IPAM_RANGE_START:
  case DW_IPAM_RANGE_END:
  case DW_IPAM_EXCLUDE:
    return !is_empty(value) && !dw_is_given(slots->members[meant].value);
  default:
    return false;
  }
}

/* Returns true if whereabouts can read VALUE under the key MEANT. */
static bool fits(struct dw_arena *arena, enum dw_ipam_key meant, const struct dw_value *value) {
  struct dw_problems problems = {.arena = arena};
  struct dw_range range;
  struct dw_addr addr;
  struct dw_prefix prefix;
  if (!dw_value_given(value) || !dw_ipam_check_type(&problems, meant, value))
    return false;
  switch (meant) {
  case DW_IPAM_RANGE:
    return value->text != NULL && dw_range_parse(value->text, &range) == DW_RANGE_OK;
  case DW_IPAM_RANGE_START:
  case DW_IPAM_RANGE_END:
  case DW_IPAM_GATEWAY:
    return value->text != NULL && dw_addr_parse(value->text, DW_ADDR_STRICT, &addr);
  case DW_IPAM_EXCLUDE:
    for (size_t i = 0; i < dw_json_size(value->json); i++) {
      const char *text = dw_json_string(dw_json_at(value->json, i));
      if (text == NULL || !dw_exclude_parse(text, &prefix))
        return false;
    }
    return true;
  case DW_IPAM_IP_RANGES:
    for (size_t i = 0; i < dw_json_size(value->json); i++) {
      const char *text = dw_json_string(dw_json_get_fold(dw_json_at(value->json, i), "range", NULL));
      if (text == NULL || dw_range_parse(text, &range) != DW_RANGE_OK)
        return false;
    }
    return true;
  default:
    return true;
  }
}

/* The JSON of one range of host-local as whereabouts has it; NULL if it has other keys, or none that can be read. */
static const char *range_from_host_local(struct dw_arena *arena, const dw_json *object) {
  static const char *const keys[][2] = {{"subnet", "range"}, {"rangeStart", "range_start"}, {"rangeEnd", "range_end"}};
  const char *text = "";
  size_t known = 0;
  struct dw_range range;
  const char *subnet = dw_json_get_string(object, "subnet");
  if (subnet == NULL || dw_range_parse(subnet, &range) != DW_RANGE_OK)
    return NULL;
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    const dw_json *value = dw_json_get(object, keys[i][0]);
    if (value == NULL)
      continue;
    text =
        dw_arena_printf(arena, "%s%s\"%s\": %s", text, known == 0 ? "{" : ", ", keys[i][1], dw_json_text(arena, value));
    known++;
  }
  return known == dw_json_size(object) ? dw_arena_join(arena, text, "}", "") : NULL;
}

/* The JSON of host-local's `ranges`, a list of lists, as whereabouts' ipRanges; NULL if VALUE is something else. */
static const char *from_host_local(struct dw_arena *arena, const struct dw_value *value) {
  enum { MOST = 16 };
  const char *text = "";
  size_t count = dw_json_size(value->json);
  if (dw_json_type(value->json) != DW_JSON_ARRAY || count == 0 || count > MOST)
    return NULL;
  for (size_t i = 0; i < count; i++) {
    const dw_json *set = dw_json_at(value->json, i);
    const char *range = dw_json_type(set) != DW_JSON_ARRAY || dw_json_size(set) != 1
                            ? NULL
                            : range_from_host_local(arena, dw_json_at(set, 0));
    if (range == NULL)
      return NULL;
    text = dw_arena_join(arena, text, i == 0 ? "[" : ", ", range);
  }
  return dw_arena_join(arena, text, "]", "");
}

/* How many keys of the object are similar to the known key MEANT. */
static size_t count_lookalikes(const struct slots *slots, enum dw_ipam_key meant, bool in_list) {
  size_t count = 0;
  for (struct dw_json_member m = dw_json_first(slots->object); m.value != NULL; m = dw_json_next(slots->object, m))
    count += dw_ipam_key_of(m.key) == DW_IPAM_NO_KEY && dw_ipam_lookalike(m.key, in_list) == meant;
  return count;
}

/* The edit that gives MEMBER the key MEANT; none if another member may be meant by it. */
static struct dw_edits rename_key(struct dw_arena *arena, const struct slots *slots,
                                  const struct dw_json_member *member, enum dw_ipam_key meant, bool in_list) {
  struct dw_value value = dw_value_at(arena, slots->field, member->key, member->value);
  const struct dw_json_member *null = &slots->members[meant]; /* "", or null, which counts as absent */
  struct dw_edits edits = {NULL, 0};
  if (count_lookalikes(slots, meant, in_list) != 1)
    return edits;
  if (meant == DW_IPAM_IP_RANGES && null->value == NULL && from_host_local(arena, &value) != NULL)
    return dw_edits_join(arena, dw_edit_remove(arena, dw_path_join(arena, slots->field, member->key)),
                         dw_edit_set(arena, dw_arena_join(arena, slots->field, ".", dw_ipam_key_name(meant)),
                                     from_host_local(arena, &value)));
  if (!fits(arena, meant, &value))
    return edits;
  if (null->value != NULL)
    edits = dw_edit_remove(arena, dw_path_join(arena, slots->field, null->key));
  return dw_edits_join(arena, edits,
                       dw_edit_rename(arena, dw_path_join(arena, slots->field, member->key), dw_ipam_key_name(meant)));
}

static void add_lookalike(struct dw_problems *problems, const struct slots *slots, const struct dw_json_member *member,
                          enum dw_ipam_key meant, bool in_list) {
  const char *key = member->key;
  struct dw_value value = dw_value_at(problems->arena, slots->field, key, NULL);
  struct dw_ipam_problem *problem = dw_problem_add(problems, DW_IPAM_LOOKALIKE, &value);
  if (problem == NULL)
    return;
  problem->harmless = !changes_pools(slots, meant, member->value);
  bool also_given = dw_is_given(slots->members[meant].value);
  problem->edits = also_given ? dw_edit_remove(problems->arena, dw_path_join(problems->arena, slots->field, key))
                              : rename_key(problems->arena, slots, member, meant, in_list);
  set_text(problem, key, "is an unknown key, which whereabouts ignores",
           also_given ? dw_arena_printf(problems->arena, "remove it: %s is also set", dw_ipam_key_name(meant))
                      : dw_arena_printf(problems->arena, "use %s", dw_ipam_key_name(meant)));
}

/* The edit that moves MEMBER of the only entry of ipRanges next to ipRanges. */
static struct dw_edits move_out(struct dw_arena *arena, const struct slots *slots,
                                const struct dw_json_member *member) {
  enum dw_ipam_key key = dw_ipam_key_of(member->key);
  struct dw_value value = dw_value_at(arena, slots->field, member->key, member->value);
  if (slots->outer == NULL || key >= DW_IPAM_KEY_COUNT ||
      dw_json_get_fold(slots->outer->json, dw_ipam_key_name(key), NULL) != NULL || !fits(arena, key, &value))
    return (struct dw_edits){NULL, 0};
  return dw_edit_move(arena, value.field, dw_arena_join(arena, slots->outer->field, ".", dw_ipam_key_name(key)));
}

/* Returns true if this is the reason why there is no range. */
static bool report_unknown(struct dw_problems *problems, const struct slots *slots, const struct dw_json_member *member,
                           bool in_list) {
  const char *key = member->key;
  if (dw_problems_full(problems, DW_IPAM_LOOKALIKE))
    return false;
  if (in_list && dw_ipam_key_of(key) != DW_IPAM_NO_KEY) {
    add_unknown(problems, slots, key, "is ignored inside ipRanges", "move it next to ipRanges",
                move_out(problems->arena, slots, member));
    return false;
  }
  enum dw_ipam_key meant = dw_ipam_lookalike(key, in_list);
  if (meant != DW_IPAM_NO_KEY)
    add_lookalike(problems, slots, member, meant, in_list);
  else
    add_unknown(problems, slots, key, "is an unknown key, which whereabouts ignores",
                "check its spelling, or remove it", (struct dw_edits){NULL, 0});
  return (meant == DW_IPAM_RANGE || meant == DW_IPAM_IP_RANGES) && changes_pools(slots, meant, member->value);
}

/* --- ipRanges --- */

static void report_pool_member(struct dw_problems *problems, const struct dw_pool_source *source,
                               const struct dw_pool *pool, enum dw_ipam_key key, const struct dw_value *value) {
  bool excludes = key == DW_IPAM_EXCLUDE && dw_json_type(value->json) == DW_JSON_ARRAY; /* each entry is checked */
  if (excludes || dw_ipam_check_type(problems, key, value))
    dw_pool_problems(problems, source, pool, key);
}

static bool has_range(const struct dw_value *range) {
  return dw_value_given(range) && (range->text == NULL || range->text[0] != '\0');
}

/* WRITTEN is the member that was used instead of `range`, or NULL. */
static void report_missing_range(struct dw_problems *problems, const struct slots *slots, const struct dw_value *range,
                                 const struct dw_json_member *written) {
  struct dw_ipam_problem *problem = dw_problem_add(problems, DW_IPAM_UNREADABLE, range);
  if (problem == NULL)
    return;
  problem->missing = true;
  problem->what = "whereabouts rejects the whole configuration without it";
  problem->fix = written == NULL ? "give each entry of ipRanges a range, such as 10.200.5.0/24"
                                 : dw_arena_printf(problems->arena, "use range instead of %s", written->key);
  if (written != NULL)
    problem->edits = rename_key(problems->arena, slots, written, DW_IPAM_RANGE, true);
}

static const struct dw_value *source_value(const struct dw_pool_source *source, enum dw_ipam_key key) {
  switch (key) {
  case DW_IPAM_RANGE:
    return &source->range;
  case DW_IPAM_RANGE_START:
    return &source->start;
  case DW_IPAM_RANGE_END:
    return &source->end;
  default:
    return &source->exclude;
  }
}

/* A missing range and a key that is similar to `range` are one mistake: the missing range, which makes whereabouts
 * fail, is reported. */
static void report_entry_members(struct dw_problems *problems, const struct slots *slots, const dw_json *entry,
                                 const struct dw_pool_source *source, const struct dw_pool *pool) {
  bool reported = has_range(&source->range);
  for (struct dw_json_member m = dw_json_first(entry); m.value != NULL; m = dw_json_next(entry, m)) {
    enum dw_ipam_key key = dw_ipam_key_of(m.key);
    if (key == DW_IPAM_NO_KEY && !reported && dw_ipam_lookalike(m.key, true) == DW_IPAM_RANGE) {
      report_missing_range(problems, slots, &source->range, &m);
      reported = true;
    } else if (!dw_ipam_key_in_list(key)) {
      (void)report_unknown(problems, slots, &m, true);
    } else if (slots->members[key].value == m.value && (key != DW_IPAM_RANGE || has_range(&source->range))) {
      report_pool_member(problems, source, pool, key, source_value(source, key));
    }
  }
  if (!reported)
    report_missing_range(problems, slots, &source->range, NULL);
}

static void report_bare_range(struct dw_problems *problems, const struct dw_value *entry) {
  struct dw_range range;
  struct dw_ipam_problem *problem = dw_problem_add(problems, DW_IPAM_UNREADABLE, entry);
  if (problem == NULL)
    return;
  problem->what =
      dw_arena_printf(problems->arena, "must be an object with a range, not %s", dw_json_type_name(entry->json));
  problem->fix = dw_type_fix(entry, "an object");
  problem->edits = dw_type_edits(problems->arena, entry, "an object");
  if (entry->text == NULL || dw_range_parse(entry->text, &range) != DW_RANGE_OK)
    return;
  const char *object = dw_arena_join(problems->arena, "{\"range\": ", dw_json_text(problems->arena, entry->json), "}");
  problem->fix = dw_arena_join(problems->arena, "use ", object, "");
  problem->edits = dw_edit_set(problems->arena, entry->field, object);
}

static void read_entry(struct dw_problems *problems, const struct dw_value *entry, const struct dw_value *outer,
                       const struct dw_value *slice_size, struct dw_pool *out) {
  struct slots slots = {0};
  struct dw_pool_source source;
  fill_slots(&slots, entry->field, entry->json);
  slots.outer = outer;
  fill_source(problems->arena, &slots, true, &source);
  source.slice_size = *slice_size;
  dw_pool_read(problems->arena, &source, out);
  if (dw_json_type(entry->json) == DW_JSON_OBJECT)
    report_entry_members(problems, &slots, entry->json, &source, out);
  else
    report_bare_range(problems, entry);
}

static void read_entries(struct dw_problems *problems, struct dw_ipam *ipam, const struct dw_value *list,
                         const struct dw_value *slice_size) {
  size_t count = dw_json_size(list->json);
  for (size_t i = 0; i < count; i++) {
    struct dw_value entry = dw_value_element(problems->arena, list->field, i, dw_json_at(list->json, i));
    read_entry(problems, &entry, count == 1 ? &ipam->raw : NULL, slice_size, &ipam->pools[ipam->pool_count++]);
  }
}

/* --- the top level --- */

/* The state while the members are checked in order. */
struct reading {
  struct dw_problems *problems;
  struct dw_ipam *ipam;
  struct slots slots;
  struct dw_pool_source source;
  bool has_range;
  size_t entries; /* of ipRanges */
  bool explained; /* a problem explains why there is no range */
};

/* Reports a start, end or excludes without a range at the same level. If ipRanges has no range either, only the missing
 * range is reported. */
static void report_without_range(struct reading *reading, enum dw_ipam_key key, const struct dw_value *value) {
  bool empty = value->text != NULL ? value->text[0] == '\0' : dw_json_size(value->json) == 0;
  if (reading->entries == 0 || empty)
    return;
  struct dw_ipam_problem *problem = dw_problem_add(reading->problems, DW_IPAM_IGNORED, value);
  if (problem == NULL)
    return;
  problem->what = "is ignored because it applies only to a range next to it";
  problem->fix = "move it to the ipRanges entry that it is meant for";
  const struct dw_json_member *list = &reading->slots.members[DW_IPAM_IP_RANGES];
  const dw_json *entry = dw_json_at(list->value, 0);
  struct dw_arena *arena = reading->problems->arena;
  if (reading->entries == 1 && dw_json_type(entry) == DW_JSON_OBJECT &&
      dw_json_get_fold(entry, dw_ipam_key_name(key), NULL) == NULL && fits(arena, key, value))
    problem->edits =
        dw_edit_move(arena, value->field,
                     dw_arena_printf(arena, "%s.%s[0].%s", reading->slots.field, list->key, dw_ipam_key_name(key)));
}

static void report_range_member(struct reading *reading, enum dw_ipam_key key, const struct dw_value *value) {
  if (reading->has_range)
    report_pool_member(reading->problems, &reading->source, &reading->ipam->pools[0], key, value);
  else if (dw_ipam_check_type(reading->problems, key, value) && dw_value_given(value) && key != DW_IPAM_RANGE)
    report_without_range(reading, key, value);
}

/* whereabouts fails if it can't read `gateway`. It silently ignores an unreadable `Gateway`, which is used only without
 * `gateway`. */
static void report_gateway(struct reading *reading, enum dw_ipam_key key, const struct dw_value *value) {
  struct dw_problems *problems = reading->problems;
  struct dw_ip_value gateway = dw_ip_read(value, DW_ADDR_SLOPPY);
  bool bad = gateway.state == DW_READ_BAD;
  if (!bad && (gateway.state == DW_READ_ABSENT || !dw_has_leading_zeros(value->text)))
    return;
  enum dw_ipam_problem_kind failing = key == DW_IPAM_GATEWAY ? DW_IPAM_UNREADABLE : DW_IPAM_IGNORED;
  char canonical[DW_ADDR_TEXT];
  if (bad)
    dw_problem_complain(problems, failing, value, dw_complain_address(problems->arena, value->text));
  else
    dw_problem_complain(problems, DW_IPAM_LEADING_ZERO, value,
                        dw_complain_use(problems->arena,
                                        "has octets with leading zeros, which whereabouts reads as decimal",
                                        dw_addr_format(&gateway.addr, canonical)));
}

static void report_too_many(struct dw_problems *problems, const struct dw_value *value) {
  struct dw_ipam_problem *problem = dw_problem_add(problems, DW_IPAM_UNREADABLE, value);
  if (problem == NULL)
    return;
  problem->too_large = true;
  problem->what = dw_arena_printf(problems->arena, "contains more than %d ranges, too many to check", RANGES_MAX);
  problem->fix = "merge them into wider ones";
}

static void report_ip_ranges(struct reading *reading, const struct dw_value *value) {
  if (!dw_ipam_check_type(reading->problems, DW_IPAM_IP_RANGES, value)) {
    reading->explained = true;
  } else if (reading->entries > RANGES_MAX) {
    report_too_many(reading->problems, value);
    reading->explained = true;
  } else if (dw_value_given(value)) {
    read_entries(reading->problems, reading->ipam, value, &reading->source.slice_size);
  }
}

static void report_member(struct reading *reading, enum dw_ipam_key key) {
  struct dw_value value = slot(reading->problems->arena, &reading->slots, key);
  if (dw_ipam_key_in_list(key)) {
    report_range_member(reading, key, &value);
  } else if (key == DW_IPAM_IP_RANGES) {
    report_ip_ranges(reading, &value);
  } else if (dw_ipam_check_type(reading->problems, key, &value) &&
             (key == DW_IPAM_GATEWAY || key == DW_IPAM_GATEWAY_FIELD)) {
    report_gateway(reading, key, &value);
  }
}

static void report_members(struct reading *reading) {
  const dw_json *object = reading->ipam->raw.json;
  for (struct dw_json_member m = dw_json_first(object); m.value != NULL; m = dw_json_next(object, m)) {
    enum dw_ipam_key key = dw_ipam_key_of(m.key);
    if (key == DW_IPAM_NO_KEY) {
      reading->explained = report_unknown(reading->problems, &reading->slots, &m, false) || reading->explained;
    } else if (reading->slots.members[key].value == m.value) {
      report_member(reading, key);
    }
  }
}

static void read_gateway(struct dw_arena *arena, const struct slots *slots, struct dw_ipam *ipam) {
  struct dw_value text = slot(arena, slots, DW_IPAM_GATEWAY);
  struct dw_value field = slot(arena, slots, DW_IPAM_GATEWAY_FIELD);
  struct dw_ip_value gateway = dw_ip_read(&text, DW_ADDR_SLOPPY);
  struct dw_ip_value fallback = dw_ip_read(&field, DW_ADDR_SLOPPY);
  ipam->gateway_undocumented = gateway.state == DW_READ_ABSENT && fallback.state == DW_READ_OK;
  ipam->gateway = ipam->gateway_undocumented ? fallback : gateway;
}

static void read_settings(struct dw_arena *arena, const struct slots *slots, struct dw_ipam *ipam) {
  read_gateway(arena, slots, ipam);
  const dw_json *addresses = slots->members[DW_IPAM_ADDRESSES].value;
  ipam->has_addresses = dw_json_type(addresses) == DW_JSON_ARRAY && dw_json_size(addresses) > 0;
  ipam->overlapping_ranges = slot(arena, slots, DW_IPAM_ENABLE_OVERLAPPING_RANGES);
  bool overlapping;
  ipam->reservation_off = dw_json_boolean(ipam->overlapping_ranges.json, &overlapping) && !overlapping;
  struct dw_value kubernetes = slot(arena, slots, DW_IPAM_KUBERNETES);
  ipam->kubeconfig = dw_value_member(arena, kubernetes.field, kubernetes.json, "kubeconfig");
  const char *network_name = dw_json_string(slots->members[DW_IPAM_NETWORK_NAME].value);
  ipam->network_name = network_name == NULL ? "" : network_name;
}

static void check_store(struct dw_problems *problems, const struct slots *slots, const struct dw_ipam *ipam) {
  struct dw_arena *arena = problems->arena;
  struct dw_whereabouts_store store = {.network_name = slot(arena, slots, DW_IPAM_NETWORK_NAME),
                                       .lease = slot(arena, slots, DW_IPAM_LEADER_LEASE_DURATION),
                                       .renew = slot(arena, slots, DW_IPAM_LEADER_RENEW_DEADLINE),
                                       .retry = slot(arena, slots, DW_IPAM_LEADER_RETRY_PERIOD),
                                       .sleep = slot(arena, slots, DW_IPAM_SLEEP_FOR_RACE)};
  dw_ipam_check_store(problems, ipam, &store);
}

void dw_ipam_read_whereabouts(struct dw_problems *problems, struct dw_ipam *ipam) {
  struct reading reading = {.problems = problems, .ipam = ipam};
  fill_slots(&reading.slots, ipam->field, ipam->raw.json);
  fill_source(problems->arena, &reading.slots, false, &reading.source);
  read_settings(problems->arena, &reading.slots, ipam);
  const dw_json *list = reading.slots.members[DW_IPAM_IP_RANGES].value;
  reading.entries = dw_json_type(list) == DW_JSON_ARRAY ? dw_json_size(list) : 0;
  reading.has_range = has_range(&reading.source.range);
  size_t pools = reading.has_range ? 1 : 0;
  pools += reading.entries <= RANGES_MAX ? reading.entries : 0;
  struct dw_value slice_size = slot(problems->arena, &reading.slots, DW_IPAM_NODE_SLICE_SIZE);
  if (pools == 1)
    reading.source.slice_size = slice_size;
  ipam->node_slice_size = slice_size;
  ipam->pools = dw_arena_array(problems->arena, pools, sizeof *ipam->pools);
  if (reading.has_range)
    dw_pool_read(problems->arena, &reading.source, &ipam->pools[ipam->pool_count++]);
  report_members(&reading);
  check_store(problems, &reading.slots, ipam);
  dw_ipam_check_slice(problems, ipam, &slice_size);
  ipam->no_range_explained = ipam->pool_count == 0 && reading.explained;
}
