/* The parts of the sandbox. */
#ifndef SANDBOX_SANDBOX_INTERNAL_H
#define SANDBOX_SANDBOX_INTERNAL_H

#include <seccomp.h>
#include <stdio.h>

#include "base/sanitizer.h"
#include "sandbox/sandbox.h"

/* Sanitizers start threads and programs, map code and trace their own process. Coverage writes files at the end. */
#define SANDBOX_SANITIZED (DW_ASAN || DW_TSAN)
#ifdef DW_COVERAGE
#define SANDBOX_COVERED 1
#else
#define SANDBOX_COVERED 0
#endif

static inline void dw_sandbox_report(struct dw_sandbox_part *part, enum dw_sandbox_state state, const char *text) {
  part->state = state;
  snprintf(part->text, sizeof part->text, "%s", text);
}

/* Both activate a part and fill REPORT. They return -1 if the kernel has it but it can't be activated. */
int dw_sandbox_landlock(const struct dw_sandbox_options *options, struct dw_sandbox_part *report, struct dw_error *err);
int dw_sandbox_seccomp(bool writes, struct dw_sandbox_part *report, struct dw_error *err);

/* Makes the filter for an architecture (SCMP_ARCH_NATIVE) without activating it. WRITES allows creating files. The
 * caller frees it with seccomp_release(). Returns NULL if libseccomp does not know the architecture or has no memory.
 */
scmp_filter_ctx dw_sandbox_filter(uint32_t architecture, bool writes);

#endif
