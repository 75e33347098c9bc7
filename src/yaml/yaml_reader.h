/* The state of reading one YAML stream. */
#ifndef YAML_YAML_READER_H
#define YAML_YAML_READER_H

#include <yaml.h>

#include "base/buf.h"
#include "yaml/yaml.h"
#include "yaml/yaml_marks.h"

/* Long text counts for several values, so that aliases to it can't blow up what is written from the tree. */
#define YAML_BYTES_A_VALUE 64

/* A value that was read, and what aliases to it have to be counted as. */
struct node {
  dw_json *value;
  size_t weight;   /* values in it, aliases expanded */
  unsigned height; /* levels of containers in it */
  struct place place;
};

struct reader {
  struct dw_arena *arena;
  struct dw_error *err;
  const char *text;
  size_t length;
  yaml_parser_t parser;
  yaml_event_t event;        /* the one at hand */
  unsigned depth;            /* containers that are open */
  size_t expanded;           /* the weight of all aliases so far */
  dw_json *anchors;          /* this document's: name to index in the list */
  struct dw_buf anchor_list; /* struct node each; value NULL while the node is not yet read to its end */
  struct dw_buf pending;     /* struct mark each: those of the open containers, as a stack */
  struct dw_buf aliases;     /* struct alias each: this document's so far */
  struct dw_yaml_marks *marks;
};

void dw_yaml_set_error(struct reader *r, enum dw_error_code code, struct place place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void dw_yaml_set_memory_error(struct reader *r);

/* Set the reader's error. Macros, so that whoever reads a caller (an analyzer too) sees that it returns false. */
#define dw_yaml_fail(...) (dw_yaml_set_error(__VA_ARGS__), false)
#define dw_yaml_fail_memory(r) (dw_yaml_set_memory_error(r), false)

/* These return false after setting the reader's error. */
bool dw_yaml_next_event(struct reader *r);
struct place dw_yaml_place(yaml_mark_t mark);

#endif
