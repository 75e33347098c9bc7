/* Comma-separated lists of subnets in OVN-Kubernetes' configurations. */
#include <string.h>

#include "base/text.h"
#include "cni/cni_internal.h"

enum { ENTRY_MAX = 128 };

/* Returns a copy of the text without the white space around it. */
static const char *entry_text(struct dw_arena *arena, const char *at, size_t length) {
  while (length > 0 && dw_is_space(at[0])) {
    at++;
    length--;
  }
  while (length > 0 && dw_is_space(at[length - 1]))
    length--;
  return dw_arena_strndup(arena, at, length);
}

/* Like Go's strconv.Atoi, which accepts a sign. */
static bool parse_host(const char *text, int64_t *out) {
  const char *digits = text[0] == '+' ? text + 1 : text;
  return (digits == text || dw_is_digit(digits[0])) && dw_parse_int64(digits, out);
}

static struct dw_ovn_entry read_entry(const struct dw_value *list, const char *text) {
  struct dw_ovn_entry entry = {.value = {list->field, list->json, text}};
  char cidr[ENTRY_MAX];
  size_t length = strnlen(text, ENTRY_MAX);
  if (length == ENTRY_MAX)
    return entry;
  memcpy(cidr, text, length + 1);
  char *slash = strchr(cidr, '/');
  char *second = slash == NULL ? NULL : strchr(slash + 1, '/');
  entry.has_host = second != NULL;
  if (second != NULL && !parse_host(second + 1, &entry.host))
    return entry;
  if (second != NULL)
    *second = '\0';
  entry.readable = dw_prefix_parse(cidr, DW_ADDR_STRICT, &entry.prefix, NULL);
  return entry;
}

struct dw_ovn_list dw_ovn_list(struct dw_arena *arena, const struct dw_value *value, size_t max) {
  const char *text = value->text;
  size_t entries = 1;
  for (const char *c = text; *c != '\0' && entries < max; c++)
    entries += *c == ',';
  struct dw_ovn_list list = {.items = dw_arena_array(arena, entries, sizeof *list.items)};
  for (;;) {
    size_t length = strcspn(text, ",");
    if (list.count == max) {
      list.too_many = true;
      return list;
    }
    list.items[list.count++] = read_entry(value, entry_text(arena, text, length));
    if (text[length] == '\0')
      return list;
    text += length + 1;
  }
}

struct dw_edits dw_ovn_replace(struct dw_arena *arena, const struct dw_value *value, const char *text) {
  const struct dw_value whole = {value->field, value->json, dw_json_string(value->json)};
  enum { MOST = 64 };
  if (whole.text == NULL)
    return (struct dw_edits){NULL, 0};
  struct dw_ovn_list list = dw_ovn_list(arena, &whole, MOST);
  const char *joined = "";
  for (size_t i = 0; i < list.count; i++) {
    const char *entry = list.items[i].value.text;
    bool replaced = strcmp(entry, value->text) == 0;
    if (!replaced || text != NULL)
      joined = dw_arena_join(arena, joined, *joined == '\0' ? "" : ",", replaced ? text : entry);
  }
  if (list.too_many)
    return (struct dw_edits){NULL, 0};
  return *joined == '\0' ? dw_edit_remove(arena, value->field) : dw_edit_set_text(arena, value->field, joined);
}
