#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/utf8.h"
#include "cluster/jsonpatch.h"
#include "rules/rules_internal.h"

/* Bounds on what one finding keeps: a client's text can be megabytes long. */
enum { FIELD_MAX = 512, VALUE_MAX = 4096, WHAT_MAX = 2048, FIX_MAX = 400 };
/* Bounds on what is printed. The API server cuts a warning at 256 (k8s.io/apiserver, warning recorder). */
enum { SHOWN_VALUE_MAX = 80, MESSAGE_MAX = 1024, WARNING_GOOD = 120, WARNING_MAX = 256, WARNING_FIELD_MAX = 96 };

static const char unverified_words[] = "could not be checked: ";

const char *dw_text_cut(struct dw_arena *arena, const char *text, size_t max) {
  size_t length = strlen(text);
  if (length <= max)
    return dw_arena_strdup(arena, text);
  size_t kept = dw_utf8_cut(text, length, max > 3 ? max - 3 : 0);
  return dw_arena_printf(arena, "%.*s...", (int)kept, text);
}

const char *dw_json_shown(struct dw_arena *arena, const dw_json *json) {
  const char *text = dw_json_string(json);
  return text != NULL ? text : dw_json_text(arena, json);
}

static void add_escaped(struct dw_buf *out, uint32_t code) {
  switch (code) {
  case '\n':
    dw_buf_puts(out, "\\n");
    break;
  case '\r':
    dw_buf_puts(out, "\\r");
    break;
  case '\t':
    dw_buf_puts(out, "\\t");
    break;
  default:
    dw_buf_printf(out, code < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)code);
  }
}

/* Adds TEXT with its control characters escaped; QUOTED also escapes quotes and backslashes, as Go's %q does. */
static void add_clean(struct dw_buf *out, const char *text, size_t length, bool quoted) {
  for (size_t i = 0, size; i < length; i += size) {
    uint32_t code;
    size = dw_utf8_plain(text + i, length - i);
    if (size > 0) {
      dw_buf_add(out, text + i, size);
      continue;
    }
    size = dw_utf8_next(text + i, length - i, &code);
    if (code == DW_UTF8_BAD) {
      dw_buf_printf(out, "\\x%02x", (unsigned)(unsigned char)text[i]);
    } else if (dw_utf8_is_hidden(code)) {
      add_escaped(out, code);
    } else {
      if (quoted && (code == '"' || code == '\\'))
        dw_buf_putc(out, '\\');
      dw_buf_add(out, text + i, size);
    }
  }
}

/* A copy of at most MAX bytes without control characters. */
static const char *keep(struct dw_arena *arena, const char *text, size_t max) {
  struct dw_buf out = DW_BUF_IN(arena);
  add_clean(&out, text, strnlen(text, max + 1), false);
  return dw_text_cut(arena, dw_buf_text(&out), max);
}

enum dw_action dw_check_action(const struct dw_check *check, const struct dw_rule *rule, bool as_migration) {
  bool migration = as_migration || rule->scope != DW_SCOPE_NAD || check->class.migration;
  return dw_policy_action(check->policy, rule->id, migration ? rule->migration : rule->other);
}

/* --- exceptions: who writes an object does not decide, so nothing in the object counts here but its name --- */

/* The exception from RULE for the object of CHECK, which may have expired; NULL if there is none. */
static const struct dw_exception *exception_of(const struct dw_check *check, const struct dw_rule *rule) {
  return dw_policy_exception(check->policy, rule->id, check->ns, check->name, check->today);
}

static bool is_active(const struct dw_check *check, const struct dw_exception *exception) {
  return exception != NULL && !dw_exception_expired(exception, check->today);
}

/* Says that FINDING would not count if its exception had not expired. */
static void mention_expired(struct dw_check *check, struct dw_finding *finding) {
  const struct dw_exception *exception = finding->exception;
  if (exception != NULL && !is_active(check, exception))
    finding->what =
        dw_arena_printf(check->arena, "%s (an exception for it expired on %s)", finding->what, exception->until);
}

