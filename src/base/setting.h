/* Settings in option structures, where 0 means that the default applies. */
#ifndef BASE_SETTING_H
#define BASE_SETTING_H

static inline unsigned dw_or_default(unsigned value, unsigned fallback) {
  return value == 0 ? fallback : value;
}

#endif
