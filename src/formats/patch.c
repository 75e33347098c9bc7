#include "droveway/formats/patch.h"

#include <stdint.h>
#include <string.h>

#include "droveway/formats/json_write.h"

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

static void encode_group(const unsigned char *bytes, size_t count, char out[4]) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint32_t group = (uint32_t)bytes[0] << 16;
  if (count > 1)
    group |= (uint32_t)bytes[1] << 8;
  if (count > 2)
    group |= bytes[2];
  out[0] = letters[group >> 18];
  out[1] = letters[(group >> 12) & 63];
  out[2] = count > 1 ? letters[(group >> 6) & 63] : '=';
  out[3] = count > 2 ? letters[group & 63] : '=';
}

/* RFC 4648, section 4. */
void dw_base64(const char *bytes, size_t length, struct dw_buf *out) {
  dw_buf_reserve(out, (length + 2) / 3 * 4);
  for (size_t at = 0; at < length; at += 3) {
    char text[4];
    encode_group((const unsigned char *)bytes + at, length - at < 3 ? length - at : 3, text);
    dw_buf_add(out, text, sizeof text);
  }
}
