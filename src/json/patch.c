#include "json/patch.h"

#include <string.h>

#include "json/json_write.h"

void dw_patch_op(struct dw_patch *patch, const char *op, const char *pointer, const char *json) {
  if (patch->count++ > 0)
    dw_buf_putc(&patch->ops, ',');
  struct dw_json_writer w = DW_JSON_WRITER(&patch->ops);
  dw_json_begin_object(&w);
  dw_json_member_string(&w, "op", op);
  dw_json_member_string(&w, "path", pointer);
  dw_json_key(&w, "value");
  dw_json_put_raw(&w, json);
  dw_json_end_object(&w);
}

/* RFC 6901, section 3. */
void dw_pointer_add(struct dw_buf *out, const char *token) {
  dw_buf_putc(out, '/');
  for (;;) {
    size_t plain = strcspn(token, "~/");
    dw_buf_add(out, token, plain);
    token += plain;
    if (!*token)
      return;
    dw_buf_puts(out, *token++ == '~' ? "~0" : "~1");
  }
}

void dw_patch_write(const struct dw_patch *patch, struct dw_buf *out) {
  dw_buf_putc(out, '[');
  dw_buf_puts(out, dw_buf_text(&patch->ops));
  dw_buf_putc(out, ']');
}
