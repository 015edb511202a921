package dev.meander.reward.remote;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import java.util.List;
import java.util.Optional;

/** Settings of the reward {@code http_group}. */
@Doc("Settings of the reward http_group.")
record HttpGroupConfig(
    @Doc("Addresses of servers that compute the same scores, e.g. [\"http://127.0.0.1:8600\"].")
        List<String> endpoints,
    @Doc("Requests, each of one group, on their way at once, to all servers together.")
        @Default("4")
        @Range(min = 1, max = 256)
        int concurrency,
    @Doc("The environment variable that holds the servers' token; leave out for none.")
        Optional<String> tokenEnv,
    @Doc("Timeouts, retries and circuit breaking.") Connection connection) {}
