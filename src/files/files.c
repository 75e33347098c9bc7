#include "files/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/text.h"
#include "files/manifests.h"

enum { MAX_FOLDER_DEPTH = 64, STREAM_BYTES = 65536, LARGEST_IGNORE_FILE = 1024 * 1024 };

static void add_path(struct dw_arena *arena, struct dw_file_list *list, const char *path) {
  list->paths = dw_arena_more(arena, list->paths, list->count, &list->capacity, sizeof *list->paths);
  list->paths[list->count++] = path;
}

static int is_visible(const struct dirent *entry) {
  return entry->d_name[0] != '.';
}

/* --- folders --- */

struct walk {
  struct dw_arena *arena;
  struct dw_file_list *out;
  const struct dw_ignore *exclude; /* NULL: nothing is left out */
  struct dw_ignore local;          /* of the folder's own file, and of those above it in the repository */
  size_t root;                     /* the length of the folder's path with the slash behind it */
};

static void add_unreadable(const struct walk *walk, const char *path, const char *reason) {
  struct dw_error err = DW_ERROR_INIT;
  dw_error_set(&err, DW_ERR_IO, "%s", reason);
  dw_unreadable_add(walk->arena, &walk->out->unreadable, path, &err, (struct dw_unreadable_text){NULL, 0});
}

static void add_failure(const struct walk *walk, const char *path, int number) {
  char target[PATH_MAX];
  ssize_t length = readlink(path, target, sizeof target);
  const char *link = length < 0 ? "" : dw_arena_printf(walk->arena, "is a link to %.*s, which ", (int)length, target);
  add_unreadable(walk, path, dw_arena_printf(walk->arena, "%scan't be read: %s", link, strerror(number)));
}

/* PATH as patterns match it: without "./" or slashes at its beginning; "" for the current folder. */
static const char *as_typed(const char *path) {
  while (strncmp(path, "./", 2) == 0)
    path += 1 + strspn(path + 1, "/");
  return strcmp(path, ".") == 0 ? "" : path + strspn(path, "/");
}

static bool is_excluded(const struct walk *walk, const char *path, bool is_folder) {
  const char *below = path + walk->root;
  return walk->exclude != NULL &&
         (dw_ignore_matches(&walk->local, below, is_folder) || dw_ignore_matches(walk->exclude, below, is_folder) ||
          dw_ignore_matches(walk->exclude, as_typed(path), is_folder));
}

static void read_folder(struct walk *walk, const char *path, int depth);

/* Adds what is at PATH, called NAME in its folder. A manifest that can't be read is listed: it must not be treated like
 * one that does not exist. Returns false, with errno, if the folder does not even allow to see what PATH is. */
static bool visit(struct walk *walk, const char *path, const char *name, int depth) {
  struct stat info;
  struct stat link;
  if (lstat(path, &link) != 0)
    return errno == ENOENT;               /* removed since the folder was listed */
  bool is_folder = S_ISDIR(link.st_mode); /* links to folders are not followed, because they may form a circle */
  bool is_manifest = dw_has_suffix(name, ".yaml") || dw_has_suffix(name, ".yml") || dw_has_suffix(name, ".json");
  if (!is_folder && !is_manifest)
    return true;
  if (is_excluded(walk, path, is_folder))
    walk->out->excluded++;
  else if (is_folder)
    read_folder(walk, path, depth + 1);
  else if (stat(path, &info) != 0)
    add_failure(walk, path, errno);
  else if (S_ISREG(info.st_mode))
    add_path(walk->arena, walk->out, path);
  return true;
}

static void read_folder(struct walk *walk, const char *path, int depth) {
  struct dirent **entries = NULL;
  if (depth > MAX_FOLDER_DEPTH) {
    add_unreadable(
        walk, path,
        dw_arena_printf(walk->arena, "is more than %d folders deep; name a folder further down", MAX_FOLDER_DEPTH));
    return;
  }
  int count = scandir(path, &entries, is_visible, alphasort);
  bool readable = count >= 0;
  for (int i = 0; readable && i < count; i++) {
    const char *name = entries[i]->d_name;
    const char *entry =
        dw_arena_printf(walk->arena, "%.*s/%s", (int)strlen(path) - dw_has_suffix(path, "/"), path, name);
    readable = visit(walk, entry, name, depth);
  }
  if (!readable)
    add_failure(walk, path, errno);
  for (int i = 0; i < count; i++)
    free(entries[i]);
  free(entries);
}

