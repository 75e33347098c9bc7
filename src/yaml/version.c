#include "yaml/version.h"

#include <yaml.h>

const char *dw_formats_libyaml(void) {
  return yaml_get_version_string();
}