static bool is_full(const struct dw_findings *findings, const struct dw_rule *rule) {
  return findings->count >= DW_FINDINGS_PER_RULE &&
         findings->items[findings->count - DW_FINDINGS_PER_RULE].rule == rule;
}

static struct dw_finding *append(struct dw_arena *arena, struct dw_findings *findings) {
  findings->items =
      dw_arena_more(arena, findings->items, findings->count, &findings->capacity, sizeof *findings->items);
  return &findings->items[findings->count++];
}

/* A new finding of RULE, to which EXCEPTION, or NULL, applies or applied; NULL if so many were kept that this one is
 * only counted. */
static struct dw_finding *add(struct dw_check *check, const struct dw_rule *rule, enum dw_action action,
                              const struct dw_exception *exception) {
  struct dw_findings *list = is_active(check, exception) ? &check->excepted : &check->findings;
  if (is_full(list, rule)) {
    *(action == DW_ACTION_DENY ? &list->more_denials : &list->more_warnings) += 1;
    return NULL;
  }
  struct dw_finding *finding = append(check->arena, list);
  finding->rule = rule;
  finding->action = action;
  finding->exception = exception;
  return finding;
}

void dw_findings_except(struct dw_arena *arena, struct dw_findings *findings, struct dw_findings *excepted,
                        const struct dw_exception *(*decide)(void *context, const struct dw_finding *finding),
                        void *context) {
  size_t kept = 0;
  for (size_t i = 0; i < findings->count; i++) {
    struct dw_finding finding = findings->items[i];
    const struct dw_exception *exception = decide(context, &finding);
    if (exception == NULL) {
      findings->items[kept++] = finding;
      continue;
    }
    finding.exception = exception;
    *append(arena, excepted) = finding;
  }
  findings->count = kept;
}

static void set_what(struct dw_arena *arena, struct dw_finding *finding, const char *what) {
  finding->facts.what = what;
  finding->what = keep(arena, what, WHAT_MAX);
}

static void set_field(struct dw_arena *arena, struct dw_finding *finding, const char *field) {
  finding->facts.field = field == NULL ? "" : dw_arena_strdup(arena, field);
  finding->field = keep(arena, finding->facts.field, FIELD_MAX);
}

/* The value is kept as written, so that it can be compared; it is escaped when it is shown. */
static void set_value(struct dw_arena *arena, struct dw_finding *finding, const char *value) {
  if (value == NULL)
    return;
  finding->facts.value = dw_arena_strdup(arena, value);
  finding->value = dw_arena_strndup(arena, value, dw_utf8_cut(value, strlen(value), VALUE_MAX));
}

/* How to fix it. The future value of a placeholder is unknown, so other advice makes no sense. */
static const char *fix_of(struct dw_arena *arena, const struct dw_found *found) {
  enum { SHOWN_MAX = 60 };
  size_t length = 0;
  const char *placeholder = found->value == NULL ? NULL : dw_text_placeholder(found->value, &length);
  if (placeholder == NULL)
    return found->fix;
  const char *shown = dw_text_cut(arena, dw_arena_strndup(arena, placeholder, length), SHOWN_MAX);
  return dw_arena_printf(arena, "%s is an unfilled placeholder: render the manifest first (envsubst, helm, kustomize)",
                         shown);
}

static struct dw_edits copy_edits(struct dw_arena *arena, const struct dw_edits *edits) {
  struct dw_edit *items = dw_arena_array(arena, edits->count, sizeof *items);
  for (size_t i = 0; i < edits->count; i++) {
    const struct dw_edit *edit = &edits->items[i];
    items[i] = (struct dw_edit){.kind = edit->kind,
                                .field = dw_arena_strdup(arena, edit->field),
                                .value = edit->value == NULL ? NULL : dw_arena_strdup(arena, edit->value)};
  }
  return (struct dw_edits){.items = items, .count = edits->count};
}

