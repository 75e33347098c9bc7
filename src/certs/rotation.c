#include "certs/rotation.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
  MOST_OLD = 4,  /* CAs that are trusted in addition to the newest */
  AHEAD_S = 600, /* how much the clock of another replica may be ahead of this one's */
  RENEW_NUM = 2, /* certificates are renewed at two thirds of their life */
  RENEW_DEN = 3
};

/* The input, parsed and checked. */
struct facts {
  struct dw_arena *arena;
  const struct dw_rotation_input *in;
  int64_t now;
  struct dw_pki_cert cas[MOST_OLD + 1];
  size_t ca_count;
  bool ca_usable;     /* cas[0] can sign */
  const char *bundle; /* all of CAS as PEM */
  struct dw_pki_cert leaf;
  bool leaf_verifies;                /* and its key belongs to it */
  bool by_newest;                    /* cas[0] signed it */
  const char *missing;               /* a name that it is not valid for */
  const char *wrong_ca, *wrong_leaf; /* NULL: nothing */
  int64_t published, replaced_until; /* 0: unknown */
  int64_t settled_ms;                /* when every API server knows CAS */
  bool settled;                      /* SETTLED_MS has passed */
  bool held, seen;                   /* all webhook configurations contain the bundle; all could be read */
};

/* --- times --- */

static int64_t parse_time(const char *text) {
  struct tm utc = {0};
  const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return end == NULL || *end != '\0' ? 0 : (int64_t)timegm(&utc);
}

static const char *format_time(struct dw_arena *arena, int64_t seconds) {
  char text[32] = "";
  struct tm utc = {0};
  time_t time = (time_t)seconds;
  if (seconds == 0 || gmtime_r(&time, &utc) == NULL || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
    return "";
  return dw_arena_strdup(arena, text);
}

static int64_t renewal_of(const struct dw_pki_cert *cert) {
  return cert->from + (cert->until - cert->from) * RENEW_NUM / RENEW_DEN;
}

static int64_t sooner(int64_t a, int64_t b) {
  return a < b ? a : b;
}

/* --- reading --- */

static bool is_known(const struct facts *f, const struct dw_pki_cert *cert) {
  for (size_t i = 0; i < f->ca_count; i++)
    if (strcmp(f->cas[i].pem, cert->pem) == 0)
      return true;
  return false;
}

static void join_bundle(struct facts *f) {
  DW_BUF_SCOPED struct dw_buf all = DW_BUF_INIT;
  for (size_t i = 0; i < f->ca_count; i++)
    dw_buf_puts(&all, f->cas[i].pem);
  f->bundle = dw_arena_strdup(f->arena, dw_buf_text(&all));
}

static void add_ca(struct facts *f, const struct dw_pki_cert *cert) {
  if (f->ca_count <= MOST_OLD && cert->ca && !is_known(f, cert))
    f->cas[f->ca_count++] = *cert;
}

/* Returns what is wrong with the CA; NULL if it can sign. */
static const char *judge_ca(struct facts *f) {
  const struct dw_rotation_secret *secret = &f->in->secret;
  struct dw_pki_certs all = {NULL, 0};
  struct dw_error err = DW_ERROR_INIT;
  if (*secret->ca == '\0')
    return "ca.crt is missing";
  if (dw_pki_read_certs(f->arena, secret->ca, &all, &err) != 0)
    return dw_arena_printf(f->arena, "ca.crt %s", err.text);
  for (size_t i = 0; i < all.count; i++)
    add_ca(f, &all.list[i]);
  join_bundle(f);
  if (!all.list[0].ca)
    return "ca.crt is not a CA certificate";
  if (all.list[0].until <= f->now)
    return "the CA has expired";
  if (all.list[0].from > f->now + AHEAD_S)
    return "the CA is not valid yet; check the clocks of the nodes";
  if (*secret->ca_key == '\0')
    return "ca.key is missing";
  if (dw_pki_key_fits(all.list[0].pem, secret->ca_key, &err) != 0)
    return dw_arena_printf(f->arena, "ca.key: %s", err.text);
  return NULL;
}

/* Returns what is wrong with the leaf; NULL if it can be used. */
static const char *judge_leaf(struct facts *f) {
  const struct dw_rotation_secret *secret = &f->in->secret;
  struct dw_pki_certs all = {NULL, 0};
  struct dw_error err = DW_ERROR_INIT;
  if (*secret->leaf == '\0')
    return "tls.crt is missing";
  if (dw_pki_read_certs(f->arena, secret->leaf, &all, &err) != 0)
    return dw_arena_printf(f->arena, "tls.crt %s", err.text);
  f->leaf = all.list[0];
  if (*secret->leaf_key == '\0')
    return "tls.key is missing";
  if (dw_pki_key_fits(f->leaf.pem, secret->leaf_key, &err) != 0)
    return dw_arena_printf(f->arena, "tls.key: %s", err.text);
  /* The clock of the replica that made the leaf may be ahead. */
  int64_t now = f->leaf.from > f->now && f->leaf.from - f->now <= AHEAD_S ? f->leaf.from : f->now;
  if (f->ca_count == 0 || dw_pki_verify(f->bundle, f->leaf.pem, now, &err) != 0)
    return dw_arena_printf(f->arena, "tls.crt: %s", f->ca_count == 0 ? "there is no CA to verify it" : err.text);
  f->leaf_verifies = true;
  f->by_newest = dw_pki_verify(f->cas[0].pem, f->leaf.pem, now, NULL) == 0;
  f->missing = dw_pki_missing_name(f->leaf.pem, &f->in->options->names);
  return NULL;
}

static void inspect_hooks(struct facts *f) {
  f->held = f->seen = true;
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++) {
    const struct dw_rotation_hook *hook = &f->in->hooks[h];
    f->seen = f->seen && hook->state != DW_ROTATION_UNKNOWN;
    for (size_t i = 0; hook->state == DW_ROTATION_READ && i < hook->count; i++)
      f->held = f->held && strcmp(hook->bundles[i], f->bundle) == 0;
  }
}

