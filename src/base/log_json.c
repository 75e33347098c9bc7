/* A log line as a JSON object. */
#include <string.h>

#include "base/log_internal.h"

/* "a,b" as "a","b"; returns whether there was one. */
static bool add_items(struct dw_buf *out, const char *list, bool follows) {
  while (list != NULL && *list != '\0') {
    size_t length = strcspn(list, ",");
    if (follows)
      dw_buf_putc(out, ',');
    dw_log_quote(out, list, length);
    follows = true;
    list += length;
    list += *list == ',';
  }
  return follows;
}

static void add_list(struct dw_buf *out, const struct dw_log_member *member) {
  dw_buf_putc(out, '[');
  add_items(out, member->u.more, add_items(out, member->text, false));
  dw_buf_putc(out, ']');
}

static void add_member(struct dw_buf *out, const struct dw_log_member *member) {
  if (member->type == DW_LOG_MEMBER_STRING && member->text == NULL)
    return;
  dw_buf_putc(out, ',');
  dw_buf_putc(out, '"');
  dw_buf_puts(out, member->key);
  dw_buf_putc(out, '"');
  dw_buf_putc(out, ':');
  switch (member->type) {
  case DW_LOG_MEMBER_STRING:
    dw_log_quote(out, member->text, strnlen(member->text, member->u.most));
    break;
  case DW_LOG_MEMBER_INTEGER:
    dw_buf_decimal(out, member->u.number);
    break;
  case DW_LOG_MEMBER_BOOLEAN:
    dw_buf_puts(out, member->u.number != 0 ? "true" : "false");
    break;
  case DW_LOG_MEMBER_LIST:
    add_list(out, member);
    break;
  }
}

void dw_log_json_members(struct dw_buf *out, const struct dw_log_member *members, size_t count) {
  for (size_t i = 0; i < count; i++)
    add_member(out, &members[i]);
}
