/* The drawing of nodes, NICs, bridges, VLANs and the switch. Nodes for which the drawing is the same are drawn once. */
#include <string.h>

#include "base/text.h"
#include "map/html.h"

enum {
  WIDTH = 1000,
  NODE_WIDTH = 200,
  BOX_WIDTH = 144,
  BOX_HEIGHT = 42,
  STEP = 50,     /* from one box to the next below it */
  FIRST_X = 236, /* of the NIC that the NAD names */
  LEVEL_X = 168, /* from one column of NICs to the next */
  SWITCH_X = 896,
  SWITCH_WIDTH = 104,
  GAP = 18, /* between groups of nodes */
  LEVELS = 4,
  LEVEL_BOXES = 6,
  FREE_NICS = 4
};

/* --- what is drawn for a group of nodes --- */

struct nic {
  const char *name;
  const struct dw_map_cell *cell; /* NULL: the nodes do not have it */
  size_t parent;                  /* index in the level before */
};

struct level {
  struct nic nics[LEVEL_BOXES];
  size_t count;
};

/* The NIC of the migration network, the NICs below it, and those below these. */
struct chain {
  struct level levels[LEVELS];
  size_t depth;
};

static bool is_below(const struct dw_map *map, const struct dw_map_cell *cell, const struct nic *above) {
  const char *name = map->nics[cell->nic].name;
  return (cell->controller && strcmp(cell->controller, above->name) == 0) ||
         (above->cell && above->cell->base && strcmp(above->cell->base, name) == 0);
}

static void add_below(const struct dw_map *map, const struct dw_map_nodes *nodes, const struct level *above,
                      struct level *out) {
  for (size_t parent = 0; parent < above->count; parent++)
    for (size_t i = 0; i < nodes->cell_count && out->count < LEVEL_BOXES; i++)
      if (is_below(map, &nodes->cells[i], &above->nics[parent]))
        out->nics[out->count++] = (struct nic){map->nics[nodes->cells[i].nic].name, &nodes->cells[i], parent};
}

static struct chain chain_of(const struct dw_map *map, const struct dw_map_nodes *nodes, size_t nic) {
  struct chain chain = {.depth = 1};
  chain.levels[0].nics[0] = (struct nic){map->nics[nic].name, dw_map_cell(nodes, nic), 0};
  chain.levels[0].count = 1;
  for (; chain.depth < LEVELS; chain.depth++) {
    add_below(map, nodes, &chain.levels[chain.depth - 1], &chain.levels[chain.depth]);
    if (chain.levels[chain.depth].count == 0)
      break;
  }
  return chain;
}

/* What all groups of nodes have in common. */
struct scene {
  const struct dw_map *map;
  struct html_drawback *weights; /* of each of the map's NICs */
  size_t nic;                    /* the index of the migration network's NIC; SIZE_MAX: none */
  uint32_t mtu;                  /* that all nodes should have on it; 0 if unknown */
};

static struct scene set_scene(struct dw_arena *arena, const struct dw_map *map) {
  struct scene scene = {map, dw_arena_array(arena, map->nic_count, sizeof *scene.weights), SIZE_MAX, 0};
  for (size_t i = 0; i < map->nic_count; i++) {
    scene.weights[i] = dw_html_weigh(map, i);
    if (map->migration.nic && strcmp(map->nics[i].name, map->migration.nic) == 0)
      scene.nic = i;
  }
  if (scene.nic != SIZE_MAX)
    scene.mtu = map->migration.mtu_set ? map->migration.mtu : scene.weights[scene.nic].high_mtu;
  return scene;
}

/* What is wrong with a NIC, as two words; NULL if nothing is. Only the MTU of the first level matters: the NICs below
 * follow it, or the NIC above could not have it. */
static const char *fault_of(const struct nic *nic, uint32_t mtu) {
  if (!nic->cell)
    return "missing";
  if (!nic->cell->up)
    return "down";
  if (nic->cell->portless)
    return "without a port";
  return nic->cell->mtu && nic->cell->mtu < mtu ? "wrong MTU" : NULL;
}

/* --- boxes and wires --- */

struct box {
  unsigned x, y;
  const char *class;
  const char *name;
};

/* Begins a box, which clips what does not fit. The caller writes its second line and ends it. */
static void begin_box(const struct box *box, struct dw_buf *out) {
  dw_buf_printf(out, "<svg x=\"%u\" y=\"%u\" width=\"%d\" height=\"%d\"><title>", box->x, box->y, BOX_WIDTH,
                BOX_HEIGHT);
  dw_html_wrap(out, "", box->name, "</title>");
  dw_buf_printf(out,
                "<rect class=\"nic%s\" x=\"1\" y=\"1\" width=\"%d\" height=\"%d\" rx=\"6\"/><text x=\"11\" y=\"18\">",
                box->class, BOX_WIDTH - 2, BOX_HEIGHT - 2);
  dw_html_wrap(out, "", box->name, "</text><text class=\"sub\" x=\"11\" y=\"34\">");
}

