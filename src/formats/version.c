#include "droveway/formats/version.h"

#include <jansson.h>
#include <yaml.h>

const char *dw_formats_jansson(void) {
  return jansson_version_str();
}

const char *dw_formats_libyaml(void) {
  return yaml_get_version_string();
}
