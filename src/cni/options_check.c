/* Checks the values of an object against a table of options, and records the faults. */
#include "cni/options.h"

#include <string.h>

#include "base/text.h"
#include "json/json_position.h"

/* More do not fit into an answer. */
enum { FAULTS_MAX = 64 };

/* --- faults --- */

/* A plugin and its IPAM plugin may read the same option, which must be reported only once. */
static bool is_known(const struct dw_cni_config *config, const char *field) {
  for (size_t i = 0; i < config->fault_count; i++)
    if (strcmp(config->faults[i].value.field, field) == 0)
      return true;
  return false;
}

static struct dw_cni_fault *add(struct dw_reading *reading, const struct dw_cni_fault *fault) {
  struct dw_cni_config *config = reading->config;
  if (config->more_faults || is_known(config, fault->value.field))
    return NULL;
  if (config->faults == NULL)
    config->faults = dw_arena_array(reading->arena, FAULTS_MAX, sizeof *config->faults);
  struct dw_cni_fault *added = &config->faults[config->fault_count++];
  *added = *fault;
  config->more_faults = config->fault_count == FAULTS_MAX;
  if (fault->value.json != NULL)
    added->edits =
        dw_edit_by_words(reading->arena, reading->path != NULL ? reading->path : fault->value.field, fault->fix);
  return added;
}

struct dw_cni_fault *dw_fault_add(struct dw_reading *reading, const struct dw_value *value, const char *what,
                                  const char *fix) {
  return add(reading, &(struct dw_cni_fault){.kind = reading->kind, .value = *value, .what = what, .fix = fix});
}

struct dw_cni_fault *dw_fault_add_uncertain(struct dw_reading *reading, const struct dw_value *value, const char *what,
                                            const char *fix) {
  return add(reading, &(struct dw_cni_fault){
                          .kind = reading->kind, .value = *value, .what = what, .fix = fix, .uncertain = true});
}

void dw_fault_wrong_type(struct dw_reading *reading, const struct dw_value *value, const char *wanted) {
  const char *fix = reading->kind == DW_FAULT_OPTION ? dw_type_fix(value, wanted) : NULL;
  struct dw_cni_fault *fault = dw_fault_add(
      reading, value, dw_arena_printf(reading->arena, "must be %s, not %s", wanted, dw_json_type_name(value->json)),
      fix != NULL ? fix : "correct it, or remove it");
  const struct dw_value place = {reading->path != NULL ? reading->path : value->field, value->json, value->text};
  if (fault != NULL)
    fault->edits = dw_type_edits(reading->arena, &place, wanted);
}

/* --- values --- */

static bool check_json(struct dw_reading *reading, const struct dw_value *value, enum dw_json_type type,
                       const char *wanted) {
  if (!dw_value_given(value))
    return false;
  if (dw_json_type(value->json) == type)
    return true;
  dw_fault_wrong_type(reading, value, wanted);
  return false;
}

static const char *list_words(struct dw_arena *arena, const char *const *words) {
  const char *text = "use";
  const char *comma = "";
  for (size_t i = 0; words[i] != NULL; i++) {
    if (words[i][0] == '\0')
      continue;
    const char *joint = *comma == '\0' ? " " : words[i + 1] == NULL ? " or " : ", ";
    text = dw_arena_join(arena, text, joint, words[i]);
    comma = ",";
  }
  return text;
}

static bool is_word(const struct dw_option *option, const char *text) {
  for (size_t i = 0; option->words[i] != NULL; i++)
    if (option->any_case ? dw_key_equal(text, option->words[i]) : strcmp(text, option->words[i]) == 0)
      return true;
  return false;
}

