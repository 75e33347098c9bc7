/* One mistake, one finding: what is found about a value that stands under an ambiguous key, or hangs on such a value,
 * is no mistake of its own. It is taken off last, where the request is denied anyway: nothing gets through by it. */
#include <string.h>

#include "base/text.h"
#include "rules/nad_internal.h"

/* FIELD's last key begins at the result; NULL where it is no plain one. */
static const char *last_key(const char *field) {
  const char *dot = strrchr(field, '.');
  return dot == NULL || strchr(dot, ']') != NULL ? NULL : dot + 1;
}

static bool is_one_of(const char *key, size_t length, const char *const *names) {
  char text[32];
  if (length >= sizeof text)
    return false;
  memcpy(text, key, length);
  text[length] = '\0';
  for (; *names != NULL; names++)
    if (dw_key_equal(text, *names))
      return true;
  return false;
}

static bool same_key(const char *key, const char *other, size_t length) {
  char text[64];
  if (length >= sizeof text)
    return strncmp(key, other, length) == 0 && key[length] == '\0';
  memcpy(text, other, length);
  text[length] = '\0';
  return dw_key_equal(text, key);
}

/* What is said of the range hangs on all that makes the pool; of a NIC's MTU, on the NIC. What can't be read or is not
 * known stays a mistake of its own. */
static bool hangs_on(const struct dw_rule *rule, const char *twin, const char *key, size_t length) {
  static const char *const whole[] = {"type", "plugins", NULL};
  static const char *const pool[] = {"range", "range_start", "range_end", "exclude", "gateway", "ipRanges", NULL};
  static const char *const link[] = {"master", "mtu", NULL};
  if (is_one_of(twin, strlen(twin), whole))
    return true;
  if (is_one_of(twin, strlen(twin), pool))
    return is_one_of(key, length, pool) && strncmp(rule->id, "ipam-", 5) != 0;
  return is_one_of(twin, strlen(twin), link) && is_one_of(key, length, link) && strncmp(rule->id, "mtu-", 4) == 0;
}

static bool follows(const struct dw_finding *finding, const char *twin) {
  const char *key = last_key(twin);
  if (key == NULL || strncmp(finding->field, twin, (size_t)(key - twin)) != 0)
    return false;
  const char *own = finding->field + (key - twin);
  size_t length = strcspn(own, ".[");
  return same_key(key, own, length) || hangs_on(finding->rule, key, own, length);
}

/* A warning that merely stands beside the key denies nothing: it hides nothing either. */
static bool is_twin(const struct dw_finding *finding) {
  return finding->action == DW_ACTION_DENY && strcmp(finding->rule->id, "cni-ambiguous-key") == 0;
}

static bool follows_any(const struct dw_finding *finding, const char *const *twins, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (follows(finding, twins[i]))
      return true;
  return false;
}

void dw_nad_drop_followers(struct dw_findings *findings) {
  enum { TWINS_MAX = 80 };
  const char *twins[TWINS_MAX];
  size_t count = 0;
  for (size_t i = 0; i < findings->count && count < TWINS_MAX; i++)
    if (is_twin(&findings->items[i]))
      twins[count++] = findings->items[i].field;
  size_t kept = 0;
  for (size_t i = 0; i < findings->count && count > 0; i++)
    if (is_twin(&findings->items[i]) || !follows_any(&findings->items[i], twins, count))
      findings->items[kept++] = findings->items[i];
  if (count > 0)
    findings->count = kept;
}
