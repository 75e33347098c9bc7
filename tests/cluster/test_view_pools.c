#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/cluster_fixture.h"
#include "cluster/policy_fixture.h"
#include "cluster/view_internal.h"

/* Finds the conflicts of NAD's first pool, as if it were applied again. */
static size_t ask(const struct dw_view *view, const struct dw_object *nad, bool migration, size_t before,
                  struct dw_pool_hit *hit) {
  struct dw_pool_query query = {.usable = &nad->nad.pools[0].usable,
                                .cidr = nad->nad.pools[0].text,
                                .network_name = nad->nad.network_name,
                                .migration = migration,
                                .ns = nad->namespace_,
                                .name = nad->name,
                                .before = before,
                                .allocator = nad->nad.pools[0].allocator,
                                .wire = nad->nad.pools[0].wire};
  return dw_view_pool_conflicts(view, &query, hit);
}

struct asker {
  struct cluster cluster;
  const struct dw_object *nad;
};

static struct asker asker(const char *ns, const char *name, const char *range, const char *more) {
  struct asker asker = {{0}, NULL};
  add_nad(&asker.cluster, ns, name, range, more);
  asker.nad = asker.cluster.objects[0];
  return asker;
}

/* The number of conflicts of a new NAD with RANGE (and MORE) in VIEW. */
static size_t conflicts(const struct dw_view *view, const char *range, const char *more, bool migration,
                        struct dw_pool_hit *hit) {
  struct asker new = asker("new", "new", range, more);
  size_t count = ask(view, new.nad, migration, SIZE_MAX, hit);
  cluster_free(&new.cluster);
  return count;
}

static void overlapping_ranges_conflict(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_nad(&cluster, "b", "storage", "10.50.0.0/24", "");
  struct dw_view *view = cluster_view(&cluster, policy);
  struct dw_pool_hit hit;
  char text[DW_ADDR_TEXT];
  assert_int_equal(conflicts(view, "10.50.0.128/25", "", false, &hit), 1);
  assert_string_equal(hit.nad->name, "storage");
  assert_string_equal(hit.pool->text, "10.50.0.0/24");
  assert_false(hit.migration);
  assert_string_equal(dw_addr_format(&hit.shared.first, text), "10.50.0.129");
  assert_string_equal(dw_addr_format(&hit.shared.last, text), "10.50.0.254");
  assert_int_equal(conflicts(view, "10.50.1.0/24", "", false, &hit), 0);
  assert_int_equal(conflicts(view, "10.50.1.0/24", "", true, &hit), 0);
  dw_view_free(view);
}

static void finds_a_single_shared_address(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_nad(&cluster, "b", "low", "10.50.0.10-10.50.0.20/24", "");
  struct dw_view *view = cluster_view(&cluster, policy);
  struct dw_pool_hit hit;
  assert_int_equal(conflicts(view, "10.50.0.20-10.50.0.30/24", "", true, &hit), 1);
  assert_int_equal(conflicts(view, "10.50.0.21-10.50.0.30/24", "", true, &hit), 0);
  assert_int_equal(conflicts(view, "10.50.0.1-10.50.0.10/24", "", true, &hit), 1);
  assert_int_equal(conflicts(view, "10.50.0.1-10.50.0.9/24", "", true, &hit), 0);
  dw_view_free(view);
}

static void excludes_prevent_conflicts(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_nad(&cluster, "b", "middle", "10.50.0.64/26", "");
  struct dw_view *view = cluster_view(&cluster, policy);
  struct dw_pool_hit hit;
  assert_int_equal(conflicts(view, "10.50.0.0/24", ", \"exclude\": [\"10.50.0.64/26\"]", true, &hit), 0);
  assert_int_equal(conflicts(view, "10.50.0.0/24", ", \"exclude\": [\"10.50.0.64/27\"]", true, &hit), 1);
  dw_view_free(view);
}

static void address_families_never_overlap(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_nad(&cluster, "b", "four", "10.50.0.0/24", "");
  struct dw_view *view = cluster_view(&cluster, policy);
  struct dw_pool_hit hit;
  assert_int_equal(conflicts(view, "::/64", "", true, &hit), 0);
  assert_int_equal(conflicts(view, "::ffff:10.50.0.0/120", "", true, &hit), 1);
  dw_view_free(view);
}

