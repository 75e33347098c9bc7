/* Any page of a list, or any part of a watch, split anywhere. It must be read like the whole text; elements and
 * metadata must be those that json-c finds; the store must stay sorted, without duplicates, and equal to a model of it;
 * and it must not keep an object that an event deleted or made unreadable. The first byte selects the resource and
 * either a watch ('A' and up) or a list ('a' and up); the second one selects how the rest is split. */
#include <string.h>

#include "base/log.h"
#include "kube/cluster_internal.h"
#include "support.h"

enum { LIST_BIT = 0x20, INDEX_BITS = 0x1f, MOST_PART = 64 };

/* --- splitting --- */

struct splitter {
  const char *data;
  size_t length;
  uint32_t seed; /* 0: byte by byte */
};

/* The next part, in a block of exactly its size, so that AddressSanitizer detects a read past its end; the caller frees
 * it. */
static char *next_part(struct splitter *splitter, size_t *length) {
  size_t part = 1;
  if (splitter->seed > 0) {
    splitter->seed = splitter->seed * 1664525U + 1013904223U;
    part = (splitter->seed >> 16) % MOST_PART;
  }
  *length = part < splitter->length ? part : splitter->length;
  char *copy = malloc(*length > 0 ? *length : 1);
  FUZZ_ASSERT(copy);
  memcpy(copy, splitter->data, *length);
  splitter->data += *length;
  splitter->length -= *length;
  return copy;
}

/* --- a list --- */

struct page {
  struct dw_list_reader reader;
  struct dw_buf elements; /* one per line */
  size_t count;
  int status;
};

static void on_element(void *context, const char *text, size_t length) {
  struct page *page = context;
  FUZZ_ASSERT(text && length >= 2 && text[0] == '{' && text[length] == '\0');
  dw_buf_printf(&page->elements, "%zu:", length);
  dw_buf_add(&page->elements, text, length);
  page->count++;
}

static void page_begin(struct page *page) {
  *page = (struct page){.reader = {.element = on_element, .context = page}};
}

static void page_end(struct page *page) {
  dw_list_reader_free(&page->reader);
  dw_buf_free(&page->elements);
}

static bool same_bytes(const struct dw_buf *a, const struct dw_buf *b) {
  return a->length == b->length && memcmp(dw_buf_text(a), dw_buf_text(b), a->length) == 0;
}

/* The element NUMBER of those that the reader found, as json-c reads it. */
static struct json_object *received_element(const struct page *page, size_t number) {
  const char *at = dw_buf_text(&page->elements);
  for (;; number--) {
    char *text = NULL;
    size_t length = strtoull(at, &text, 10);
    if (number == 0)
      return fuzz_json(text + 1, length);
    at = text + 1 + length;
  }
}

static void check_items(const struct page *page, struct json_object *items) {
  size_t found = 0;
  for (size_t i = 0; i < json_object_array_length(items); i++) {
    struct json_object *item = json_object_array_get_idx(items, i);
    if (!json_object_is_type(item, json_type_object))
      continue;
    FUZZ_ASSERT(found < page->count);
    struct json_object *received = received_element(page, found++);
    FUZZ_ASSERT(json_object_equal(received, item));
    json_object_put(received);
  }
  FUZZ_ASSERT(found == page->count);
}

static size_t occurrences(const char *text, size_t length, const char *word) {
  size_t count = 0;
  for (const char *end = text + length; (text = memmem(text, (size_t)(end - text), word, strlen(word))); text++)
    count++;
  return count;
}

/* Whether the text has ended and contains metadata. */
static bool is_whole(const struct dw_list_reader *reader) {
  return reader->begun && reader->depth == 0 && reader->metadata.length > 0;
}

/* If json-c finds a list, elements and metadata must be the same. Texts with escapes or repeated names are not
 * compared, because an API server writes neither. */
