/* One value as a member of several containers: what YAML's aliases make. Nothing may change it afterwards. */
#ifndef FORMATS_JSON_SHARE_H
#define FORMATS_JSON_SHARE_H

#include "droveway/formats/json.h"

/* VALUE once more, to be given to dw_json_set() or dw_json_append(). */
dw_json *dw_json_share(dw_json *value);

#endif
