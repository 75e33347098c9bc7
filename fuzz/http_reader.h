/* A second HTTP request parser, for fuzz_http.c. It accepts what RFC 9112 allows a server to accept, and distinguishes
 * requests that are written as a client should write them. It shares no code with the server's library. */
#ifndef FUZZ_HTTP_READER_H
#define FUZZ_HTTP_READER_H

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "support.h"

enum {
  MOST_REQUESTS = 16,
  MOST_HEADERS = 64 /* of a request that must be answered: the library's memory for headers is limited */
};

struct reader {
  const char *at, *end;
};

struct request {
  char method[16], path[256]; /* PATH is without the query, and %XX is decoded */
  struct dw_buf body;
  bool plain;  /* written as a client should write it, so it must be answered, and the connection stays open */
  bool chunks; /* Transfer-Encoding: chunked */
  bool expects;
  const char *length; /* of the body, as written; not NUL-terminated */
  size_t length_size, headers;
};

struct line {
  const char *text;
  size_t length;
};

/* Reads a line, without its line end. A server may accept a single LF as the end (RFC 9112, 2.2), but a client should
 * not write it. */
static bool read_line(struct reader *reader, struct line *out, bool *plain) {
  const char *end = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
  if (!end)
    return false;
  bool cr = end > reader->at && end[-1] == '\r';
  *plain = *plain && cr;
  *out = (struct line){reader->at, (size_t)(end - reader->at) - cr};
  reader->at = end + 1;
  return true;
}

static bool is_token(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (text[i] <= ' ' || text[i] == 127 || strchr("\"(),/:;<=>?@[\\]{}", text[i]))
      return false;
  return length > 0;
}

/* Accepts only digits: strtoull() would accept signs and spaces, too. */
static bool read_number(const char *text, size_t length, unsigned base, size_t *out) {
  static const char digits[] = "0123456789abcdef";
  *out = 0;
  for (size_t i = 0; i < length; i++) {
    const char *digit = text[i] == 0 ? NULL : strchr(digits, text[i] >= 'A' && text[i] <= 'F' ? text[i] + 32 : text[i]);
    if (!digit || (unsigned)(digit - digits) >= base || *out > SIZE_MAX / 32)
      return false;
    *out = *out * base + (size_t)(digit - digits);
  }
  return length > 0;
}

static void read_target(struct request *request, const char *text, size_t length) {
  size_t out = 0;
  for (size_t i = 0; i < length && text[i] != '?' && out + 1 < sizeof request->path; i++) {
    size_t value = 0;
    bool escaped = text[i] == '%' && i + 2 < length && read_number(text + i + 1, 2, 16, &value);
    request->path[out++] = escaped ? (char)value : text[i];
    i += escaped ? 2 : 0;
  }
  for (size_t i = 0; i < length; i++) {
    request->plain = request->plain && text[i] > ' ' && text[i] < 127 && text[i] != '%' && text[i] != '#';
    request->headers += text[i] == '&' || text[i] == ';';
  }
  request->plain = request->plain && length > 0 && length < 128 && text[0] == '/';
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r';
}

/* Any white space may separate the parts (RFC 9112, 3). White space inside the target should be refused, but does not
 * change where the request ends. */
static bool read_request_line(struct request *request, const struct line *line) {
  size_t method = 0;
  size_t version = line->length;
  while (version > 0 && is_blank(line->text[version - 1]))
    version--;
  const size_t end = version;
  while (version > 0 && !is_blank(line->text[version - 1]))
    version--;
  while (method < line->length && !is_blank(line->text[method]))
    method++;
  if (end - version != 8 || memcmp(line->text + version, "HTTP/1.", 7) != 0 || method >= sizeof request->method ||
      method >= version || !is_token(line->text, method))
    return false;
  memcpy(request->method, line->text, method);
  struct line target = {line->text + method, version - method};
  request->plain = request->plain && end == line->length && line->text[version + 7] == '1' && target.length > 2 &&
                   target.text[0] == ' ' && target.text[target.length - 1] == ' ';
  while (target.length > 0 && is_blank(target.text[target.length - 1]))
    target.length--;
  while (target.length > 0 && is_blank(*target.text))
    target.text++, target.length--;
  read_target(request, target.text, target.length);
  return true;
}

static bool is_name(const struct line *name, const char *text) {
  return name->length == strlen(text) && strncasecmp(name->text, text, name->length) == 0;
}

