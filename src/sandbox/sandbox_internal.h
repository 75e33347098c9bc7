#ifndef SANDBOX_SANDBOX_INTERNAL_H
#define SANDBOX_SANDBOX_INTERNAL_H

#include <seccomp.h>
#include <stdio.h>

#include "sandbox/sandbox.h"

/* Sanitizers start threads and programs, map code and trace their own process; coverage writes files at the end. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANDBOX_SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANDBOX_SANITIZED 1
#endif
#endif
#ifndef SANDBOX_SANITIZED
#define SANDBOX_SANITIZED 0
#endif
#ifdef DW_COVERAGE
#define SANDBOX_COVERED 1
#else
#define SANDBOX_COVERED 0
#endif

static inline void dw_sandbox_report(struct dw_sandbox_part *part, enum dw_sandbox_state state, const char *text) {
  part->state = state;
  snprintf(part->text, sizeof part->text, "%s", text);
}

int dw_sandbox_landlock(const struct dw_sandbox_options *options, struct dw_sandbox_part *report, struct dw_error *err);

int dw_sandbox_seccomp(bool writes, struct dw_sandbox_part *report, struct dw_error *err);

/* The filter for an architecture (SCMP_ARCH_NATIVE), not in force yet; NULL: out of memory or not known to libseccomp.
 * WRITES: files may be made. */
scmp_filter_ctx dw_sandbox_filter(uint32_t architecture, bool writes);

#endif