static struct facts read_facts(struct dw_arena *arena, const struct dw_rotation_input *in) {
  struct facts f = {.arena = arena, .in = in, .now = in->now_ms / 1000, .bundle = ""};
  f.wrong_ca = judge_ca(&f);
  f.ca_usable = f.wrong_ca == NULL;
  f.wrong_leaf = judge_leaf(&f);
  f.published = parse_time(in->secret.published);
  f.replaced_until = parse_time(in->secret.replaced_until);
  if (f.published > f.now + AHEAD_S) /* from a clock that was wrong */
    f.published = 0;
  f.settled_ms = f.published * 1000 + in->options->settle_ms;
  /* A CA without older ones need not wait: there is no other leaf to use meanwhile. */
  f.settled = f.ca_count == 1 || (f.published != 0 && in->now_ms >= f.settled_ms);
  inspect_hooks(&f);
  return f;
}

static int64_t last_old_expiry(const struct facts *f) {
  int64_t end = 0;
  for (size_t i = 1; i < f->ca_count; i++)
    if (f->cas[i].until > end)
      end = f->cas[i].until;
  return end;
}

/* Returns when the old CAs can be removed: when no replica can use a valid leaf of theirs any more. */
static int64_t old_until(const struct facts *f) {
  int64_t end = last_old_expiry(f);
  return f->replaced_until == 0 ? end : sooner(f->replaced_until, end);
}

/* --- making --- */

/* The plan while it is being made. */
struct draft {
  struct facts *f;
  struct dw_rotation_plan *plan;
  struct dw_error *err;
};

static void begin(struct draft *d, const char *what) {
  d->plan->store = true;
  d->plan->what = what;
}

static void set_replaced_until(struct draft *d, int64_t until) {
  if (until > d->f->replaced_until)
    d->f->replaced_until = until;
  d->plan->secret.replaced_until = format_time(d->f->arena, d->f->replaced_until);
}

static void set_published(struct draft *d, int64_t at) {
  d->f->published = at;
  d->plan->secret.published = format_time(d->f->arena, at);
}

/* Returns the requested names and those of the current leaf. Otherwise replicas of two versions that request different
 * names would replace each other's leaves forever. */
static struct dw_pki_names wanted_names(const struct facts *f) {
  struct dw_pki_names asked = f->in->options->names;
  if (!f->leaf_verifies || f->missing == NULL || asked.count + f->leaf.name_count > DW_PKI_MOST_NAMES)
    return asked;
  const char **list = dw_arena_array(f->arena, asked.count + f->leaf.name_count, sizeof *list);
  memcpy(list, asked.list, asked.count * sizeof *list);
  memcpy(list + asked.count, f->leaf.names, f->leaf.name_count * sizeof *list);
  return (struct dw_pki_names){list, asked.count + f->leaf.name_count};
}

