#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "library/library_internal.h"

#ifndef DW_VERSION
#define DW_VERSION DROVEWAY_VERSION
#endif

struct droveway_error {
  droveway_code code;
  struct dw_error err;
  char text[sizeof((struct dw_error *)0)->file + sizeof((struct dw_error *)0)->text + 32];
};

const char *droveway_version(void) {
  return DW_VERSION;
}

unsigned droveway_version_number(void) {
  return DROVEWAY_VERSION_NUMBER;
}

void *dw_library_new(size_t size) {
  void *made = calloc(1, size);
  if (made == NULL)
    abort();
  return made;
}

char *dw_library_copy(struct dw_arena *arena, const char *bytes, size_t length) {
  char *copy = dw_arena_alloc(arena, length + 1);
  memcpy(copy, bytes, length);
  return copy;
}

droveway_error *droveway_error_new(void) {
  return dw_library_new(sizeof(droveway_error));
}

void droveway_error_free(droveway_error *error) {
  free(error);
}

void dw_library_begin(droveway_error *error) {
  if (error != NULL)
    *error = (droveway_error){.code = DROVEWAY_OK};
}

void *dw_library_fail(droveway_error *error, const struct dw_error *err) {
  static const droveway_code codes[] = {
      [DW_ERR_OTHER] = DROVEWAY_ERROR_OTHER,
      [DW_ERR_SYNTAX] = DROVEWAY_ERROR_SYNTAX,
      [DW_ERR_DUPLICATE] = DROVEWAY_ERROR_DUPLICATE,
      [DW_ERR_DEPTH] = DROVEWAY_ERROR_DEPTH,
      [DW_ERR_MEMORY] = DROVEWAY_ERROR_TOO_LARGE,
      [DW_ERR_INVALID] = DROVEWAY_ERROR_INVALID,
      [DW_ERR_IO] = DROVEWAY_ERROR_IO,
      [DW_ERR_USAGE] = DROVEWAY_ERROR_ARGUMENT,
  };
  if (error == NULL)
    return NULL;
  error->code = codes[err->code];
  error->err = *err;
  (void)dw_error_format(err, error->text, sizeof error->text);
  return NULL;
}

void *dw_library_missing(droveway_error *error, const char *argument) {
  struct dw_error err = DW_ERROR_INIT;
  dw_error_set(&err, DW_ERR_USAGE, "%s is NULL", argument);
  return dw_library_fail(error, &err);
}

droveway_code droveway_error_code(const droveway_error *error) {
  return error == NULL ? DROVEWAY_OK : error->code;
}

const char *droveway_error_message(const droveway_error *error) {
  return error == NULL ? "" : error->err.text;
}

const char *droveway_error_file(const droveway_error *error) {
  return error == NULL ? "" : error->err.file;
}

int droveway_error_line(const droveway_error *error) {
  return error == NULL ? 0 : error->err.line;
}

int droveway_error_column(const droveway_error *error) {
  return error == NULL ? 0 : error->err.column;
}

const char *droveway_error_text(const droveway_error *error) {
  return error == NULL ? "" : error->text;
}