static void check_with_json(const struct page *page, const char *text, size_t length) {
  struct json_object *list = fuzz_json(text, length);
  struct json_object *items = fuzz_get(list, "items", NULL);
  struct json_object *metadata = fuzz_get(list, "metadata", NULL);
  const struct dw_buf *found = &page->reader.metadata;
  bool plain = json_object_is_type(list, json_type_object) && !memchr(text, '\\', length);
  if (plain) {
    FUZZ_ASSERT(page->status == 0 && page->reader.depth == 0 && !page->reader.in_string);
    FUZZ_ASSERT(!json_object_is_type(metadata, json_type_object) || is_whole(&page->reader));
  }
  if (plain && json_object_is_type(items, json_type_array) && occurrences(text, length, "\"items\"") == 1)
    check_items(page, items);
  struct json_object *read = found->length > 0 ? fuzz_json(dw_buf_text(found), found->length) : NULL;
  if (plain && read && json_object_is_type(metadata, json_type_object))
    FUZZ_ASSERT(json_object_equal(read, metadata));
  json_object_put(read);
  json_object_put(list);
}

static void check_sorted(const struct dw_store *store) {
  for (size_t i = 1; i < store->count; i++) {
    const struct dw_object *a = store->objects[i - 1];
    const struct dw_object *b = store->objects[i];
    int order = strcmp(a->namespace_, b->namespace_);
    FUZZ_ASSERT(order < 0 || (order == 0 && strcmp(a->name, b->name) < 0));
  }
}

/* Stores the elements as a feed does. */
static void check_store(const struct page *page, enum dw_kind kind) {
  struct dw_store store = {NULL, 0, 0};
  const char *at = dw_buf_text(&page->elements);
  for (size_t i = 0; i < page->count; i++) {
    DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
    struct dw_error err = DW_ERROR_INIT;
    const struct dw_object *object = NULL;
    char *text = NULL;
    size_t length = strtoull(at, &text, 10);
    const dw_json *json = dw_json_parse(arena, text + 1, length, DW_JSON_PLAIN, NULL);
    if (json && dw_object_reduce_as(kind, json, "", &object, &err) != 0)
      FUZZ_ASSERT(err.text[0] && !object);
    if (object)
      dw_store_append(&store, object);
    at = text + 1 + length;
  }
  dw_store_sort(&store);
  check_sorted(&store);
  dw_store_clear(&store);
}

static void fuzz_list(const struct dw_resource *resource, struct splitter splitter) {
  struct page whole;
  struct page parts;
  page_begin(&whole);
  page_begin(&parts);
  const char *text = splitter.data;
  size_t length = splitter.length;
  whole.status = dw_list_reader_feed(&whole.reader, text, length);
  while (splitter.length > 0 && parts.status == 0) {
    size_t part = 0;
    char *copy = next_part(&splitter, &part);
    parts.status = dw_list_reader_feed(&parts.reader, copy, part);
    free(copy);
  }
  FUZZ_ASSERT(whole.status == parts.status && whole.count == parts.count);
  FUZZ_ASSERT(same_bytes(&whole.elements, &parts.elements));
  if (whole.status == 0) {
    FUZZ_ASSERT(is_whole(&whole.reader) == is_whole(&parts.reader));
    FUZZ_ASSERT(same_bytes(&whole.reader.metadata, &parts.reader.metadata));
  }
  check_with_json(&whole, text, length);
  check_store(&whole, resource->kind);
  page_end(&whole);
  page_end(&parts);
}

/* --- a watch --- */

struct watch {
  struct dw_cluster cluster;
  struct dw_feed feed;
  struct dw_buf events; /* one per line */
  size_t count;
  bool good; /* it has not failed */
};

static const struct dw_object *find(const struct dw_store *store, const char *ns, const char *name) {
  for (size_t i = 0; i < store->count; i++)
    if (strcmp(store->objects[i]->namespace_, ns) == 0 && strcmp(store->objects[i]->name, name) == 0)
      return store->objects[i];
  return NULL;
}

static bool is_cluster_wide(enum dw_kind kind) {
  return kind == DW_KIND_NODE || kind == DW_KIND_NODE_NETWORK_STATE || kind == DW_KIND_NETWORK ||
         kind == DW_KIND_NETWORK_OPERATOR || kind == DW_KIND_SERVICE_CIDR;
}