/* Returns false if the framing is broken or ambiguous. */
static bool read_header(struct request *request, const struct line *line) {
  const char *colon = memchr(line->text, ':', line->length);
  if (!colon)
    return request->plain = false, true; /* not a header, so it does not affect the framing */
  struct line name = {line->text, (size_t)(colon - line->text)};
  struct line value = {colon + 1, line->length - name.length - 1};
  while (value.length > 0 && (*value.text == ' ' || *value.text == '\t'))
    value.text++, value.length--;
  while (value.length > 0 && (value.text[value.length - 1] == ' ' || value.text[value.length - 1] == '\t'))
    value.length--;
  request->headers++;
  request->plain = request->plain && is_token(name.text, name.length);
  for (size_t i = 0; i < value.length; i++) {
    request->plain = request->plain && value.text[i] >= ' ' && value.text[i] < 127;
    request->headers += value.text[i] == ';' || value.text[i] == '=';
  }
  if (is_name(&name, "connection") || is_name(&name, "expect") || is_name(&name, "upgrade"))
    request->plain = false;
  if (is_name(&name, "content-length")) {
    if (request->length)
      return false;
    request->length = value.text;
    request->length_size = value.length;
  } else if (is_name(&name, "transfer-encoding")) {
    if (request->chunks || !is_name(&value, "chunked"))
      return false;
    request->chunks = true;
  }
  return true;
}

static bool read_head(struct reader *reader, struct request *request) {
  struct line line;
  bool hosts = false;
  do {
    const char *start = reader->at;
    if (!read_line(reader, &line, &request->plain))
      return false;
    request->plain = request->plain && (line.length > 0 || start == reader->at);
  } while (line.length == 0);
  if (!read_request_line(request, &line))
    return false;
  while (read_line(reader, &line, &request->plain)) {
    if (line.length == 0) {
      request->plain = request->plain && hosts && request->headers <= MOST_HEADERS;
      return true;
    }
    bool host = line.length > 5 && strncasecmp(line.text, "host:", 5) == 0;
    request->plain = request->plain && !(host && hosts) && *line.text != ' ' && *line.text != '\t';
    hosts = hosts || host;
    if (!read_header(request, &line))
      return false;
  }
  return false;
}

static bool read_bytes(struct reader *reader, struct request *request, size_t length) {
  if (length > (size_t)(reader->end - reader->at))
    return false;
  dw_buf_add(&request->body, reader->at, length);
  reader->at += length;
  return true;
}

static bool read_chunks(struct reader *reader, struct request *request) {
  struct line line;
  size_t length = 0;
  do {
    if (!read_line(reader, &line, &request->plain))
      return false;
    const char *extension = memchr(line.text, ';', line.length);
    size_t digits = extension ? (size_t)(extension - line.text) : line.length;
    request->plain = request->plain && !extension && digits < 8;
    if (!read_number(line.text, digits, 16, &length) || !read_bytes(reader, request, length))
      return false;
    if (length > 0 && (!read_line(reader, &line, &request->plain) || line.length != 0))
      return false;
  } while (length > 0);
  while (read_line(reader, &line, &request->plain)) {
    if (line.length == 0)
      return true;
    request->plain = false; /* trailers */
  }
  return false;
}

/* Reads the next request; returns false if it is incomplete or not HTTP. */
static bool read_request(struct reader *reader, struct request *request) {
  size_t length = 0;
  *request = (struct request){.plain = true};
  if (!read_head(reader, request))
    return false;
  if (request->chunks)
    return !request->length && read_chunks(reader, request);
  if (!request->length)
    return true;
  return read_number(request->length, request->length_size, 10, &length) && read_bytes(reader, request, length);
}

struct requests {
  struct request list[MOST_REQUESTS];
  size_t count;
  bool plain; /* the text consists of complete requests that are all plain */
  bool nul;   /* the text contains a NUL */
};

static void read_requests(const struct dw_buf *wire, struct requests *out) {
  struct reader reader = {dw_buf_text(wire), dw_buf_text(wire) + wire->length};
  *out = (struct requests){.plain = true};
  while (out->count < MOST_REQUESTS && reader.at < reader.end) {
    struct request *request = &out->list[out->count];
    const char *start = reader.at;
    if (!read_request(&reader, request)) {
      dw_buf_free(&request->body);
      reader.at = start;
      break;
    }
    out->plain = out->plain && request->plain;
    out->count++;
  }
  out->plain = out->plain && out->count > 0 && reader.at == reader.end;
}

static void free_requests(struct requests *requests) {
  for (size_t i = 0; i < requests->count; i++)
    dw_buf_free(&requests->list[i].body);
}

#endif