static void bad_word(struct dw_reading *reading, const struct dw_value *value, const struct dw_option *option) {
  size_t count = 0;
  while (option->words[count] != NULL)
    count++;
  struct dw_cni_fault *fault =
      dw_fault_add(reading, value, "is not a value that the plugin accepts", list_words(reading->arena, option->words));
  const char *nearest = dw_nearest_only(value->text, option->words, count);
  if (fault != NULL && nearest != NULL && nearest[0] != '\0')
    fault->edits = dw_edit_set_text(reading->arena, value->field, nearest);
}

/* Returns true for a MAC address without separators, which net.ParseMAC() accepts since Go 1.26. */
static bool is_mac_of_digits(const char *text) {
  size_t digits = strspn(text, "0123456789abcdefABCDEF");
  return text[digits] == '\0' && (digits == 12 || digits == 16 || digits == 40);
}

/* Like net.ParseMAC(): groups of two digits separated by ':' or '-', or of four separated by '.', in total 6, 8 or 20
 * bytes. Returns the number of bytes, 0 if TEXT is not a MAC address. OUT receives the first six. */
static size_t parse_mac(const char *text, uint8_t out[6]) {
  enum { LONGEST = 20 };
  size_t group = strcspn(text, ":-.");
  char joint = text[group];
  size_t count = 0;
  if (joint == '\0' || group != (joint == '.' ? 4U : 2U))
    return 0;
  for (const char *c = text; count < LONGEST; c++) {
    for (size_t digit = 0; digit < group; digit += 2, count++, c += 2) {
      unsigned high = dw_hex_digit(c[0]);
      unsigned low = high == 16 ? 16 : dw_hex_digit(c[1]);
      if (low == 16)
        return 0;
      if (count < 6)
        out[count] = (uint8_t)(high << 4 | low);
    }
    if (*c == '\0')
      return count == 6 || count == 8 || count == LONGEST ? count : 0;
    if (*c != joint)
      return 0;
  }
  return 0;
}

/* Returns what is wrong with a MAC address, or NULL. The kernel's veth_validate(), macvlan_validate() and
 * eth_mac_addr() require is_valid_ether_addr(). For an existing interface, the kernel uses the first bytes of a longer
 * address (net/core/rtnetlink.c do_setlink()). */
static const char *mac_fault(const char *text, enum dw_option_form form) {
  static const uint8_t zero[6];
  uint8_t mac[6];
  size_t bytes = parse_mac(text, mac);
  if (bytes == 0)
    return "is not a MAC address";
  if (form == DW_FORM_MAC)
    return NULL;
  if (bytes != sizeof mac && form == DW_FORM_ETHERNET)
    return "is longer than an Ethernet address";
  if ((mac[0] & 1) != 0)
    return "is a multicast address, which no interface can have";
  return memcmp(mac, zero, sizeof mac) == 0 ? "is the zero address, which no interface can have" : NULL;
}

/* Source: containernetworking/plugins plugins/ipam/dhcp/options.go:25 parseOptionName(). */
static bool is_dhcp_option(const char *text) {
  static const char *const names[] = {"dhcp-client-identifier", "subnet-mask", "routers", "host-name", "user-class",
                                      "vendor-class-identifier"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strcmp(text, names[i]) == 0)
      return true;
  int64_t number;
  return dw_is_digit(text[0]) && dw_parse_int64(text, &number) && number <= UINT8_MAX;
}

/* Source: iptables 1.8.9 iptables/xshared.c assert_valid_chain_name(), include/linux/netfilter/x_tables.h
 * XT_EXTENSION_MAXNAMELEN, libxtables/xtables.c xtables_find_target() (measured:
 * composed/chain-28, composed/chain-29). */
bool dw_is_chain_name(const char *text) {
  static const char *const targets[] = {"ACCEPT", "DROP", "QUEUE", "RETURN"};
  enum { LONGEST = 28 };
  for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
    if (strcmp(text, targets[i]) == 0)
      return false;
  return strlen(text) <= LONGEST && text[0] != '-' && text[0] != '!' && text[strcspn(text, " \t\n\v\f\r")] == '\0';
}

