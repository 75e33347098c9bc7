/* The state of the API server for tests, shared by its connections and its objects. Whoever uses anything but the first
 * members holds the lock. */
#ifndef TESTS_SUPPORT_FAKE_API_INTERNAL_H
#define TESTS_SUPPORT_FAKE_API_INTERNAL_H

#include <json-c/json.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "support/fake_api.h"

enum { MOST_PATHS = 2048, MOST_CONNECTIONS = 1024 };

struct item {
  char *ns, *name, *text;
};

struct event {
  long version;
  char *line;
};

/* The state of one path. */
struct place {
  char *path;
  bool served, hang_gets, hang_writes;
  int refused, refused_gets, refused_puts, refused_watches;
  size_t token_count; /* continue tokens that are repeated; 0: the list ends */
  size_t lost_answers;
  struct dw_buf raw, raw_watch;
  bool has_raw, has_raw_watch;
  char *denied; /* access reviews that contain it are answered with "no"; NULL: none */
  struct item *items;
  size_t item_count;
  struct event *events;
  size_t event_count;
  size_t asked[FAKE_ASKS];
};

struct connection {
  struct fake_api *api;
  int fd;
  bool over;
  pthread_t thread;
};

struct fake_api {
  char folder[64];
  char kubeconfig[96];
  struct dw_api_config *config;
  int port;
  pthread_t acceptor;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  int listener; /* under lock, as the rest; -1: down */
  bool ending, muted;
  long version, compacted;
  unsigned drops, ends; /* incremented to close all connections, or to end all watches properly */
  size_t expiring_pages;
  struct place places[MOST_PATHS];
  size_t place_count;
  struct connection *connections;
  size_t connection_count;
  struct dw_buf last;
};

/* Ends the test program with WHAT unless OK. */
void fake_check(bool ok, const char *what);
void fake_lock(struct fake_api *api);
void fake_unlock(struct fake_api *api);

/* The state of PATH; a new one if it is not known yet. */
struct place *fake_place(struct fake_api *api, const char *path);

void fake_free_place(struct place *place);

/* Adds an event for the watches of PLACE. */
void fake_add_event(struct fake_api *api, struct place *place, const char *type, const char *object);

/* The JSON object TEXT with a new resource version. */
struct item fake_read_item(struct fake_api *api, const char *text);
/* Returns NULL if there is none. */
struct item *fake_find_item(struct place *place, const char *ns, const char *name);
void fake_free_item(struct item *item);
/* Adds or replaces an object and notifies watches. ITEM belongs to PLACE afterwards. */
void fake_put_item(struct fake_api *api, struct place *place, struct item item);
/* Removes ITEM from PLACE and notifies watches. */
void fake_remove_item(struct fake_api *api, struct place *place, struct item *item);
/* A string member of OBJECT, or "". */
const char *fake_text_in(struct json_object *object, const char *key);

#endif
