/* The libraries behind the formats. */
#ifndef DROVEWAY_FORMATS_VERSION_H
#define DROVEWAY_FORMATS_VERSION_H

/* The versions that run. */
const char *dw_formats_libyaml(void) __attribute__((returns_nonnull));

#endif
