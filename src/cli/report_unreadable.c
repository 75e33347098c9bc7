#include "cli/report.h"

const struct dw_rule cli_unreadable_rule = {
    .id = "unreadable",
    .migration = DW_ACTION_DENY,
    .other = DW_ACTION_DENY,
    .finds = "a file, or an object in it, that can't be read, so that it is not checked",
    .fix = "correct the file, or exclude it with --exclude or .drovewayignore",
};
