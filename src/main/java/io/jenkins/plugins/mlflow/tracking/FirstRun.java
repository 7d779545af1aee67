package io.jenkins.plugins.mlflow.tracking;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the first run of a search that counts: one with a finite value of the metric that orders the runs, and no child run
 * unless those are wanted. It reads page after page until it has found one and knows that no other run ties with it.
 */
final class FirstRun {
    /** Mostly the first run counts; a long sweep of child runs, or of diverged runs, is read in larger pages. */
    private static final int FIRST_PAGE = 5;

    private static final int PAGE = 100;
    private static final int MOST_PAGES = 50;

    private final HttpTransport transport;
    private final RunSearch search;
    private final Comparator<Run> order;
    private final RunTagFilter tags;
    private Run first;
    private Run previous;
    private boolean tieExcluded;
    private int passedOver;

    FirstRun(HttpTransport transport, RunSearch search) {
        this.transport = transport;
        this.search = search;
        this.order = RunQueries.order(search);
        this.tags = new RunTagFilter(search.tags());
    }

    Optional<Run> find() throws TrackingException, InterruptedException {
        String token = read(FIRST_PAGE, "", null);
        if (!isOver(token) && first == null && !search.nested()) {
            Optional<String> filtered = withoutChildren();
            if (filtered.isPresent()) {
                return rest(filtered.get(), RunTagFilter.NO_CHILDREN);
            }
        }
        return rest(token, null);
    }

    /** Asks the server to leave child runs out; empty if it is too old to understand that. */
    private Optional<String> withoutChildren() throws TrackingException, InterruptedException {
        Run before = previous;
        try {
            previous = null;
            return Optional.of(read(PAGE, "", RunTagFilter.NO_CHILDREN));
        } catch (TrackingException e) {
            if (e.category() != ErrorCategory.PROTOCOL || e.isTransient()) {
                throw e;
            }
            previous = before;
            first = null;
            return Optional.empty();
        }
    }

    private Optional<Run> rest(String firstToken, String condition) throws TrackingException, InterruptedException {
        Set<String> tokens = new HashSet<>();
        String token = firstToken;
        for (int page = 0; !isOver(token); page++) {
            if (page == MOST_PAGES || !tokens.add(token)) {
                throw TrackingException.permanent(
                        ErrorCategory.PROTOCOL,
                        "The search for runs of experiment '" + search.experimentId() + "' did not end after "
                                + passedOver + " runs that do not count. Narrow it with a filter.");
            }
            token = read(PAGE, token, condition);
        }
        if (first == null && passedOver > 0 && search.metric() != null) {
            throw TrackingException.permanent(
                    ErrorCategory.NOT_FOUND,
                    "No run of experiment '" + search.experimentId() + "' that matches has a finite value of metric '"
                            + search.metric() + "', by which the best run is to be found. Check the metric's name, or "
                            + "that the evaluation logs it.");
        }
        return Optional.ofNullable(first);
    }

    private boolean isOver(String token) {
        return token.isEmpty() || tieExcluded;
    }

    /** Reads one page; returns the token of the next one, or an empty string. */
    private String read(int size, String token, String condition) throws TrackingException, InterruptedException {
        JsonObject response = transport.begin().ask(request(size, token, condition));
        List<JsonObject> page = response.objects("runs");
        String next = response.nextPageToken();
        response.require(!page.isEmpty() || next.isEmpty(), "with an empty page and a token for another one");
        for (JsonObject message : page) {
            tags.check(message);
            Run run = RunQueries.read(message);
            check(response, run);
            previous = run;
            if (first != null && order.compare(first, run) != 0) {
                tieExcluded = true;
            }
            if (!counts(run)) {
                passedOver++;
            } else if (first == null) {
                first = run;
            } else if (!tieExcluded && !first.id().equals(run.id())) {
                throw tie(first, run);
            }
        }
        return next;
    }

    private void check(JsonObject response, Run run) throws TrackingException {
        response.require(!run.deleted(), "with the deleted run '" + run.id() + "'");
        response.require(
                search.experimentId().equals(run.experimentId()),
                "with the run '" + run.id() + "' of experiment '" + run.experimentId() + "'");
        response.require(
                search.startedAfter() == null
                        || run.startTime() != null && !run.startTime().isBefore(search.startedAfter()),
                "with the run '" + run.id() + "', which started at " + run.startTime());
        response.require(
                previous == null || order.compare(previous, run) <= 0,
                "with runs in another order than the one asked for (" + String.join(", ", RunQueries.orderBy(search))
                        + ")");
    }

    private boolean counts(Run run) {
        return (search.nested() || !run.isChild())
                && (search.metric() == null || RunQueries.isFinite(run, search.metric()));
    }

    private TrackingException tie(Run one, Run other) {
        return TrackingException.permanent(
                ErrorCategory.CONFLICT,
                "Runs " + one.id() + " and " + other.id() + " of experiment '" + search.experimentId()
                        + "' both started at "
                        + one.startTime()
                        + (search.metric() == null ? "" : " and have the same value of " + search.metric())
                        + ", so it is not clear which one is meant. Give the run's id, or a filter that only one of them"
                        + " matches.");
    }

    private ApiRequest request(int size, String token, String condition) throws TrackingException {
        if (search.metric() != null && search.metric().indexOf('`') >= 0) {
            throw TrackingException.permanent(
                    ErrorCategory.CONFIGURATION,
                    "The metric name " + search.metric() + " holds a backtick, which MLflow cannot order runs by.");
        }
        List<String> conditions = new ArrayList<>(tags.conditions());
        if (search.filter() != null && !search.filter().isBlank()) {
            conditions.add(search.filter().strip());
        }
        if (search.startedAfter() != null) {
            conditions.add("attributes.start_time >= " + search.startedAfter().toEpochMilli());
        }
        if (condition != null) {
            conditions.add(condition);
        }
        String filter = String.join(" AND ", conditions);
        String subject = "experiment '" + search.experimentId() + "'" + (filter.isEmpty() ? "" : ", filter " + filter);
        return RunQueries.search(
                subject,
                List.of(search.experimentId()),
                "ACTIVE_ONLY",
                size,
                RunQueries.orderBy(search),
                filter,
                token);
    }
}