static void check_form(struct dw_reading *reading, const struct dw_value *value, enum dw_option_form form) {
  const char *text = value->text;
  const char *what = NULL;
  const char *fix = NULL;
  struct dw_addr addr;
  struct dw_prefix prefix;
  int64_t number;
  bool is_mac = form == DW_FORM_MAC || form == DW_FORM_ETHERNET || form == DW_FORM_HARDWARE;
  /* Of several MAC addresses, a plugin parses only the one that it uses. */
  bool overridden = form != DW_FORM_MAC && reading->mac != NULL && value->json != reading->mac;
  if (*text == '\0' && form != DW_FORM_CIDR && form != DW_FORM_DHCP)
    return;
  switch (form) {
  case DW_FORM_MAC:
  case DW_FORM_ETHERNET:
  case DW_FORM_HARDWARE:
    what = overridden ? NULL : mac_fault(text, form);
    fix = "remove it, so that each pod gets its own";
    break;
  case DW_FORM_ADDRESS:
    what = dw_addr_parse(text, DW_ADDR_STRICT, &addr) ? NULL : "is not an IP address";
    break;
  case DW_FORM_CIDR:
    what = dw_prefix_parse(text, DW_ADDR_STRICT, &prefix, NULL) ? NULL : "is not a CIDR";
    fix = "use ADDRESS/LENGTH, such as 10.200.5.0/24";
    break;
  case DW_FORM_INTERFACE:
    what = dw_is_interface_name(text) ? NULL : "is not a valid Linux interface name";
    fix = "use 1 to 15 bytes without '/', ':', '%' or white space";
    break;
  case DW_FORM_CHAIN:
    what = dw_is_chain_name(text) ? NULL : "is not a valid iptables chain name";
    fix = "use 1 to 28 bytes without spaces, not starting with - or !, and not the name of a target such as ACCEPT";
    break;
  case DW_FORM_DIGITS:
    what = dw_parse_int64(text + (*text == '+'), &number) ? NULL : "is not a number";
    fix = "write a whole number in quotes, such as \"100\"";
    break;
  case DW_FORM_DHCP:
    what = is_dhcp_option(text) ? NULL : "is not a DHCP option that the plugin knows";
    fix = "use a name such as routers, or a number from 0 to 255 in quotes";
    break;
  case DW_FORM_ANY:
    break;
  }
  if (what == NULL)
    return;
  struct dw_cni_fault *fault =
      is_mac && is_mac_of_digits(text)
          ? dw_fault_add_uncertain(reading, value, "has no separators, which plugins built with Go before 1.26 reject",
                                   fix)
          : dw_fault_add(reading, value, what, fix);
  if (fault != NULL && is_mac)
    fault->edits = dw_edit_remove(reading->arena, value->field);
}

/* Quotes around a number do not make it a text of a certain form. */
static void forget_edits(struct dw_reading *reading, const struct dw_value *value, const struct dw_option *option) {
  struct dw_cni_config *config = reading->config;
  if (dw_value_given(value) && config->fault_count > 0 && (option->form != DW_FORM_ANY || option->words != NULL))
    config->faults[config->fault_count - 1].edits = (struct dw_edits){NULL, 0};
}

static void check_text(struct dw_reading *reading, const struct dw_value *value, const struct dw_option *option) {
  if (option->form == DW_FORM_CIDR && value->json != NULL && dw_json_type(value->json) == DW_JSON_NULL)
    dw_fault_add(reading, value, "must not be null", "use ADDRESS/LENGTH, such as 10.200.5.0/24");
  else if (!check_json(reading, value, DW_JSON_STRING, "a string"))
    forget_edits(reading, value, option);
  else if (option->words != NULL && !is_word(option, value->text))
    bad_word(reading, value, option);
  else
    check_form(reading, value, option->form);
}

static void out_of_bounds(struct dw_reading *reading, const struct dw_value *value, const char *bounds) {
  dw_fault_add(reading, value, dw_arena_printf(reading->arena, "must be an integer %s", bounds), NULL);
}

