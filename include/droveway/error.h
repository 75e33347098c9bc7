/* Versions and errors. Every other header of the library includes this one.
 *
 * These rules apply to the whole library:
 *
 * Names    Functions and types begin with droveway_, macros and constants with DROVEWAY_.
 * Memory   The caller frees each handle with the function that its documentation names. All functions that free
 *          accept NULL. A string belongs to the handle that it was read from: it is valid until that handle is
 *          freed, ends with a NUL byte, and must not be changed or freed. If the system runs out of memory, the
 *          process aborts.
 * Errors   A function that fails returns NULL and stores the reason in the droveway_error that was passed to it.
 *          NULL may be passed instead of an error. A denial is a result, not an error.
 * NULL     A function that reads a handle accepts NULL, and then returns 0, false, "" or NULL.
 * Threads  Policies, states, findings and verdicts never change, so any number of threads may use them at the same
 *          time, as long as none of them frees them. A droveway_error may be used by one thread at a time. The
 *          library starts no threads, has no global state that a caller can see, and never writes to standard
 *          output or standard error.
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

/* The version of these headers. DROVEWAY_VERSION_NUMBER increases with each release: 0x000100 is 0.1.0. Since 0.1.0. */
#define DROVEWAY_VERSION "0.1.0"
#define DROVEWAY_VERSION_MAJOR 0
#define DROVEWAY_VERSION_MINOR 1
#define DROVEWAY_VERSION_PATCH 0
#define DROVEWAY_VERSION_NUMBER                                                                                        \
  (((unsigned)DROVEWAY_VERSION_MAJOR << 16) | ((unsigned)DROVEWAY_VERSION_MINOR << 8) | DROVEWAY_VERSION_PATCH)

/* droveway_version: returns the version of the library that the program runs with, a constant string such as "0.1.0".
 * The library may be newer than the headers that the program was compiled with. Thread-safe. Since 0.1.0. */
DROVEWAY_API const char *droveway_version(void);

/* droveway_version_number: returns the same version as a number, to compare with DROVEWAY_VERSION_NUMBER. Thread-safe.
 * Since 0.1.0. */
DROVEWAY_API unsigned droveway_version_number(void);

/* The kinds of errors. New ones may be added: treat an unknown code as DROVEWAY_ERROR_OTHER. Since 0.1.0. */
typedef enum droveway_code {
  DROVEWAY_OK = 0,              /* no error */
  DROVEWAY_ERROR_OTHER = 1,     /* see the message */
  DROVEWAY_ERROR_SYNTAX = 2,    /* the input is not valid YAML or JSON */
  DROVEWAY_ERROR_DUPLICATE = 3, /* an object in the input has the same key twice */
  DROVEWAY_ERROR_DEPTH = 4,     /* the input is nested too deeply */
  DROVEWAY_ERROR_TOO_LARGE = 5, /* the input is larger than the library accepts */
  DROVEWAY_ERROR_INVALID = 6,   /* the input can be parsed, but contains a value that is not allowed */
  DROVEWAY_ERROR_IO = 7,        /* a file or folder could not be read */
  DROVEWAY_ERROR_ARGUMENT = 8   /* the caller passed NULL where a value is required */
} droveway_code;

/* Why a function failed, and the position in the input that caused it. */
typedef struct droveway_error droveway_error;

/* droveway_error_new: returns an empty error, which the caller frees with droveway_error_free(). It can be passed to
 * any number of calls, one after the other. Each call replaces its content; a call that succeeds sets DROVEWAY_OK.
 * Never fails. Thread-safe. Since 0.1.0. */
DROVEWAY_API droveway_error *droveway_error_new(void);

/* droveway_error_free: frees ERROR and its strings. NULL is allowed. Since 0.1.0. */
DROVEWAY_API void droveway_error_free(droveway_error *error);

/* droveway_error_code: returns the kind of the last error; DROVEWAY_OK if the last call succeeded. Since 0.1.0. */
DROVEWAY_API droveway_code droveway_error_code(const droveway_error *error);

/* droveway_error_message: returns what is wrong and, if known, how to fix it, as one line without a full stop; "" if
 * there is no error. The string is valid until ERROR is passed to another call. Since 0.1.0. */
DROVEWAY_API const char *droveway_error_message(const droveway_error *error);

/* droveway_error_file: returns the file of the input, or the name that the caller gave to it; "" if it is not known.
 * The string is valid until ERROR is passed to another call. Since 0.1.0. */
DROVEWAY_API const char *droveway_error_file(const droveway_error *error);

/* droveway_error_line, droveway_error_column: return the position in that file, starting at 1; 0 if it is not known.
 * Columns count characters in manifests and policies, and bytes in an AdmissionReview. Since 0.1.0. */
DROVEWAY_API int droveway_error_line(const droveway_error *error);
DROVEWAY_API int droveway_error_column(const droveway_error *error);

/* droveway_error_text: returns all of the above as "FILE:LINE:COLUMN: MESSAGE", without the parts that are not known.
 * The string is valid until ERROR is passed to another call. Since 0.1.0. */
DROVEWAY_API const char *droveway_error_text(const droveway_error *error);

#ifdef __cplusplus
}
#endif

#endif