static void end_box(struct dw_buf *out) {
  dw_buf_puts(out, "</text></svg>");
}

static void put_wire(unsigned x1, unsigned y1, unsigned x2, unsigned y2, const char *class, struct dw_buf *out) {
  unsigned middle = (x1 + x2) / 2;
  dw_buf_printf(out, "<path class=\"wire%s\" d=\"M%u %uC%u %u %u %u %u %u\"/>", class, x1, y1, middle, y1, middle, y2,
                x2, y2);
}

/* "bond, MTU 9000" */
static void put_facts(const struct dw_map_cell *cell, struct dw_buf *out) {
  dw_buf_puts(out, cell->bridge ? "bridge" : cell->bond ? "bond" : cell->vlan ? "VLAN " : "up");
  if (cell->vlan)
    dw_buf_printf(out, "%u", cell->vlan);
  if (cell->mtu)
    dw_buf_printf(out, ", MTU %u", cell->mtu);
}

static void put_nic(const struct nic *nic, unsigned x, unsigned y, uint32_t mtu, struct dw_buf *out) {
  const char *fault = fault_of(nic, mtu);
  begin_box(&(struct box){x, y, fault ? " bad" : "", nic->name}, out);
  if (!fault)
    put_facts(nic->cell, out);
  else if (nic->cell && nic->cell->up && !nic->cell->portless)
    dw_buf_printf(out, "MTU %u, not %u", nic->cell->mtu, mtu);
  else
    dw_buf_puts(out, fault);
  end_box(out);
}

/* --- the picture of a group, without its nodes --- */

struct picture {
  const struct dw_map_nodes *first; /* of the groups that look like this */
  size_t nodes;
  const char *markup; /* at y = 0 */
  unsigned height;
  bool bad;
};

static unsigned highest(const struct chain *chain) {
  size_t most = 1;
  for (size_t i = 0; i < chain->depth; i++)
    most = chain->levels[i].count > most ? chain->levels[i].count : most;
  return (unsigned)most * STEP;
}

static unsigned y_of(const struct chain *chain, size_t level, size_t index) {
  return (highest(chain) - (unsigned)chain->levels[level].count * STEP) / 2 + (unsigned)index * STEP;
}

static bool has_children(const struct chain *chain, size_t level, size_t index) {
  if (level + 1 >= chain->depth)
    return false;
  for (size_t i = 0; i < chain->levels[level + 1].count; i++)
    if (chain->levels[level + 1].nics[i].parent == index)
      return true;
  return false;
}

static void put_chain_nic(const struct chain *chain, size_t level, size_t index, uint32_t mtu, struct dw_buf *out) {
  const struct nic *nic = &chain->levels[level].nics[index];
  unsigned x = FIRST_X + (unsigned)level * LEVEL_X;
  unsigned y = y_of(chain, level, index);
  unsigned middle = y + BOX_HEIGHT / 2;
  mtu = level == 0 ? mtu : 0;
  const char *class = fault_of(nic, mtu) ? " bad" : "";
  if (level == 0)
    put_wire(NODE_WIDTH, middle, x, middle, class, out);
  else
    put_wire(x - LEVEL_X + BOX_WIDTH, y_of(chain, level - 1, nic->parent) + BOX_HEIGHT / 2, x, middle, class, out);
  if (nic->cell && !has_children(chain, level, index))
    put_wire(x + BOX_WIDTH, middle, SWITCH_X, middle, class, out);
  put_nic(nic, x, y, mtu, out);
}

/* The NIC that carries the traffic of the node itself. */
static unsigned put_primary(const struct dw_map *map, const struct dw_map_nodes *nodes, unsigned y,
                            struct dw_buf *out) {
  for (size_t i = 0; i < nodes->cell_count; i++) {
    const struct dw_map_cell *cell = &nodes->cells[i];
    if (!cell->own_address && !cell->default_route)
      continue;
    put_wire(NODE_WIDTH, y + BOX_HEIGHT / 2, FIRST_X, y + BOX_HEIGHT / 2, " own", out);
    begin_box(&(struct box){FIRST_X, y, " own", map->nics[cell->nic].name}, out);
    dw_buf_puts(out, "node&#39;s own traffic");
    end_box(out);
    return y + STEP;
  }
  return y;
}

