#ifndef MAP_HTML_CELLS_H
#define MAP_HTML_CELLS_H

#include "map/map.h"

/* The first level of an area's cells, which the script makes zoomable. Nothing if the area has none. */
void dw_html_cells(const struct dw_map *map, const struct dw_map_area *area, struct dw_buf *out)
    __attribute__((nonnull));

#endif