static void the_same_cidr_may_be_shared(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_nad(&cluster, "b", "storage", "10.50.0.0/24", "");
  struct dw_view *view = cluster_view(&cluster, policy);
  struct dw_pool_hit hit;
  assert_int_equal(conflicts(view, "10.50.0.0/24", "", false, &hit), 0);
  assert_int_equal(conflicts(view, "10.50.0.77/24", ", \"exclude\": [\"10.50.0.1/32\"]", false, &hit), 0);
  assert_int_equal(conflicts(view, "10.50.0.0/24", "", true, &hit), 1);
  dw_view_free(view);
}

static void network_names_are_separate_domains(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_nad(&cluster, "b", "storage", "10.50.0.0/24", ", \"network_name\": \"east\"");
  struct dw_view *view = cluster_view(&cluster, policy);
  struct dw_pool_hit hit;
  const char *east = ", \"network_name\": \"east\"";
  assert_int_equal(conflicts(view, "10.50.0.0/25", "", false, &hit), 0);
  assert_int_equal(conflicts(view, "10.50.0.0/25", ", \"network_name\": \"west\"", false, &hit), 0);
  assert_int_equal(conflicts(view, "10.50.0.0/25", east, false, &hit), 1);
  assert_int_equal(conflicts(view, "10.50.0.0/25", "", true, &hit), 1);
  dw_view_free(view);
}

static void a_migration_network_may_not_share_addresses(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_nad(&cluster, "b", "live-migration", "10.50.0.0/24", ", \"network_name\": \"east\"");
  struct dw_view *view = cluster_view(&cluster, policy);
  struct dw_pool_hit hit;
  assert_int_equal(conflicts(view, "10.50.0.0/24", "", false, &hit), 1);
  assert_true(hit.migration);
  assert_int_equal(conflicts(view, "10.50.0.0/25", "", false, &hit), 1);
  assert_int_equal(conflicts(view, "10.50.0.0/24", "", true, &hit), 1);
  dw_view_free(view);
}

static void skips_the_querying_nad(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_nad(&cluster, "a", "live-migration", "10.50.0.0/24", "");
  add_nad(&cluster, "b", "live-migration", "10.60.0.0/24", "");
  struct dw_view *view = cluster_view(&cluster, policy);
  struct asker self = asker("a", "live-migration", "10.50.0.0/25", "");
  struct asker namesake = asker("b", "live-migration", "10.50.0.0/25", "");
  struct dw_pool_hit hit;
  assert_int_equal(ask(view, self.nad, true, SIZE_MAX, &hit), 0);
  assert_int_equal(ask(view, namesake.nad, true, SIZE_MAX, &hit), 1);
  assert_string_equal(hit.nad->namespace_, "a");
  cluster_free(&self.cluster);
  cluster_free(&namesake.cluster);
  dw_view_free(view);
}

static void reports_the_first_by_name_and_counts_each_nad_once(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_nad(&cluster, "c", "x", "10.50.0.0/24", "");
  add_nad(&cluster, "a", "z", "10.50.0.0/26",
          ", \"ipRanges\": [{\"range\": \"10.50.0.64/26\"}, {\"range\": \"10.50.0.64/26\"}]");
  add_nad(&cluster, "a", "zz", "10.50.0.0/24", "");
  struct dw_view *view = cluster_view(&cluster, policy);
  struct dw_pool_hit hit;
  assert_int_equal(conflicts(view, "10.50.0.0/16", "", false, &hit), 3);
  assert_string_equal(hit.nad->name, "z");
  assert_string_equal(hit.pool->text, "10.50.0.0/26");
  assert_int_equal(conflicts(view, "10.50.0.64/27", "", false, &hit), 3);
  assert_string_equal(hit.pool->text, "10.50.0.64/26");
  dw_view_free(view);
}

static void reports_the_first_of_equal_pools_in_a_nad(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_nad(&cluster, "a", "twice", "10.1.0.0/24", ", \"ipRanges\": [{\"range\": \"10.1.0.0/24\"}]");
  struct dw_view *view = cluster_view(&cluster, policy);
  struct dw_pool_hit hit;
  assert_int_equal(conflicts(view, "10.1.0.128/25", "", false, &hit), 1);
  assert_string_equal(hit.pool->field, "spec.config.ipam.range");
  dw_view_free(view);
}

