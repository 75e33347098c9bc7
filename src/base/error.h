/* The only error type: what failed, and at which place of which input. A denial is a decision, not an error. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

enum dw_error_code {
  DW_ERR_OTHER = 0,
  DW_ERR_SYNTAX,    /* the input is not valid in its format */
  DW_ERR_DUPLICATE, /* a key appears twice in an object */
  DW_ERR_DEPTH,     /* nested deeper than the limit */
  DW_ERR_MEMORY,    /* needs more memory than the limit */
  DW_ERR_INVALID,   /* the format is valid, but a value is not allowed */
  DW_ERR_IO,        /* a file or connection failed; the message contains errno's text */
  DW_ERR_USAGE      /* the command line */
};

struct dw_error {
  enum dw_error_code code;
  int line;       /* 1-based; 0 if unknown */
  int column;     /* 1-based, in bytes; 0 if unknown */
  char file[256]; /* "" if unknown */
  char text[512]; /* what is wrong and how to fix it, without line breaks and without a final full stop */
};
#define DW_ERROR_INIT                                                                                                  \
  { DW_ERR_OTHER, 0, 0, "", "" }

/* Sets ERR (which may be NULL), clears its place, and returns -1: `return dw_error_set(err, CODE, ...)`. */
int dw_error_set(struct dw_error *err, enum dw_error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with a place. */
int dw_error_at(struct dw_error *err, enum dw_error_code code, int line, int column, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Prefixes the text with "CONTEXT: ", for callers that pass an error on. Returns -1. */
int dw_error_wrap(struct dw_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets the file that the place is in, unless one is set already. Returns -1. */
int dw_error_in_file(struct dw_error *err, const char *file);

/* Writes "FILE:LINE:COLUMN: TEXT" (the parts that are known) to OUT, truncated to SIZE bytes. Returns OUT. */
const char *dw_error_format(const struct dw_error *err, char *out, unsigned long size) __attribute__((nonnull));

#endif
