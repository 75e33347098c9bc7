#include "http/limits.h"

const char *dw_bound_name(enum dw_bound limit) {
  static const char *const names[DW_BOUND_COUNT] = {[DW_BOUND_BODY] = "body",
                                                    [DW_BOUND_HEADER] = "header",
                                                    [DW_BOUND_NESTING] = "nesting",
                                                    [DW_BOUND_MEMORY] = "memory",
                                                    [DW_BOUND_TOTAL_MEMORY] = "total_memory",
                                                    [DW_BOUND_CONNECTIONS] = "connections",
                                                    [DW_BOUND_CONNECTIONS_PER_ADDRESS] = "connections_per_address",
                                                    [DW_BOUND_CONNECTION_RATE] = "connection_rate",
                                                    [DW_BOUND_IDLE_TIME] = "idle_time",
                                                    [DW_BOUND_REQUEST_TIME] = "request_time"};
  return names[limit];
}