static void check_int(struct dw_reading *reading, const struct dw_value *value, const struct dw_option *option) {
  int64_t number;
  if (!dw_value_given(value))
    return;
  if (!dw_json_integer(value->json, &number)) {
    dw_fault_wrong_type(reading, value, "an integer");
    return;
  }
  if (option->low == option->high || (number >= option->low && number <= option->high))
    return;
  if (option->high == INT64_MAX)
    out_of_bounds(reading, value, dw_arena_printf(reading->arena, "from %lld", (long long)option->low));
  else
    out_of_bounds(
        reading, value,
        dw_arena_printf(reading->arena, "from %lld to %lld", (long long)option->low, (long long)option->high));
}

/* libcni decodes numbers as floating point and writes them again, so 1e19 arrives as its digits. */
static bool is_uint64(const dw_json *json) {
  static const double end = 18446744073709551616.0;
  double real;
  return dw_json_real(json, &real) && real >= 0 && real < end && (real >= end / 4 || real == (double)(uint64_t)real);
}

static void check_unsigned(struct dw_reading *reading, const struct dw_value *value, const struct dw_option *option) {
  bool small = option->type == DW_OPTION_UINT32;
  int64_t number;
  if (!dw_value_given(value))
    return;
  bool integer = dw_json_integer(value->json, &number);
  if (!integer && (small || !is_uint64(value->json)))
    dw_fault_wrong_type(reading, value, "an integer");
  else if (integer && (dw_json_text(reading->arena, value->json)[0] == '-' || (small && number > UINT32_MAX)))
    out_of_bounds(reading, value, small ? "from 0 to 4294967295" : "from 0");
  else if (option->high > 0 && (!integer || number > option->high))
    out_of_bounds(reading, value, dw_arena_printf(reading->arena, "up to %lld", (long long)option->high));
}

/* The elements of a list, and the values of a map, may always be null. */
static void check_texts(struct dw_reading *reading, const struct dw_value *value) {
  if (!check_json(reading, value, DW_JSON_ARRAY, "a list of strings"))
    return;
  for (size_t i = 0; i < dw_json_size(value->json) && !reading->config->more_faults; i++) {
    const dw_json *element = dw_json_at(value->json, i);
    if (!dw_is_given(element) || dw_json_type(element) == DW_JSON_STRING)
      continue;
    struct dw_value place = dw_value_element(reading->arena, value->field, i, element);
    dw_fault_wrong_type(reading, &place, "a string");
  }
}

static void check_map(struct dw_reading *reading, const struct dw_value *value, enum dw_json_type type,
                      const char *wanted) {
  if (!check_json(reading, value, DW_JSON_OBJECT, "an object"))
    return;
  for (struct dw_json_member m = dw_json_first(value->json); m.value != NULL && !reading->config->more_faults;
       m = dw_json_next(value->json, m)) {
    if (!dw_is_given(m.value) || dw_json_type(m.value) == type)
      continue;
    struct dw_value place = dw_value_at(reading->arena, value->field, m.key, m.value);
    reading->path = dw_path_join(reading->arena, value->field, m.key);
    dw_fault_wrong_type(reading, &place, wanted);
    reading->path = NULL;
  }
}

static void check_object(struct dw_reading *reading, const struct dw_value *value, const struct dw_option *option) {
  if (check_json(reading, value, DW_JSON_OBJECT, "an object"))
    dw_options_check(reading, value, &option->members);
}

static void check_objects(struct dw_reading *reading, const struct dw_value *value, const struct dw_option *option) {
  if (!check_json(reading, value, DW_JSON_ARRAY, "a list of objects"))
    return;
  for (size_t i = 0; i < dw_json_size(value->json) && !reading->config->more_faults; i++) {
    struct dw_value place = dw_value_element(reading->arena, value->field, i, dw_json_at(value->json, i));
    check_object(reading, &place, option);
  }
}