void dw_report(struct dw_check *check, const struct dw_rule *rule, const struct dw_found *found, const char *what,
               ...) {
  enum dw_action action = dw_check_action(check, rule, found->as_migration);
  if (action <= DW_ACTION_OFF)
    return;
  const struct dw_exception *exception = found->exception != NULL ? found->exception : exception_of(check, rule);
  struct dw_finding *finding = add(check, rule, found->warn_at_most ? DW_ACTION_WARN : action, exception);
  if (finding == NULL)
    return;
  finding->facts = (struct dw_facts){
      .json = found->json, .addresses = found->addresses, .about = found->about, .unreadable = found->unreadable};
  va_list args;
  va_start(args, what);
  const char *text = dw_arena_vprintf(check->arena, what, args);
  va_end(args);
  bool direct = found->via == NULL;
  set_what(check->arena, finding, direct ? text : dw_arena_printf(check->arena, "sets %s: %s", found->field, text));
  if (found->gist != NULL)
    finding->facts.what = dw_arena_strdup(check->arena, found->gist);
  mention_expired(check, finding);
  finding->reason = found->reason;
  set_field(check->arena, finding, direct ? found->field : found->via);
  set_value(check->arena, finding, found->value);
  finding->of_key = found->of_key;
  finding->line = found->line;
  finding->column = found->column;
  if (!direct && found->line == 0)
    dw_jsonpatch_locate(check->arena, check->migration, found->field, &finding->line, &finding->column);
  const char *fix = fix_of(check->arena, found);
  finding->fix = fix == NULL ? NULL : keep(check->arena, fix, FIX_MAX);
  /* A field that a patch of the object sets, and text that is not rendered yet, can't be changed here. */
  if (direct && fix == found->fix && found->edits.count > 0)
    finding->edits = copy_edits(check->arena, &found->edits);
}

/* Returns NULL if the finding is only counted. */
static struct dw_finding *unverified(struct dw_check *check, const struct dw_rule *rule, const char *field,
                                     const char *why) {
  const struct dw_exception *exception = exception_of(check, rule);
  struct dw_finding *finding = add(check, rule, DW_ACTION_WARN, is_active(check, exception) ? exception : NULL);
  if (finding == NULL)
    return NULL;
  set_what(check->arena, finding, dw_arena_printf(check->arena, "%s%s", unverified_words, why));
  finding->unverified = true;
  finding->reason = DW_REASON_INVALID;
  set_field(check->arena, finding, field);
  return finding;
}

void dw_report_unverified(struct dw_check *check, const struct dw_rule *rule, const char *field, const char *why, ...) {
  if (dw_check_action(check, rule, false) <= DW_ACTION_OFF)
    return;
  va_list args;
  va_start(args, why);
  (void)unverified(check, rule, field, dw_arena_vprintf(check->arena, why, args));
  va_end(args);
}

void dw_report_unknown(struct dw_check *check, const struct dw_rule *rule, const char *field, const char *why, ...) {
  if (dw_check_action(check, rule, false) <= DW_ACTION_OFF)
    return;
  va_list args;
  va_start(args, why);
  struct dw_finding *finding = unverified(check, rule, field, dw_arena_vprintf(check->arena, why, args));
  va_end(args);
  if (finding != NULL)
    finding->cluster_unknown = true;
}

void dw_report_unavailable(struct dw_check *check, const struct dw_rule *rule, const char *field, const char *why,
                           ...) {
  enum dw_action action = dw_check_action(check, rule, false);
  if (action <= DW_ACTION_OFF)
    return;
  va_list args;
  va_start(args, why);
  const char *text = dw_arena_vprintf(check->arena, why, args);
  va_end(args);
  struct dw_finding *finding = unverified(check, rule, field, text);
  if (action != DW_ACTION_DENY || is_active(check, exception_of(check, rule)))
    return;
  if (finding != NULL)
    finding->unavailable = true;
  if (!check->unavailable)
    check->unavailable_why = keep(check->arena, text, WHAT_MAX);
  check->unavailable = true;
}

