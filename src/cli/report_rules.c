/* Rules about inputs: files, comments in them, and the exceptions of the policy. */
#include "cli/report.h"

const struct dw_rule cli_unreadable_rule = {
    .id = "unreadable",
    .migration = DW_ACTION_DENY,
    .other = DW_ACTION_DENY,
    .finds = "a file, or an object in it, that can't be read, so that it is not checked",
    .fix = "correct the file, or exclude it with --exclude or .drovewayignore",
};

const struct dw_rule cli_exception_expired_rule = {
    .id = "exception-expired",
    .migration = DW_ACTION_WARN,
    .other = DW_ACTION_WARN,
    .finds = "an exception of the policy whose last day is over, so that its rule applies again",
    .fix = "fix the objects that it covered, and remove it",
};

const struct dw_rule cli_exception_unused_rule = {
    .id = "exception-unused",
    .migration = DW_ACTION_WARN,
    .other = DW_ACTION_WARN,
    .finds = "an exception of the policy that is not needed: without it, nothing is found either",
    .fix = "remove it",
};

const struct dw_rule cli_comment_invalid_rule = {
    .id = "comment-invalid",
    .migration = DW_ACTION_WARN,
    .other = DW_ACTION_WARN,
    .finds = "a comment for Droveway without effect: it names no known rule, or no reason",
    .fix = "use # droveway: allow RULE REASON",
};

const struct dw_rule cli_comment_unused_rule = {
    .id = "comment-unused",
    .migration = DW_ACTION_WARN,
    .other = DW_ACTION_WARN,
    .finds = "a comment that allows a rule which finds nothing there",
    .fix = "remove it",
};

const struct dw_rule *const cli_input_rules[CLI_INPUT_RULES] = {&cli_unreadable_rule, &cli_exception_expired_rule,
                                                                &cli_exception_unused_rule, &cli_comment_invalid_rule,
                                                                &cli_comment_unused_rule};
