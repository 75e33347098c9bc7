/* Input and output on file descriptors. */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stddef.h>

/* Writes LENGTH bytes to FD, continuing after signals and partial writes. Returns 0, or -1 with errno set. */
int dw_write_all(int fd, const void *bytes, size_t length) __attribute__((nonnull, warn_unused_result));

#endif
