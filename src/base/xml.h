/* Text of input in XML and HTML. */
#ifndef BASE_XML_H
#define BASE_XML_H

#include "base/buf.h"

/* Appends TEXT[LENGTH] as character data that is safe in elements and in quoted attributes alike: & < > " ' are
 * escaped; what dw_utf8_is_hidden() (also line ends and tabs) becomes U+FFFD. */
void dw_xml_add(struct dw_buf *out, const char *text, size_t length) __attribute__((nonnull));

/* The same of TEXT up to its NUL. */
void dw_xml_puts(struct dw_buf *out, const char *text) __attribute__((nonnull));

#endif
