#ifndef BASE_SANITIZER_H
#define BASE_SANITIZER_H

/* DW_ASAN and DW_TSAN are 1 in a build with AddressSanitizer or ThreadSanitizer, and 0 in others. gcc and clang have
 * different macros for this. */
#ifdef __has_feature
#define DW_ASAN __has_feature(address_sanitizer)
#define DW_TSAN __has_feature(thread_sanitizer)
#else
#ifdef __SANITIZE_ADDRESS__
#define DW_ASAN 1
#else
#define DW_ASAN 0
#endif
#ifdef __SANITIZE_THREAD__
#define DW_TSAN 1
#else
#define DW_TSAN 0
#endif
#endif

#endif
