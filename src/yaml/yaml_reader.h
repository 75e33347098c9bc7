/* The state of reading a YAML stream. */
#ifndef YAML_YAML_READER_H
#define YAML_YAML_READER_H

#include <yaml.h>

#include "base/buf.h"
#include "yaml/yaml.h"
#include "yaml/yaml_marks.h"

/* Long text counts as several values, so that aliases to it can't inflate what is written from the tree. */
#define YAML_BYTES_PER_VALUE 64

/* A value that was read, with the cost of an alias to it. */
struct node {
  dw_json *value;
  size_t weight;   /* number of values in it, with aliases expanded */
  unsigned height; /* number of container levels in it */
  struct place place;
};

struct reader {
  struct dw_arena *arena;
  struct dw_error *err;
  const char *text;
  size_t length;
  yaml_parser_t parser;
  yaml_event_t event;        /* the current one */
  unsigned depth;            /* number of open containers */
  size_t expanded;           /* the total weight of all aliases so far */
  dw_json *anchors;          /* the anchors of this document: from name to index in anchor_list */
  struct dw_buf anchor_list; /* array of struct node; the value is NULL until the node is read completely */
  struct dw_buf pending;     /* array of struct mark: those of the open containers, as a stack */
  struct dw_buf aliases;     /* array of struct alias: those of this document so far */
  struct dw_yaml_marks *marks;
};

void dw_yaml_set_error(struct reader *r, enum dw_error_code code, struct place place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void dw_yaml_set_memory_error(struct dw_error *err);

/* Set the reader's error. They are macros so that readers and static analyzers see that the caller returns false. */
#define dw_yaml_fail(...) (dw_yaml_set_error(__VA_ARGS__), false)
#define dw_yaml_fail_memory(r) (dw_yaml_set_memory_error((r)->err), false)

/* Returns false after setting the reader's error. */
bool dw_yaml_next_event(struct reader *r);
struct place dw_yaml_place(yaml_mark_t mark);

#endif