/* Reads the patterns in FILE, which may be absent. */
static void read_ignore_file(struct walk *walk, const char *file) {
  struct dw_error err = DW_ERROR_INIT;
  size_t length = 0;
  struct stat info;
  bool exists = stat(file, &info) == 0;
  if (!exists && errno == ENOENT)
    return;
  if (exists && !S_ISREG(info.st_mode)) { /* reading a FIFO would not end */
    add_unreadable(walk, file, "is not a regular file");
    return;
  }
  const char *text = dw_read_file(walk->arena, file, LARGEST_IGNORE_FILE, &length, &err);
  if (text == NULL) {
    dw_unreadable_add(walk->arena, &walk->out->unreadable, file, &err, (struct dw_unreadable_text){NULL, 0});
    return;
  }
  size_t start = length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  for (int line = 1; start < length; line++) {
    const char *end = memchr(text + start, '\n', length - start);
    size_t size = end == NULL ? length - start : (size_t)(end - text) - start;
    if (dw_ignore_add_line(walk->arena, &walk->local, text + start, size, &err) != 0) {
      err.line = line;
      err.column = 1;
      dw_unreadable_add(walk->arena, &walk->out->unreadable, file, &err, (struct dw_unreadable_text){text, length});
    }
    start += size + 1;
  }
}

/* The length of PATH without its last name; 0 for a name in the root. */
static size_t parent_length(const char *path, size_t length) {
  while (length > 0 && path[length - 1] != '/')
    length--;
  return length == 0 ? 0 : length - 1;
}

static bool has_entry(const struct walk *walk, const char *folder, size_t length, const char *name) {
  return access(dw_arena_printf(walk->arena, "%.*s/%s", (int)length, folder, name), F_OK) == 0;
}

/* Reads the patterns of the folders that ROOT is in, from the root of the repository on: its nearest folder with a
 * .git. Outside of a repository there are none. */
static void read_parents(struct walk *walk, const char *root) {
  char whole[PATH_MAX];
  if (realpath(root, whole) == NULL)
    return;
  size_t length = strlen(whole), top = length;
  while (top > 0 && !has_entry(walk, whole, top, ".git"))
    top = parent_length(whole, top);
  if (top == 0)
    return;
  for (size_t end = top; end < length; end += 1 + strcspn(whole + end + 1, "/")) {
    walk->local.base = dw_arena_printf(walk->arena, "%s/", whole + end + 1);
    read_ignore_file(walk, dw_arena_printf(walk->arena, "%.*s/" DW_IGNORE_FILE, (int)end, whole));
  }
  walk->local.base = NULL;
}

static void read_root(struct walk *walk, const char *path) {
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/')
    length--;
  const char *root = dw_arena_strndup(walk->arena, path, length);
  walk->root = length + (root[length - 1] != '/');
  if (walk->exclude != NULL) {
    read_parents(walk, root);
    read_ignore_file(walk,
                     dw_arena_printf(walk->arena, "%s%s" DW_IGNORE_FILE, root, dw_has_suffix(root, "/") ? "" : "/"));
  }
  read_folder(walk, root, 0);
}

static void add_all(struct walk *walk, const char *path) {
  struct stat info;
  bool standard_input = strcmp(path, "-") == 0;
  if (!standard_input && stat(path, &info) != 0) {
    add_failure(walk, dw_arena_strdup(walk->arena, path), errno);
    return;
  }
  bool is_folder = !standard_input && S_ISDIR(info.st_mode);
  if (walk->exclude != NULL && !standard_input && dw_ignore_matches_below(walk->exclude, as_typed(path), is_folder))
    walk->out->excluded++;
  else if (is_folder)
    read_root(walk, path);
  else
    add_path(walk->arena, walk->out, dw_arena_strdup(walk->arena, path));
}

int dw_files_chosen(struct dw_arena *arena, const char *path, const struct dw_ignore *exclude, struct dw_file_list *out,
                    struct dw_error *err) {
  add_all(&(struct walk){.arena = arena, .out = out, .exclude = exclude}, path);
  return dw_unreadable_error(&out->unreadable, err);
}

int dw_files_below(struct dw_arena *arena, const char *path, struct dw_file_list *out, struct dw_error *err) {
  add_all(&(struct walk){.arena = arena, .out = out}, path);
  return dw_unreadable_error(&out->unreadable, err);
}

/* --- changes --- */

static uint64_t mix_file(uint64_t hash, const char *path) {
  struct stat info;
  if (stat(path, &info) != 0)
    return dw_hash_bytes(hash, "gone", 4);
  hash = dw_hash_bytes(hash, path, strlen(path));
  hash = dw_hash_bytes(hash, &info.st_ino, sizeof info.st_ino);
  hash = dw_hash_bytes(hash, &info.st_size, sizeof info.st_size);
  hash = dw_hash_bytes(hash, &info.st_mtim.tv_sec, sizeof info.st_mtim.tv_sec);
  return dw_hash_bytes(hash, &info.st_mtim.tv_nsec, sizeof info.st_mtim.tv_nsec);
}