/* Returns until when some replica may use the leaf that is being replaced: until it expires. If it can't be read, a
 * whole leaf's life is assumed. */
static int64_t replaced_expiry(const struct facts *f) {
  if (f->leaf_verifies || (f->leaf.pem != NULL && f->leaf.until <= f->now))
    return f->leaf.until;
  return f->ca_count > 1 ? sooner(f->now + f->in->options->leaf_seconds, last_old_expiry(f)) : 0;
}

static int make_leaf(struct draft *d, const char *ca, const char *ca_key) {
  struct facts *f = d->f;
  struct dw_pki_pair issuer = {.certificate = dw_arena_strdup(f->arena, ca), .key = dw_arena_strdup(f->arena, ca_key)};
  struct dw_pki_pair made = {.certificate = NULL};
  struct dw_pki_life life = {f->now, f->in->options->leaf_seconds};
  struct dw_pki_names names = wanted_names(f);
  int failed = dw_pki_issue_leaf(&issuer, &names, &life, &made, d->err);
  if (failed != 0)
    return -1;
  d->plan->secret.leaf = dw_arena_strdup(f->arena, made.certificate);
  d->plan->secret.leaf_key = dw_arena_strdup(f->arena, made.key);
  dw_pki_pair_free(&made);
  set_replaced_until(d, replaced_expiry(f));
  return 0;
}

/* Keeps the CAs that API servers trust now, because one of them may have signed a leaf that is in use. */
static void adopt_published(struct facts *f) {
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++) {
    const struct dw_rotation_hook *hook = &f->in->hooks[h];
    for (size_t i = 0; hook->state == DW_ROTATION_READ && i < hook->count; i++) {
      struct dw_pki_certs found = {NULL, 0};
      if (dw_pki_read_certs(f->arena, hook->bundles[i], &found, NULL) != 0)
        continue;
      for (size_t c = 0; c < found.count; c++)
        add_ca(f, &found.list[c]);
    }
  }
}

static void drop_expired(struct facts *f) {
  size_t kept = 0;
  for (size_t i = 0; i < f->ca_count; i++)
    if (f->cas[i].until > f->now)
      f->cas[kept++] = f->cas[i];
  f->ca_count = kept;
}

/* Makes a new CA and puts it before the existing ones. */
static int make_ca(struct draft *d) {
  struct facts *f = d->f;
  struct dw_pki_pair made = {.certificate = NULL};
  struct dw_pki_life life = {f->now, f->in->options->ca_seconds};
  struct dw_pki_certs read = {NULL, 0};
  if (dw_pki_issue_ca(&life, &made, d->err) != 0)
    return -1;
  int failed = dw_pki_read_certs(f->arena, made.certificate, &read, d->err);
  if (failed == 0) {
    drop_expired(f);
    if (f->ca_count > MOST_OLD)
      f->ca_count = MOST_OLD;
    memmove(f->cas + 1, f->cas, f->ca_count * sizeof *f->cas);
    f->cas[0] = read.list[0];
    f->ca_count++;
    join_bundle(f);
    d->plan->secret.ca = f->bundle;
    d->plan->secret.ca_key = dw_arena_strdup(f->arena, made.key);
    set_published(d, 0);
  }
  dw_pki_pair_free(&made);
  return failed;
}

/* --- deciding --- */

/* There is no CA that can sign. If the leaf is valid, it stays in use, as in a renewal of the CA. */
static int replace_ca(struct draft *d) {
  struct facts *f = d->f;
  bool fresh = *f->in->secret.ca == '\0' && *f->in->secret.leaf == '\0';
  d->plan->wrong = fresh ? "" : f->wrong_ca;
  begin(d, f->leaf_verifies ? "created a new CA; the old certificate stays in use until the API servers know the new CA"
                            : "created a CA and a certificate");
  adopt_published(f);
  if (make_ca(d) != 0)
    return -1;
  return f->leaf_verifies ? 0 : make_leaf(d, d->plan->secret.ca, d->plan->secret.ca_key);
}

static int renew_leaf(struct draft *d, const char *what) {
  begin(d, what);
  return make_leaf(d, d->f->cas[0].pem, d->f->in->secret.ca_key);
}

/* First makes a last leaf of the old CA, while its key is still there. So the new CA has a leaf's whole life to become
 * known. */
static int renew_ca(struct draft *d) {
  begin(d,
        "created a new CA (two thirds of the old one's lifetime have passed); the old certificate stays in use until "
        "the API servers know the new CA");
  if (make_leaf(d, d->f->cas[0].pem, d->f->in->secret.ca_key) != 0)
    return -1;
  return make_ca(d);
}