const char *dw_finding_why(const struct dw_finding *finding) {
  return finding->what + (finding->unverified ? strlen(unverified_words) : 0);
}

static bool same_addresses(const struct dw_interval_set *a, const struct dw_interval_set *b) {
  if (a == NULL || b == NULL)
    return a == b;
  if (a->count != b->count)
    return false;
  for (size_t i = 0; i < a->count; i++) {
    if (dw_addr_compare(&a->items[i].first, &b->items[i].first) != 0 ||
        dw_addr_compare(&a->items[i].last, &b->items[i].last) != 0)
      return false;
  }
  return true;
}

/* The position of the next byte of PASSAGE that counts, from AT on: white space between JSON tokens does not. */
static size_t next_byte(const struct dw_passage *passage, size_t at, bool in_string) {
  while (!in_string && at < passage->length && strchr(" \t\r\n", passage->text[at]) != NULL)
    at++;
  return at;
}

/* Returns true if two parts of JSON texts differ in white space only. */
static bool same_tokens(const struct dw_passage *a, const struct dw_passage *b) {
  bool in_string = false;
  for (size_t i = 0, k = 0;; i++, k++) {
    i = next_byte(a, i, in_string);
    k = next_byte(b, k, in_string);
    if (i >= a->length || k >= b->length)
      return i >= a->length && k >= b->length;
    if (a->text[i] != b->text[k])
      return false;
    if (in_string && a->text[i] == '\\' && i + 1 < a->length && k + 1 < b->length) {
      if (a->text[++i] != b->text[++k])
        return false;
    } else if (a->text[i] == '"') {
      in_string = !in_string;
    }
  }
}