uint64_t dw_fingerprint(const char *path) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_file_list files = {.paths = NULL};
  if (dw_files_below(arena, path, &files, NULL) != 0)
    return 0;
  uint64_t hash = DW_HASH_INIT;
  for (size_t i = 0; i < files.count; i++)
    hash = mix_file(hash, files.paths[i]);
  return hash ? hash : 1;
}

static int64_t milliseconds_of(const struct timespec *time) {
  return (int64_t)time->tv_sec * 1000 + time->tv_nsec / 1000000;
}

/* `cp -a`, tar and rsync give new files an old modification time, but can't change that of the inode. */
bool dw_written_lately(const char *path, unsigned milliseconds) {
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct dw_file_list files = {.paths = NULL};
  struct timespec now;
  struct stat info;
  if (dw_files_below(arena, path, &files, NULL) != 0 || clock_gettime(CLOCK_REALTIME, &now) != 0)
    return true;
  int64_t since = milliseconds_of(&now) - milliseconds;
  for (size_t i = 0; i < files.count; i++)
    if (stat(files.paths[i], &info) != 0 || milliseconds_of(&info.st_mtim) >= since ||
        milliseconds_of(&info.st_ctim) >= since)
      return true;
  return false;
}

/* --- reading --- */

/* Reads a regular file from its beginning, without moving the file offset. Returns NULL if it is not a regular file or
 * changes during the read; it can then still be read as a stream. */
static char *read_regular(struct dw_arena *arena, int fd, size_t limit, size_t *length) {
  struct stat info;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size <= 0 || (uint64_t)info.st_size > limit)
    return NULL;
  size_t size = (size_t)info.st_size;
  size_t used = 0;
  char *text = dw_arena_try(arena, size + 1);
  ssize_t got = text == NULL ? -1 : 1;
  while (got > 0 && used <= size) { /* one byte more than expected, to detect the end */
    got = pread(fd, text + used, size + 1 - used, (off_t)used);
    used += got > 0 ? (size_t)got : 0;
  }
  if (got != 0 || used != size)
    return NULL;
  text[size] = '\0';
  *length = size;
  return text;
}

/* Whether FD is a regular file of more than LIMIT bytes, which need not be read to know it. */
static bool is_larger(int fd, size_t limit) {
  struct stat info;
  return fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0 && (uint64_t)info.st_size > limit;
}

static char *read_stream(struct dw_arena *arena, int fd, size_t limit, size_t *length, struct dw_error *err) {
  DW_BUF_SCOPED struct dw_buf data = {.secret = dw_arena_is_secret(arena)};
  for (;;) {
    dw_buf_reserve(&data, STREAM_BYTES);
    ssize_t got = read(fd, data.data + data.length, STREAM_BYTES);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0) {
      dw_error_set(err, DW_ERR_IO, "can't be read: %s", strerror(errno));
      return NULL;
    }
    data.length += (size_t)got;
    if (data.length > limit) {
      dw_error_set(err, DW_ERR_MEMORY, "is larger than %zu bytes", limit);
      return NULL;
    }
    if (got == 0) {
      char *text = dw_arena_alloc(arena, data.length + 1);
      memcpy(text, data.data, data.length); /* including NUL bytes, which the parsers report */
      *length = data.length;
      return text;
    }
  }
}

char *dw_read_file(struct dw_arena *arena, const char *path, size_t limit, size_t *length, struct dw_error *err) {
  bool standard_input = strcmp(path, "-") == 0;
  size_t most = limit ? limit : (size_t)1 << 30;
  int fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
  /* A part of standard input may have been read already. */
  char *text = fd < 0 || standard_input ? NULL : read_regular(arena, fd, most, length);
  if (fd < 0)
    dw_error_set(err, DW_ERR_IO, "can't be read: %s", strerror(errno));
  else if (text == NULL && !standard_input && is_larger(fd, most))
    dw_error_set(err, DW_ERR_MEMORY, "is larger than %zu bytes", most);
  else if (text == NULL)
    text = read_stream(arena, fd, most, length, err);
  if (fd >= 0 &&
      !standard_input) /* FD may be 0 if standard input is closed; left open, it would be read as "-" later */
    close(fd);
  if (!text)
    dw_error_in_file(err, path);
  return text;
}

int dw_write_all(int fd, const void *bytes, size_t length) {
  const char *at = bytes;
  while (length > 0) {
    ssize_t written = write(fd, at, length);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return -1;
    at += written;
    length -= (size_t)written;
  }
  return 0;
}