/* When an event is reported, the store already agrees with it. */
static void on_event(void *context, const struct dw_cluster_event *event) {
  struct watch *watch = context;
  const struct dw_object *object = event->object;
  const struct dw_object *stored = find(&watch->feed.store, is_cluster_wide(event->kind) ? "" : event->ns, event->name);
  FUZZ_ASSERT(event->kind == watch->feed.status.resource->kind && event->generation == watch->cluster.generation);
  if (event->deleted || !object)
    FUZZ_ASSERT(!stored && !(event->deleted && object));
  else
    FUZZ_ASSERT(stored && dw_object_same(stored, object) && strcmp(object->name, event->name) == 0);
  dw_buf_printf(&watch->events, "%s/%s %s %d %d %llu\n", event->ns, event->name, event->uid, event->deleted,
                object != NULL, (unsigned long long)event->generation);
  watch->count++;
}

static void on_change(void *context) {
  (void)context;
}

static void watch_begin(struct watch *watch, const struct dw_resource *resource) {
  *watch = (struct watch){.good = true};
  watch->cluster.options = (struct dw_cluster_options){.event = on_event, .changed = on_change, .context = watch};
  pthread_mutex_init(&watch->cluster.lock, NULL);
  watch->feed.cluster = &watch->cluster;
  watch->feed.status.resource = watch->feed.lister.resource = resource;
  watch->feed.watch_outcome = DW_OUTCOME_DONE;
}

static void watch_end(struct watch *watch) {
  dw_store_clear(&watch->feed.store);
  dw_buf_free(&watch->feed.line);
  dw_buf_free(&watch->events);
  pthread_mutex_destroy(&watch->cluster.lock);
}

static void check_same(const struct watch *a, const struct watch *b) {
  FUZZ_ASSERT(a->good == b->good && a->count == b->count && same_bytes(&a->events, &b->events));
  FUZZ_ASSERT(a->feed.store.count == b->feed.store.count);
  for (size_t i = 0; i < a->feed.store.count; i++)
    FUZZ_ASSERT(dw_object_same(a->feed.store.objects[i], b->feed.store.objects[i]));
  FUZZ_ASSERT(a->feed.status.unreadable == b->feed.status.unreadable);
  FUZZ_ASSERT(a->feed.watch_outcome == b->feed.watch_outcome);
  FUZZ_ASSERT(a->good == (a->feed.watch_outcome == DW_OUTCOME_DONE));
  FUZZ_ASSERT(strcmp(a->feed.lister.resource_version, b->feed.lister.resource_version) == 0);
  FUZZ_ASSERT(strcmp(a->feed.lister.err.text, b->feed.lister.err.text) == 0);
  FUZZ_ASSERT(a->good || *a->feed.lister.err.text);
  if (a->good)
    FUZZ_ASSERT(same_bytes(&a->feed.line, &b->feed.line));
}

/* --- the model: the objects after each line, without a feed --- */

struct model {
  struct dw_arena *arena;
  const struct dw_resource *resource;
  enum dw_kind kind;
  struct dw_store store;
  size_t events, unreadable;
};

static const char *text_of(const dw_json *object, const char *key) {
  const char *text = dw_json_string(dw_json_path(object, "metadata", key, NULL));
  return text ? text : "";
}

static void model_put(struct model *model, const dw_json *json) {
  struct dw_error err = DW_ERROR_INIT;
  const struct dw_object *object = NULL;
  if (dw_object_reduce_as(model->kind, json, "", &object, &err) != 0)
    model->unreadable++;
  const char *ns = is_cluster_wide(model->kind) ? "" : text_of(json, "namespace");
  dw_store_remove(&model->store, model->kind, ns, text_of(json, "name"));
  if (object)
    dw_store_put(&model->store, object);
}

static bool differs(const char *text, const char *wanted) {
  return text && wanted && strcmp(text, wanted) != 0;
}

static bool is_misfit(const struct dw_resource *resource, const dw_json *object) {
  const char *ns = dw_json_string(dw_json_path(object, "metadata", "namespace", NULL));
  const char *name = dw_json_string(dw_json_path(object, "metadata", "name", NULL));
  return differs(dw_json_get_string(object, "kind"), dw_kind_name(resource->kind)) || differs(ns, resource->ns) ||
         differs(name, resource->name);
}