static int fix_leaf(struct draft *d) {
  struct facts *f = d->f;
  if (f->missing != NULL)
    d->plan->wrong = dw_arena_printf(f->arena, "tls.crt is not valid for %s", f->missing);
  else
    d->plan->wrong = f->wrong_leaf;
  return renew_leaf(d, "created a certificate");
}

/* Notes when the bundle was first seen in all webhook configurations. Resets this if it is no longer there before a
 * leaf of the new CA is in use. */
static void note_publication(struct draft *d) {
  struct facts *f = d->f;
  if (f->ca_count == 1)
    return;
  if (f->held && f->seen && f->published == 0) {
    begin(d, "published the new CA in the webhook configurations");
    set_published(d, (f->in->now_ms + 999) / 1000);
  } else if (!f->held && f->published != 0 && !(f->by_newest && f->settled)) {
    begin(d, "the new CA is no longer in the webhook configurations");
    set_published(d, 0);
  }
}

static void drop_old(struct draft *d) {
  begin(d, "removed the old CA");
  d->plan->secret.ca = d->f->cas[0].pem;
  d->plan->secret.published = "";
  d->plan->secret.replaced_until = "";
}

static int follow(struct draft *d) {
  struct facts *f = d->f;
  if (!f->by_newest) {
    if (f->held && f->seen && f->settled)
      return renew_leaf(d, "switched to a certificate from the new CA, which the API servers now know");
  } else if (f->now >= renewal_of(&f->cas[0])) {
    return renew_ca(d);
  } else if (f->now >= renewal_of(&f->leaf)) {
    return renew_leaf(d, "renewed the certificate (two thirds of its lifetime have passed)");
  } else if (f->ca_count > 1 && f->now >= old_until(f)) {
    drop_old(d);
    return 0;
  }
  note_publication(d);
  return 0;
}

static void plan_publication(const struct facts *f, struct dw_rotation_plan *plan) {
  if (!f->ca_usable && !f->leaf_verifies) /* the published CAs may be better */
    return;
  plan->bundle = f->bundle;
  for (size_t h = 0; h < DW_ROTATION_HOOKS; h++) {
    const struct dw_rotation_hook *hook = &f->in->hooks[h];
    for (size_t i = 0; hook->state == DW_ROTATION_READ && i < hook->count; i++)
      plan->publish[h] = plan->publish[h] || strcmp(hook->bundles[i], f->bundle) != 0;
  }
}

static int64_t next_due_ms(const struct facts *f) {
  int64_t due = INT64_MAX;
  if (!f->ca_usable || !f->leaf_verifies)
    return f->in->now_ms;
  if (!f->settled && f->published != 0)
    due = f->settled_ms;
  if (f->by_newest) {
    due = sooner(due, renewal_of(&f->cas[0]) * 1000);
    due = sooner(due, renewal_of(&f->leaf) * 1000);
    if (f->ca_count > 1)
      due = sooner(due, old_until(f) * 1000);
  }
  return due;
}

int dw_rotation_plan(struct dw_arena *arena, const struct dw_rotation_input *input, struct dw_rotation_plan *plan,
                     struct dw_error *err) {
  struct facts f = read_facts(arena, input);
  struct dw_rotation_plan made = {.secret = input->secret, .what = "", .wrong = "", .ca_count = f.ca_count};
  struct draft d = {&f, &made, err};
  int failed = 0;
  made.ca_until = f.ca_count == 0 ? 0 : f.cas[0].until;
  made.again_ms = next_due_ms(&f);
  plan_publication(&f, &made);
  if (!f.ca_usable)
    failed = replace_ca(&d);
  else if (!f.leaf_verifies || f.missing != NULL)
    failed = fix_leaf(&d);
  else
    failed = follow(&d);
  if (failed != 0)
    return -1;
  *plan = made;
  return 0;
}

bool dw_rotation_accepts(const struct dw_rotation_input *input, const char *serving) {
  if (serving != NULL && strcmp(serving, input->secret.leaf) == 0)
    return false;
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  struct facts f = read_facts(arena, input);
  if (!f.leaf_verifies)
    return false;
  if (serving == NULL)
    return true;
  if (!f.by_newest || f.settled || dw_pki_verify(f.bundle, serving, f.now, NULL) != 0)
    return true;
  return dw_pki_verify(f.cas[0].pem, serving, f.now, NULL) == 0;
}