static void can_be_limited_to_nads_applied_before(void **state) {
  (void)state;
  struct cluster cluster = {0};
  add_nad(&cluster, "a", "one", "10.50.0.0/24", "");
  add_nad(&cluster, "a", "two", "10.50.0.0/25", "");
  add_nad(&cluster, "a", "zero", "10.50.0.0/26", "");
  struct dw_view *view = cluster_view(&cluster, policy);
  dw_view_set_order(view, "a", "one", 2);
  dw_view_set_order(view, "a", "two", 1);
  struct asker third = asker("a", "three", "10.50.0.0/23", "");
  struct dw_pool_hit hit;
  assert_int_equal(ask(view, third.nad, false, 3, &hit), 3);
  assert_string_equal(hit.nad->name, "one");
  assert_int_equal(ask(view, third.nad, false, 2, &hit), 2);
  assert_string_equal(hit.nad->name, "two");
  assert_int_equal(ask(view, third.nad, false, 1, &hit), 1);
  assert_string_equal(hit.nad->name, "zero");
  assert_int_equal(ask(view, third.nad, false, 0, &hit), 0);
  cluster_free(&third.cluster);
  dw_view_free(view);
}

/* --- comparison with brute force --- */

static bool pools_conflict(const struct dw_object *a, bool a_migrates, const struct dw_object *b,
                           const struct dw_pool_summary *pool) {
  const struct dw_pool_summary *asked = &a->nad.pools[0];
  if (!dw_interval_set_overlap(&asked->usable, &pool->usable, NULL))
    return false;
  bool migrates = strstr(b->name, "migration") != NULL;
  return a_migrates || migrates ||
         (strcmp(asked->text, pool->text) != 0 && strcmp(a->nad.network_name, b->nad.network_name) == 0);
}

static bool is_migrating(const struct dw_object *nad) {
  return strstr(nad->name, "migration") != NULL;
}

static size_t count_by_hand(const struct dw_view *view, const struct dw_object *asked, bool migration,
                            struct dw_pool_hit *hit) {
  size_t count = 0;
  for (size_t i = 0; i < dw_view_count(view, DW_KIND_NAD); i++) {
    const struct dw_object *nad = dw_view_at(view, DW_KIND_NAD, i);
    if (strcmp(nad->name, asked->name) == 0 && strcmp(nad->namespace_, asked->namespace_) == 0)
      continue;
    for (size_t k = 0; k < nad->nad.pool_count; k++) {
      if (!pools_conflict(asked, migration, nad, &nad->nad.pools[k]))
        continue;
      /* The first one is reported, but a migration network before all others. */
      bool weightier = count > 0 && is_migrating(nad) && !is_migrating(hit->nad);
      if (count++ == 0 || weightier) {
        hit->nad = nad;
        hit->pool = &nad->nad.pools[k];
      }
      break;
    }
  }
  return count;
}

static void add_random_nad(struct cluster *cluster, uint64_t *seed, int number) {
  static const char *const names[] = {"net", "net", "net", "migration"};
  static const char *const more[] = {"", "", ", \"network_name\": \"east\"",
                                     ", \"ipRanges\": [{\"range\": \"10.0.3.0/24\"}]",
                                     ", \"exclude\": [\"10.0.0.0/25\", \"10.0.1.7\"]"};
  char name[32];
  char range[64];
  snprintf(name, sizeof name, "%s-%d", names[rnd(seed) % 4], number);
  unsigned bits = 20 + rnd(seed) % 10;
  snprintf(range, sizeof range, "10.0.%u.%u/%u", rnd(seed) % 16, rnd(seed) % 4 * 64, bits);
  add_nad(cluster, rnd(seed) % 2 == 0 ? "a" : "b", name, range, more[rnd(seed) % 5]);
}

static void conflicts_agree_with_brute_force(void **state) {
  (void)state;
  uint64_t seed = 20261121;
  for (int round = 0; round < 12; round++) {
    struct cluster cluster = {0};
    for (int i = 0; i < 40; i++)
      add_random_nad(&cluster, &seed, i);
    struct dw_view *view = cluster_view(&cluster, policy);
    for (int i = 0; i < 40; i++) {
      struct asker new = {{0}, NULL};
      add_random_nad(&new.cluster, &seed, i);
      new.nad = new.cluster.objects[0];
      bool migration = rnd(&seed) % 3 == 0;
      struct dw_pool_hit hit = {0};
      struct dw_pool_hit expected = {0};
      size_t found = new.nad->nad.pool_count == 0 ? 0 : ask(view, new.nad, migration, SIZE_MAX, &hit);
      size_t count = new.nad->nad.pool_count == 0 ? 0 : count_by_hand(view, new.nad, migration, &expected);
      assert_int_equal(found, count);
      assert_ptr_equal(hit.nad, expected.nad);
      assert_ptr_equal(hit.pool, expected.pool);
      cluster_free(&new.cluster);
    }
    dw_view_free(view);
  }
}