static void model_event(struct model *model, const char *type, const dw_json *object) {
  const char *ns = is_cluster_wide(model->kind) ? "" : text_of(object, "namespace");
  bool deleted = strcmp(type, "DELETED") == 0;
  if (deleted)
    dw_store_remove(&model->store, model->kind, ns, text_of(object, "name"));
  else if (strcmp(type, "ADDED") == 0 || strcmp(type, "MODIFIED") == 0)
    model_put(model, object);
  else
    return;
  model->events++;
}

/* Returns false if the watch must fail at this line. json-c has to agree that the line is an event. */
static bool model_line(struct model *model, const char *text, size_t length) {
  const dw_json *event = dw_json_parse(model->arena, text, length, DW_JSON_PLAIN, NULL);
  const char *type = dw_json_get_string(event, "type");
  const dw_json *object = dw_json_get(event, "object");
  struct json_object *seen = fuzz_json(text, length);
  if (dw_json_type(event) > DW_JSON_NULL)
    FUZZ_ASSERT(seen);
  const char *seen_type = json_object_get_string(fuzz_get(seen, "type", NULL));
  bool good = type && dw_json_type(object) == DW_JSON_OBJECT;
  if (good)
    FUZZ_ASSERT(strcmp(seen_type, type) == 0 && json_object_is_type(fuzz_get(seen, "object", NULL), json_type_object));
  json_object_put(seen);
  if (!good || strcmp(type, "ERROR") == 0)
    return false;
  const char *version = dw_json_string(dw_json_path(object, "metadata", "resourceVersion", NULL));
  if (!version || !*version || strlen(version) >= DW_VERSION_BYTES)
    return false;
  bool of_object = strcmp(type, "ADDED") == 0 || strcmp(type, "MODIFIED") == 0 || strcmp(type, "DELETED") == 0;
  if (of_object && is_misfit(model->resource, object))
    return false;
  model_event(model, type, object);
  return true;
}

static void check_model(const struct watch *watch, const char *text, size_t length) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct model model = {
      .arena = arena, .resource = watch->feed.status.resource, .kind = watch->feed.status.resource->kind};
  bool good = true;
  for (const char *end; good && (end = memchr(text, '\n', length)); text = end + 1) {
    size_t part = (size_t)(end - text);
    length -= part + 1;
    if (part > 0)
      good = model_line(&model, text, part);
  }
  FUZZ_ASSERT(watch->good == good);
  FUZZ_ASSERT(model.events == watch->count && model.unreadable == watch->feed.status.unreadable);
  FUZZ_ASSERT(model.store.count == watch->feed.store.count);
  for (size_t i = 0; i < model.store.count; i++)
    FUZZ_ASSERT(dw_object_same(model.store.objects[i], watch->feed.store.objects[i]));
  dw_store_clear(&model.store);
}

static void fuzz_watch(const struct dw_resource *resource, struct splitter splitter) {
  struct watch whole;
  struct watch parts;
  watch_begin(&whole, resource);
  watch_begin(&parts, resource);
  const char *text = splitter.data;
  size_t length = splitter.length;
  whole.good = dw_feed_watched(&whole.feed, text, length);
  while (splitter.length > 0 && parts.good) {
    size_t part = 0;
    char *copy = next_part(&splitter, &part);
    parts.good = dw_feed_watched(&parts.feed, copy, part);
    free(copy);
    check_sorted(&parts.feed.store);
  }
  check_sorted(&whole.feed.store);
  check_same(&whole, &parts);
  check_model(&whole, text, length);
  watch_end(&whole);
  watch_end(&parts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  size_t count = 0;
  const struct dw_resource *resources = dw_resources(&count);
  if (size < 2)
    return 0;
  dw_log_configure(DW_LOG_ERROR, DW_LOG_JSON);
  const struct dw_resource *resource = &resources[((data[0] - 1U) & INDEX_BITS) % count];
  struct splitter splitter = {.data = (const char *)data + 2, .length = size - 2, .seed = data[1]};
  if (data[0] & LIST_BIT)
    fuzz_list(resource, splitter);
  else
    fuzz_watch(resource, splitter);
  return 0;
}