/* Without a migration network: NICs that could carry one. */
static unsigned put_free(const struct scene *scene, const struct dw_map_nodes *nodes, struct dw_buf *out) {
  unsigned y = 0;
  for (size_t i = 0; i < nodes->cell_count && y < FREE_NICS * STEP; i++) {
    const struct dw_map_nic *nic = &scene->map->nics[nodes->cells[i].nic];
    if (!dw_html_is_usable(&scene->weights[nodes->cells[i].nic]))
      continue;
    put_wire(NODE_WIDTH, y + BOX_HEIGHT / 2, FIRST_X, y + BOX_HEIGHT / 2, "", out);
    put_wire(FIRST_X + BOX_WIDTH, y + BOX_HEIGHT / 2, SWITCH_X, y + BOX_HEIGHT / 2, "", out);
    begin_box(&(struct box){FIRST_X, y, nic->nad_count ? "" : " vacant", nic->name}, out);
    dw_buf_puts(out, nic->nad_count ? "usable, has a NAD" : "usable, no NAD");
    end_box(out);
    y += STEP;
  }
  return y;
}

static void put_unknown(struct dw_buf *out) {
  begin_box(&(struct box){FIRST_X, 0, " own", "NICs unknown"}, out);
  dw_buf_puts(out, "no NodeNetworkState");
  end_box(out);
}

static bool is_bad(const struct chain *chain, uint32_t mtu) {
  for (size_t level = 0; level < chain->depth; level++)
    for (size_t i = 0; i < chain->levels[level].count; i++)
      if (fault_of(&chain->levels[level].nics[i], level == 0 ? mtu : 0))
        return true;
  return false;
}

static struct picture draw(struct dw_arena *arena, const struct scene *scene, const struct dw_map_nodes *nodes) {
  struct dw_buf out = DW_BUF_IN(arena);
  const struct dw_map *map = scene->map;
  struct picture picture = {.first = nodes, .nodes = nodes->count, .height = STEP};
  if (!nodes->known) {
    put_unknown(&out);
  } else if (scene->nic == SIZE_MAX) {
    picture.height = put_primary(map, nodes, map->network ? 0 : put_free(scene, nodes, &out), &out);
  } else {
    struct chain chain = chain_of(map, nodes, scene->nic);
    for (size_t level = 0; level < chain.depth; level++)
      for (size_t i = 0; i < chain.levels[level].count; i++)
        put_chain_nic(&chain, level, i, scene->mtu, &out);
    picture.bad = is_bad(&chain, scene->mtu);
    picture.height = put_primary(map, nodes, highest(&chain), &out);
  }
  picture.height = picture.height < STEP ? STEP : picture.height;
  picture.markup = dw_buf_text(&out);
  return picture;
}

/* --- all groups --- */

struct pictures {
  struct picture *items;
  size_t count;
};

static struct pictures draw_all(struct dw_arena *arena, const struct scene *scene) {
  const struct dw_map *map = scene->map;
  struct pictures all = {dw_arena_array(arena, map->node_group_count, sizeof *all.items), 0};
  for (size_t i = 0; i < map->node_group_count; i++) {
    struct picture picture = draw(arena, scene, &map->nodes[i]);
    size_t same = 0;
    while (same < all.count && strcmp(all.items[same].markup, picture.markup) != 0)
      same++;
    if (same < all.count)
      all.items[same].nodes += picture.nodes;
    else
      all.items[all.count++] = picture;
  }
  return all;
}

static void put_nodes(const struct picture *picture, struct dw_buf *out) {
  unsigned height = picture->height - (STEP - BOX_HEIGHT);
  bool several = picture->nodes > 1;
  dw_buf_printf(out,
                "<svg width=\"%d\" height=\"%u\"><rect class=\"host\" x=\"1\" y=\"1\" width=\"%d\" height=\"%u\" "
                "rx=\"8\"/><text x=\"14\" y=\"18\">",
                NODE_WIDTH, height, NODE_WIDTH - 2, height - 2);
  if (several)
    dw_html_count(out, picture->nodes, "node");
  else
    dw_xml_puts(out, picture->first->names[0]);
  dw_buf_puts(out, "</text><text class=\"sub\" x=\"14\" y=\"34\">");
  if (several)
    dw_html_wrap(out, "like ", picture->first->names[0], "");
  else
    dw_buf_puts(out, "node");
  dw_buf_puts(out, "</text></svg>");
}

static unsigned put_pictures(const struct pictures *all, struct dw_buf *out) {
  unsigned y = 0;
  size_t shown = 0;
  for (int bad = 1; bad >= 0; bad--)
    for (size_t i = 0; i < all->count && shown < HTML_DRAWN; i++) {
      if (all->items[i].bad != bad)
        continue;
      dw_buf_printf(out, "<g transform=\"translate(0 %u)\">", y);
      put_nodes(&all->items[i], out);
      dw_buf_puts(out, all->items[i].markup);
      dw_buf_puts(out, "</g>\n");
      y += all->items[i].height - (STEP - BOX_HEIGHT) + GAP;
      shown++;
    }
  return y - GAP;
}

