/* Escaping untrusted text for XML and HTML. */
#ifndef BASE_XML_H
#define BASE_XML_H

#include "base/buf.h"

/* Appends TEXT[LENGTH] as character data that is safe both in elements and in quoted attributes: & < > " ' are escaped,
 * and characters for which dw_utf8_is_hidden() is true (including line ends and tabs) become U+FFFD. */
void dw_xml_add(struct dw_buf *out, const char *text, size_t length) __attribute__((nonnull));

/* The same for NUL-terminated TEXT. */
void dw_xml_puts(struct dw_buf *out, const char *text) __attribute__((nonnull));

#endif