static void check_lists(struct dw_reading *reading, const struct dw_value *value, const struct dw_option *option) {
  if (!check_json(reading, value, DW_JSON_ARRAY, "a list of lists"))
    return;
  for (size_t i = 0; i < dw_json_size(value->json) && !reading->config->more_faults; i++) {
    struct dw_value place = dw_value_element(reading->arena, value->field, i, dw_json_at(value->json, i));
    check_objects(reading, &place, option);
  }
}

static void check_option(struct dw_reading *reading, const struct dw_value *value, const struct dw_option *option) {
  switch (option->type) {
  case DW_OPTION_TEXT:
    check_text(reading, value, option);
    break;
  case DW_OPTION_BOOL:
    (void)check_json(reading, value, DW_JSON_BOOL, "a boolean");
    break;
  case DW_OPTION_INT:
    check_int(reading, value, option);
    break;
  case DW_OPTION_UINT32:
  case DW_OPTION_UINT64:
    check_unsigned(reading, value, option);
    break;
  case DW_OPTION_TEXTS:
    check_texts(reading, value);
    break;
  case DW_OPTION_OBJECT:
    check_object(reading, value, option);
    break;
  case DW_OPTION_OBJECTS:
    check_objects(reading, value, option);
    break;
  case DW_OPTION_LISTS:
    check_lists(reading, value, option);
    break;
  case DW_OPTION_BOOL_MAP:
    check_map(reading, value, DW_JSON_BOOL, "a boolean");
    break;
  case DW_OPTION_TEXT_MAP:
    check_map(reading, value, DW_JSON_STRING, "a string");
    break;
  }
}

/* Calls dw_key_equal(), which is slow, only if the first letters may match. */
static bool is_key(const char *key, const char *name) {
  bool ascii = (unsigned char)key[0] < 0x80;
  return !(ascii && ((key[0] ^ name[0]) & ~0x20) != 0) && dw_key_equal(key, name);
}

enum { ROWS_MAX = 32 };

/* Walks over the object only once, because it may be long. Of equal keys the greatest is used, as in
 * dw_json_get_fold(). */
void dw_options_check(struct dw_reading *reading, const struct dw_value *object, const struct dw_options *options) {
  struct dw_json_member found[ROWS_MAX];
  size_t count = options->count < ROWS_MAX ? options->count : ROWS_MAX;
  memset(found, 0, sizeof found);
  for (struct dw_json_member m = dw_json_first(object->json); m.value != NULL; m = dw_json_next(object->json, m))
    for (size_t i = 0; i < count; i++)
      if (is_key(m.key, options->rows[i].name) && (found[i].value == NULL || strcmp(m.key, found[i].key) > 0))
        found[i] = m;
  for (size_t i = 0; i < count; i++) {
    if (found[i].value == NULL)
      continue;
    struct dw_value value = dw_value_at(reading->arena, object->field, found[i].key, found[i].value);
    check_option(reading, &value, &options->rows[i]);
  }
}

/* --- IPAM --- */

void dw_fault_without_ipam(struct dw_reading *reading, const struct dw_value *plugin) {
  const dw_json *ipam = dw_option_find(plugin->json, "ipam");
  const dw_json *type = dw_option_find(ipam, "type");
  bool readable = (!dw_is_given(ipam) || dw_json_type(ipam) == DW_JSON_OBJECT) &&
                  (!dw_is_given(type) || dw_json_type(type) == DW_JSON_STRING);
  if (!readable || dw_option_set(type))
    return;
  struct dw_value value = dw_option_value(reading->arena, plugin, "ipam.type");
  reading->kind = DW_FAULT_IPAM;
  dw_fault_add(reading, &value, "is missing: this plugin cannot attach a pod without an IPAM plugin",
               "add \"ipam\" with a type, or use macvlan or bridge");
  reading->kind = DW_FAULT_OPTION;
}
