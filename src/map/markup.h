/* Text of input in SVG and HTML. */
#ifndef MAP_MARKUP_H
#define MAP_MARKUP_H

#include "droveway/base/buf.h"

/* Appends TEXT as character data that is safe in elements and in quoted attributes alike: & < > " ' are escaped; bytes
 * that are no UTF-8, control characters (also line breaks and C1) and those that change the writing direction become
 * U+FFFD. */
void dw_markup_text(struct dw_buf *out, const char *text) __attribute__((nonnull));

#endif
