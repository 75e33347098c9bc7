#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cni/ipam_support.h"

/* Returns "FIELD SUBNET FIRST-LAST via GATEWAY; " for each local pool. */
static const char *local_pools(struct dw_arena *arena, const struct dw_ipam *ipam) {
  struct dw_buf out = DW_BUF_IN(arena);
  for (size_t i = 0; i < ipam->local_pool_count; i++) {
    const struct dw_local_pool *pool = &ipam->local_pools[i];
    char subnet[DW_PREFIX_TEXT];
    dw_buf_printf(&out, "%s %s", pool->value.field + strlen("spec.config."), dw_prefix_format(&pool->subnet, subnet));
    for (size_t k = 0; k < pool->usable.count; k++) {
      char first[DW_ADDR_TEXT];
      char last[DW_ADDR_TEXT];
      dw_buf_printf(&out, " %s-%s", dw_addr_format(&pool->usable.items[k].first, first),
                    dw_addr_format(&pool->usable.items[k].last, last));
    }
    if (pool->gateway.state == DW_READ_OK) {
      char gateway[DW_ADDR_TEXT];
      dw_buf_printf(&out, " via %s", dw_addr_format(&pool->gateway.addr, gateway));
    }
    dw_buf_puts(&out, "; ");
  }
  return dw_buf_text(&out);
}

static void local_pools_are_what_the_plugins_hand_out(void **state) {
  (void)state;
  static const struct {
    const char *config, *pools;
  } rows[] = {
      {"{\"ipam\":{\"type\":\"host-local\",\"subnet\":\"10.0.0.0/29\"}}",
       "ipam.subnet 10.0.0.0/29 10.0.0.2-10.0.0.6 via 10.0.0.1; "},
      {"{\"ipam\":{\"type\":\"host-local\",\"subnet\":\"10.0.0.0/"
       "24\",\"rangeStart\":\"10.0.0.10\",\"RangeEnd\":\"10.0.0.20\","
       "\"gateway\":\"10.0.0.15\"}}",
       "ipam.subnet 10.0.0.0/24 10.0.0.10-10.0.0.14 10.0.0.16-10.0.0.20 via 10.0.0.15; "},
      {"{\"ipam\":{\"type\":\"host-local\",\"ranges\":[[{\"subnet\":\"10.0.0.0/30\"},{\"subnet\":\"10.0.1.0/30\"}],"
       "[{\"subnet\":\"fd00::/126\"}]]}}",
       "ipam.ranges[0][0].subnet 10.0.0.0/30 10.0.0.2-10.0.0.2 via 10.0.0.1; "
       "ipam.ranges[0][1].subnet 10.0.1.0/30 10.0.1.2-10.0.1.2 via 10.0.1.1; "
       "ipam.ranges[1][0].subnet fd00::/126 fd00::2-fd00::3 via fd00::1; "},
      /* host-local rejects host bits, subnets that are too small, ends outside the subnet, and an end before the start.
       */
      {"{\"ipam\":{\"type\":\"host-local\",\"ranges\":[[{\"subnet\":\"10.0.0.1/24\"},{\"subnet\":\"10.0.0.0/31\"},"
       "{\"subnet\":\"10.0.0.0/24\",\"rangeStart\":\"10.0.1.0\"},{\"subnet\":\"10.0.0.0/24\",\"gateway\":\"x\"},"
       "{\"subnet\":\"10.0.0.0/24\",\"rangeStart\":\"10.0.0.9\",\"rangeEnd\":\"10.0.0.8\"},{},7],7]}}",
       ""},
      {"{\"ipam\":{\"type\":\"static\",\"addresses\":[{\"address\":\"10.0.0.5/24\",\"gateway\":\"10.0.0.1\"},"
       "{\"address\":\"fd00::5/64\"},{\"address\":\"10.0.0.6\"},{}]}}",
       "ipam.addresses[0].address 10.0.0.0/24 10.0.0.5-10.0.0.5 via 10.0.0.1; "
       "ipam.addresses[1].address fd00::/64 fd00::5-fd00::5; "},
      {"{\"ipam\":{\"type\":\"static\",\"addresses\":[{\"address\":\"10.0.0.5/"
       "24\"}]},\"args\":{\"cni\":{\"ips\":[\"10.0.1.5/"
       "24\"]}}}",
       "args.cni.ips[0] 10.0.1.0/24 10.0.1.5-10.0.1.5; "},
      {"{\"ipam\":{\"type\":\"static\"},\"args\":{\"cni\":{\"ips\":[\"10.0.1.5/"
       "24\"]}},\"runtimeConfig\":{\"ips\":[\"10.0.2.5/"
       "24\"]}}",
       "runtimeConfig.ips[0] 10.0.2.0/24 10.0.2.5-10.0.2.5; "},
      {"{\"ipam\":{\"type\":\"whereabouts\",\"range\":\"10.0.0.0/24\",\"addresses\":[{\"address\":\"010.0.0.5/24\"}]},"
       "\"args\":{\"cni\":{\"ips\":[\"10.0.1.5/24\"]}}}",
       "ipam.addresses[0].address 10.0.0.0/24 10.0.0.5-10.0.0.5; "},
      {"{\"ipam\":{\"type\":\"dhcp\",\"addresses\":[{\"address\":\"10.0.0.5/24\"}],\"subnet\":\"10.0.0.0/24\"}}", ""},
  };
  DW_ARENA_SCOPED struct dw_arena *arena = dw_arena_new(0);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct dw_cni_config *config = dw_cni_read_text(arena, rows[i].config, strlen(rows[i].config));
    assert_int_equal(config->state, DW_CONFIG_OK);
    assert_string_equal(local_pools(arena, &config->plugins[0].ipam), rows[i].pools);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(local_pools_are_what_the_plugins_hand_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