static void put_switch(const struct dw_map *map, unsigned height, struct dw_buf *out) {
  dw_buf_printf(out,
                "<svg x=\"%d\" width=\"%d\" height=\"%u\"><rect class=\"switch\" x=\"1\" y=\"1\" width=\"%d\" "
                "height=\"%u\" rx=\"8\"/><text x=\"14\" y=\"18\">Switch</text><text class=\"sub\" x=\"14\" y=\"34\">",
                SWITCH_X, SWITCH_WIDTH, height, SWITCH_WIDTH - 2, height - 2);
  if (map->migration.vlan)
    dw_buf_printf(out, "VLAN %u", map->migration.vlan);
  else
    dw_buf_puts(out, map->migration.nic ? "untagged" : "");
  dw_buf_puts(out, "</text></svg>\n");
}

static void put_drawing(const struct dw_map *map, const struct pictures *all, struct dw_buf *out) {
  DW_BUF_SCOPED struct dw_buf body = DW_BUF_INIT;
  unsigned height = put_pictures(all, &body);
  dw_buf_printf(
      out,
      "<div class=\"scroll bare\" role=\"region\" tabindex=\"0\" aria-label=\"Drawing\"><svg class=\"topology\" "
      "viewBox=\"0 0 %d %u\" role=\"img\" aria-label=\"Nodes on the left, their NICs in the middle, the switch "
      "on the right. The list and the table below say the same.\">\n",
      WIDTH, height);
  put_switch(map, height, out);
  dw_buf_add(out, dw_buf_text(&body), body.length);
  dw_buf_puts(out, "</svg></div>\n");
  if (all->count > HTML_DRAWN) {
    dw_buf_puts(out, "<p class=\"left-out\"><strong>");
    dw_html_count(out, all->count - HTML_DRAWN, "more group");
    dw_buf_puts(out, "</strong> of nodes not drawn here.</p>\n");
  }
}

/* --- the same in words --- */

static void put_fault(const char *nic, const char *what, const struct picture *picture, struct dw_buf *out) {
  dw_html_wrap(out, "<li><span class=\"badge deny\">", what, "</span> <code>");
  dw_html_wrap(out, "", nic, "</code> on ");
  if (picture->nodes > 1) {
    dw_html_count(out, picture->nodes, "node");
    dw_buf_puts(out, " like ");
  }
  dw_html_wrap(out, "", picture->first->names[0], "</li>\n");
}

static void put_faults_of(const struct scene *scene, const struct picture *picture, struct dw_buf *out) {
  struct chain chain = chain_of(scene->map, picture->first, scene->nic);
  for (size_t level = 0; level < chain.depth; level++)
    for (size_t i = 0; i < chain.levels[level].count; i++) {
      const struct nic *nic = &chain.levels[level].nics[i];
      const char *fault = fault_of(nic, level == 0 ? scene->mtu : 0);
      if (fault)
        put_fault(nic->name, fault, picture, out);
    }
}

static void put_faults(const struct scene *scene, const struct pictures *all, struct dw_buf *out) {
  size_t shown = 0;
  for (size_t i = 0; i < all->count && shown < HTML_DRAWN; i++) {
    if (!all->items[i].bad)
      continue;
    if (shown++ == 0)
      dw_buf_puts(out, "<ul class=\"faults\" aria-label=\"What is wrong with the NICs\">\n");
    put_faults_of(scene, &all->items[i], out);
  }
  if (shown)
    dw_buf_puts(out, "</ul>\n");
  else if (scene->nic != SIZE_MAX && scene->map->unknown_nodes == 0)
    dw_html_wrap(out, "<p>All nodes have <code>", scene->map->nics[scene->nic].name,
                 "</code>; it is up, and its MTU is the same.</p>\n");
  else if (scene->map->migration.exists && !scene->map->migration.nic)
    dw_buf_puts(out, "<p>The NAD names no NIC of the nodes, so the wires of the migration network are unknown.</p>\n");
}

void dw_html_topology(const struct dw_map *map, struct dw_buf *out) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  dw_buf_puts(out, "<section id=\"topology\" class=\"card\" aria-labelledby=\"topology-title\">"
                   "<h2 id=\"topology-title\">Nodes and wires</h2>\n");
  if (map->node_group_count) {
    struct scene scene = set_scene(arena, map);
    struct pictures all = draw_all(arena, &scene);
    put_faults(&scene, &all, out);
    put_drawing(map, &all, out);
  }
  dw_html_nics(map, out);
  dw_buf_puts(out, "</section>\n");
}
