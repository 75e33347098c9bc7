#include "droveway/map/map.h"

void dw_map_svg(const struct dw_map *map, struct dw_buf *out) {
  (void)map;
  (void)out;
}