static bool same_passage(const struct dw_passage *a, const struct dw_passage *b, bool unreadable) {
  if (a->text == NULL || b->text == NULL)
    return a->text == b->text;
  if (!unreadable)
    return same_tokens(a, b);
  return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

/* The value of a finding about a key is the key, whose case does not matter in a CNI configuration. */
static bool same_value(const struct dw_finding *a, const struct dw_finding *b) {
  const char *x = a->facts.value;
  const char *y = b->facts.value;
  return dw_text_equal(x, y) || (a->of_key && b->of_key && x != NULL && y != NULL && dw_key_equal(x, y));
}

bool dw_finding_same_facts(const struct dw_finding *a, const struct dw_finding *b) {
  const struct dw_facts *x = &a->facts;
  const struct dw_facts *y = &b->facts;
  if (a->rule != b->rule || a->reason != b->reason || x->unreadable != y->unreadable ||
      (x->unreadable && x->about.text == NULL))
    return false;
  return dw_text_equal(x->what, y->what) && same_value(a, b) && same_passage(&x->about, &y->about, x->unreadable) &&
         same_addresses(x->addresses, y->addresses) && dw_json_equal(x->json, y->json);
}

bool dw_finding_same(const struct dw_finding *a, const struct dw_finding *b) {
  return dw_text_equal(a->facts.field, b->facts.field) && dw_finding_same_facts(a, b);
}

const char *dw_reason_name(enum dw_reason reason) {
  switch (reason) {
  case DW_REASON_REQUIRED:
    return "FieldValueRequired";
  case DW_REASON_DUPLICATE:
    return "FieldValueDuplicate";
  case DW_REASON_NOT_FOUND:
    return "FieldValueNotFound";
  case DW_REASON_NOT_SUPPORTED:
    return "FieldValueNotSupported";
  case DW_REASON_FORBIDDEN:
    return "FieldValueForbidden";
  case DW_REASON_INVALID:
    break;
  }
  return "FieldValueInvalid";
}

/* As printed by field.ErrorType.String() of k8s.io/apimachinery. */
static const char *reason_words(enum dw_reason reason) {
  switch (reason) {
  case DW_REASON_REQUIRED:
    return "Required value";
  case DW_REASON_DUPLICATE:
    return "Duplicate value";
  case DW_REASON_NOT_FOUND:
    return "Not found";
  case DW_REASON_NOT_SUPPORTED:
    return "Unsupported value";
  case DW_REASON_FORBIDDEN:
    return "Forbidden";
  case DW_REASON_INVALID:
    break;
  }
  return "Invalid value";
}

static void add_head(struct dw_buf *out, const struct dw_finding *finding) {
  dw_buf_puts(out, reason_words(finding->reason));
  dw_buf_puts(out, ": ");
  if (finding->value == NULL || finding->reason == DW_REASON_REQUIRED || finding->reason == DW_REASON_FORBIDDEN)
    return;
  size_t length = strlen(finding->value);
  size_t shown = dw_utf8_cut(finding->value, length, SHOWN_VALUE_MAX);
  dw_buf_putc(out, '"');
  add_clean(out, finding->value, shown, true);
  dw_buf_puts(out, shown < length ? "...\": " : "\": ");
}

const char *dw_finding_text(struct dw_arena *arena, const struct dw_finding *finding) {
  struct dw_buf out = DW_BUF_IN(arena);
  add_head(&out, finding);
  dw_buf_puts(&out, finding->what);
  return dw_buf_text(&out);
}

/* Appends "WHAT; FIX [id]", cutting WHAT so that OUT stays within MAX bytes. */
static void add_body(struct dw_arena *arena, struct dw_buf *out, const struct dw_finding *finding, bool fix,
                     size_t max) {
  struct dw_buf tail = DW_BUF_IN(arena);
  if (fix && finding->fix != NULL)
    dw_buf_printf(&tail, "; %s", finding->fix);
  dw_buf_printf(&tail, " [%s]", finding->rule->id);
  size_t used_bytes = out->length + tail.length;
  dw_buf_puts(out, dw_text_cut(arena, finding->what, used_bytes < max ? max - used_bytes : 0));
  dw_buf_add(out, dw_buf_text(&tail), tail.length);
}

const char *dw_finding_message(struct dw_arena *arena, const struct dw_finding *finding) {
  struct dw_buf out = DW_BUF_IN(arena);
  add_head(&out, finding);
  add_body(arena, &out, finding, true, MESSAGE_MAX);
  return dw_buf_text(&out);
}

static const char *warning(struct dw_arena *arena, const struct dw_finding *finding, bool fix, size_t max) {
  struct dw_buf out = DW_BUF_IN(arena);
  if (*finding->field != '\0')
    dw_buf_printf(&out, "%s: ", dw_text_cut(arena, finding->field, WARNING_FIELD_MAX));
  add_body(arena, &out, finding, fix, max);
  return dw_buf_text(&out);
}

const char *dw_finding_line(struct dw_arena *arena, const struct dw_finding *finding) {
  const char *colon = *finding->field == '\0' ? "" : ": ";
  if (finding->action == DW_ACTION_DENY)
    return dw_arena_join(arena, finding->field, colon, dw_finding_message(arena, finding));
  return dw_arena_printf(arena, "%s%s%s%s%s [%s]", finding->field, colon, finding->what,
                         finding->fix == NULL ? "" : "; ", finding->fix == NULL ? "" : finding->fix, finding->rule->id);
}

const char *dw_finding_warning(struct dw_arena *arena, const struct dw_finding *finding) {
  const char *whole = warning(arena, finding, true, SIZE_MAX / 2);
  if (strlen(whole) <= WARNING_GOOD)
    return whole;
  const char *brief = warning(arena, finding, false, SIZE_MAX / 2);
  if (strlen(brief) <= WARNING_GOOD)
    return brief;
  return strlen(whole) <= WARNING_MAX ? whole : warning(arena, finding, false, WARNING_MAX);
}
