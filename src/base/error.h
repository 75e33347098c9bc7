/* The one error type: what failed, and where in which input. A denial is a decision, never an error. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

enum dw_error_code {
  DW_ERR_OTHER = 0,
  DW_ERR_SYNTAX,    /* the input does not read as its format */
  DW_ERR_DUPLICATE, /* an object holds a key twice */
  DW_ERR_DEPTH,     /* nested deeper than the limit */
  DW_ERR_MEMORY,    /* needs more memory than the limit */
  DW_ERR_INVALID,   /* reads, but a value is not allowed */
  DW_ERR_IO,        /* a file or connection; errno's text stands in the message */
  DW_ERR_USAGE      /* the command line */
};

struct dw_error {
  enum dw_error_code code;
  int line;       /* 1-based; 0 where there is no place */
  int column;     /* 1-based, in bytes; 0 where there is no place */
  char file[256]; /* "" where there is no file */
  char text[512]; /* what is wrong and how to fix it; no line break, no full stop at its end */
};
#define DW_ERROR_INIT                                                                                                  \
  { DW_ERR_OTHER, 0, 0, "", "" }

/* Fills ERR (NULL is allowed), forgetting the place it held, and returns -1: `return dw_error_set(err, CODE, ...)`. */
int dw_error_set(struct dw_error *err, enum dw_error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with a place. */
int dw_error_at(struct dw_error *err, enum dw_error_code code, int line, int column, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Puts "CONTEXT: " before the text on the way up; returns -1. */
int dw_error_wrap(struct dw_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Names the file that the place is in, unless one is named already; returns -1. */
int dw_error_in_file(struct dw_error *err, const char *file);

/* Writes "FILE:LINE:COLUMN: TEXT" (the parts that are known) into OUT, cut at SIZE. Returns OUT. */
const char *dw_error_format(const struct dw_error *err, char *out, unsigned long size) __attribute__((nonnull));

#endif
