/* The libraries behind the formats. */
#ifndef YAML_VERSION_H
#define YAML_VERSION_H

/* The versions that run. */
const char *dw_formats_libyaml(void) __attribute__((returns_nonnull));

#endif
