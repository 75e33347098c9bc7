/* Shared by the files of net. */
#ifndef NET_ADDR_INTERNAL_H
#define NET_ADDR_INTERNAL_H

#include "net/addr.h"

/* dw_addr_parse() of the LENGTH bytes at TEXT. */
bool dw_addr_parse_span(const char *text, size_t length, enum dw_addr_syntax syntax, struct dw_addr *out)
    __attribute__((nonnull, warn_unused_result));

#endif
