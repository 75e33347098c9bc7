/* Versions and errors. Every other header of the library includes this one.
 *
 * Rules that hold for the whole library:
 *
 * Names      Functions and types begin with droveway_, macros and constants with DROVEWAY_.
 * Memory     A function whose name ends in _free() frees what the function it is documented with returned, and accepts
 *            NULL. Strings belong to the handle that they were read from: they are valid until the handle is freed, end
 *            in a NUL byte, and must not be changed or freed. When the system has no memory left, the process aborts.
 * Errors     A function that can fail returns NULL and describes the reason in the droveway_error that it was given.
 *            Passing NULL instead of an error is allowed. A denial is a result, not an error.
 * NULL       Functions that read a handle accept NULL and return 0, false, "" or NULL.
 * Threads    Policies, states, findings and verdicts never change once they are made: any number of threads may use one
 *            at the same time, as long as none of them frees it. A droveway_error belongs to one thread at a time. The
 *            library starts no threads, keeps no global state that a caller can see, and never writes to standard
 * output or standard error.
 */
#ifndef DROVEWAY_ERROR_H
#define DROVEWAY_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__GNUC__)
#define DROVEWAY_API __attribute__((visibility("default")))
#else
#define DROVEWAY_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of these headers. DROVEWAY_VERSION_NUMBER grows with each release: 0x000100 is 0.1.0. Since 0.1.0. */
#define DROVEWAY_VERSION "0.1.0"
#define DROVEWAY_VERSION_MAJOR 0
#define DROVEWAY_VERSION_MINOR 1
#define DROVEWAY_VERSION_PATCH 0
#define DROVEWAY_VERSION_NUMBER                                                                                        \
  (((unsigned)DROVEWAY_VERSION_MAJOR << 16) | ((unsigned)DROVEWAY_VERSION_MINOR << 8) | DROVEWAY_VERSION_PATCH)

/* droveway_version: the version of the library that the program runs with, which may be newer than its headers.
 * Returns a constant string such as "0.1.0". Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_version(void);

/* droveway_version_number: the same as a number, to compare with DROVEWAY_VERSION_NUMBER. Thread-safe. Since 0.1.0. */
DROVEWAY_API unsigned droveway_version_number(void);

/* What kind of error it was. New codes may be added: treat an unknown one as DROVEWAY_ERROR_OTHER. Since 0.1.0. */
typedef enum droveway_code {
  DROVEWAY_OK = 0,              /* no error */
  DROVEWAY_ERROR_OTHER = 1,     /* see the message */
  DROVEWAY_ERROR_SYNTAX = 2,    /* the input is not valid YAML or JSON */
  DROVEWAY_ERROR_DUPLICATE = 3, /* an object of the input has the same key twice */
  DROVEWAY_ERROR_DEPTH = 4,     /* the input is nested too deeply */
  DROVEWAY_ERROR_TOO_LARGE = 5, /* the input is larger than the library accepts */
  DROVEWAY_ERROR_INVALID = 6,   /* the input can be parsed, but holds a value that is not allowed */
  DROVEWAY_ERROR_IO = 7,        /* a file or folder could not be read */
  DROVEWAY_ERROR_ARGUMENT = 8   /* the caller passed NULL where a value is required */
} droveway_code;

/* Why a function failed, and where in which input. */
typedef struct droveway_error droveway_error;

/* droveway_error_new: makes an error without content, to be passed to any number of calls, one after the other. Each
 * call replaces the content; a call that succeeds leaves DROVEWAY_OK. Returns a handle that the caller frees with
 * droveway_error_free(). Never fails. Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_error *droveway_error_new(void);

/* droveway_error_free: frees ERROR and its strings. NULL is allowed. Since 0.1.0. */
DROVEWAY_API void droveway_error_free(droveway_error *error);

/* droveway_error_code: the kind of the last error; DROVEWAY_OK where the last call succeeded. Since 0.1.0. */
DROVEWAY_API droveway_code droveway_error_code(const droveway_error *error);

/* droveway_error_message: what is wrong and, where it is known, how to fix it: one line without a full stop; "" where
 * there is no error. The string belongs to ERROR and is valid until the next call that is given it. Since 0.1.0. */
DROVEWAY_API const char *droveway_error_message(const droveway_error *error);

/* droveway_error_file: the file of the input, or the name that the caller gave it; "" where none is known. The string
 * belongs to ERROR and is valid until the next call that is given it. Since 0.1.0. */
DROVEWAY_API const char *droveway_error_file(const droveway_error *error);

/* droveway_error_line, droveway_error_column: the place in that file, counted from 1; 0 where none is known. Columns
 * count characters in manifests and policies, and bytes in an AdmissionReview. Since 0.1.0. */
DROVEWAY_API int droveway_error_line(const droveway_error *error);
DROVEWAY_API int droveway_error_column(const droveway_error *error);

/* droveway_error_text: all of the above as "FILE:LINE:COLUMN: MESSAGE", without the parts that are not known. The
 * string belongs to ERROR and is valid until the next call that is given it. Since 0.1.0. */
DROVEWAY_API const char *droveway_error_text(const droveway_error *error);

#ifdef __cplusplus
}
#endif

#endif