/* --- many NADs --- */

static void thousands_of_copies_are_one_group(void **state) {
  (void)state;
  struct cluster cluster = {0};
  char name[32];
  for (int i = 0; i < 1900; i++) {
    snprintf(name, sizeof name, "ns-%04d", i);
    add_nad(&cluster, name, "storage", "10.50.0.0/24", "");
  }
  for (int i = 0; i < 100; i++) {
    char range[32];
    snprintf(name, sizeof name, "own-%03d", i);
    snprintf(range, sizeof range, "10.51.%d.0/24", i);
    add_nad(&cluster, "ns-9999", name, range, "");
  }
  struct dw_view *view = cluster_view(&cluster, policy);
  struct dw_pool_hit hit;
  assert_int_equal(conflicts(view, "10.50.0.0/24", "", false, &hit), 0);
  assert_int_equal(conflicts(view, "10.50.0.0/24", "", true, &hit), 1000);
  assert_string_equal(hit.nad->namespace_, "ns-0000");
  assert_int_equal(conflicts(view, "10.51.0.0/16", "", false, &hit), 100);
  assert_string_equal(hit.nad->name, "own-000");
  assert_int_equal(conflicts(view, "10.51.99.0/24", "", true, &hit), 1);
  assert_int_equal(conflicts(view, "10.51.99.128/25", "", false, &hit), 1);
  assert_int_equal(conflicts(view, "10.0.0.0/8", "", true, &hit), 1000);
  dw_view_free(view);
}

/* Copies are one group, whatever the names of their NADs. */
static void scattered_copies_are_one_group(void **state) {
  (void)state;
  struct cluster cluster = {0};
  for (int i = 0; i < 40; i++) {
    char name[32];
    snprintf(name, sizeof name, "net-%02d", i);
    add_nad(&cluster, "a", name, i % 2 == 0 ? "10.50.0.0/24" : "10.51.0.0/24", "");
  }
  struct dw_view *view = cluster_view(&cluster, policy);
  assert_int_equal(view->pools.group_count, 2);
  assert_int_equal(view->pools.groups[0].all.count, 20);
  assert_int_equal(view->pools.groups[1].all.count, 20);
  dw_view_free(view);
}

static void counts_no_further_than_the_limit_in_many_groups(void **state) {
  (void)state;
  struct cluster cluster = {0};
  for (int i = 2499; i >= 0; i--) {
    char name[32];
    char range[32];
    snprintf(name, sizeof name, "net-%04d", i);
    snprintf(range, sizeof range, "10.%d.%d.0/24", 100 + i / 250, i % 250);
    add_nad(&cluster, "a", name, range, "");
  }
  struct dw_view *view = cluster_view(&cluster, policy);
  struct dw_pool_hit hit;
  assert_int_equal(conflicts(view, "10.0.0.0/8", "", false, &hit), 1000);
  assert_string_equal(hit.nad->name, "net-0000");
  assert_int_equal(conflicts(view, "10.100.0.0/16", "", false, &hit), 250);
  dw_view_free(view);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(overlapping_ranges_conflict),
      cmocka_unit_test(finds_a_single_shared_address),
      cmocka_unit_test(excludes_prevent_conflicts),
      cmocka_unit_test(address_families_never_overlap),
      cmocka_unit_test(the_same_cidr_may_be_shared),
      cmocka_unit_test(network_names_are_separate_domains),
      cmocka_unit_test(a_migration_network_may_not_share_addresses),
      cmocka_unit_test(skips_the_querying_nad),
      cmocka_unit_test(reports_the_first_by_name_and_counts_each_nad_once),
      cmocka_unit_test(reports_the_first_of_equal_pools_in_a_nad),
      cmocka_unit_test(can_be_limited_to_nads_applied_before),
      cmocka_unit_test(conflicts_agree_with_brute_force),
      cmocka_unit_test(thousands_of_copies_are_one_group),
      cmocka_unit_test(scattered_copies_are_one_group),
      cmocka_unit_test(counts_no_further_than_the_limit_in_many_groups),
  };
  return cmocka_run_group_tests(tests, policy_set_up, policy_tear_down);
}
