package io.jenkins.plugins.mlflow.tracking;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds runs by their tags in all experiments. MLflow searches only experiments that are named, so the active experiments are
 * listed first.
 */
final class TaggedRunQueries {
    /** Of experiments: MLflow sends this many at once, and a search for runs names this many. */
    private static final int EXPERIMENTS = 1000;

    private static final int RUNS = 100;
    private static final int MOST_PAGES = 50;

    private final HttpTransport transport;

    TaggedRunQueries(HttpTransport transport) {
        this.transport = transport;
    }

    /** Newest start first. */
    List<TaggedRun> find(TagSearch search) throws TrackingException, InterruptedException {
        Map<String, String> experiments = new LinkedHashMap<>();
        if (search.experimentId() == null) {
            experiments.putAll(experiments());
        } else {
            experiments.put(search.experimentId(), null);
        }
        List<TaggedRun> found = new ArrayList<>();
        List<String> ids = List.copyOf(experiments.keySet());
        for (int from = 0; from < ids.size(); from += EXPERIMENTS) {
            found.addAll(new Search(search, experiments, ids.subList(from, Math.min(ids.size(), from + EXPERIMENTS)))
                    .runs());
        }
        Comparator<TaggedRun> newest = Comparator.comparing(
                tagged -> tagged.run().startTime(), Comparator.nullsLast(Comparator.<Instant>reverseOrder()));
        return found.stream().sorted(newest).limit(search.most()).toList();
    }

    /** Names of the active experiments by their ids. */
    private Map<String, String> experiments() throws TrackingException, InterruptedException {
        Map<String, String> found = new LinkedHashMap<>();
        PageTokens pages = new PageTokens(
                MOST_PAGES,
                "The list of experiments did not end after " + MOST_PAGES + " pages. Name the experiment or the run.");
        JsonObject response;
        do {
            response = transport
                    .begin()
                    .ask(ApiRequest.post(
                            "experiments/search",
                            "the experiments",
                            ApiRequest.message(
                                    "view_type",
                                    "ACTIVE_ONLY",
                                    "max_results",
                                    EXPERIMENTS,
                                    "page_token",
                                    pages.next().isEmpty() ? null : pages.next())));
            for (JsonObject experiment : response.objects("experiments")) {
                response.require(experiment.id("experiment_id") != null, "with an experiment that has no id");
                found.put(experiment.id("experiment_id"), experiment.text("name"));
            }
        } while (pages.follow(response));
        return found;
    }

    /** One search among at most {@link #EXPERIMENTS} experiments, page by page. */
    private final class Search {
        private final TagSearch search;
        private final Map<String, String> experiments;
        private final Collection<String> ids;
        private final RunTagFilter tags;
        private final List<TaggedRun> found = new ArrayList<>();
        private String condition;

        Search(TagSearch search, Map<String, String> experiments, Collection<String> ids) {
            this.search = search;
            this.experiments = experiments;
            this.ids = ids;
            this.tags = new RunTagFilter(search.tags());
        }

        List<TaggedRun> runs() throws TrackingException, InterruptedException {
            String token = read("");
            if (!isOver(token) && !search.children()) {
                // Many child runs: from MLflow 2.18 on, the server can leave them out.
                token = withoutChildren(token);
            }
            Set<String> tokens = new HashSet<>();
            while (!isOver(token)) {
                if (tokens.size() == MOST_PAGES || !tokens.add(token)) {
                    throw TrackingException.permanent(
                            ErrorCategory.PROTOCOL,
                            "The search for runs with the tags " + search.tags() + " did not end after " + MOST_PAGES
                                    + " pages. Name the experiment or the run.");
                }
                token = read(token);
            }
            return found;
        }

        private boolean isOver(String token) {
            return token.isEmpty() || found.size() >= search.most();
        }

        private String withoutChildren(String next) throws TrackingException, InterruptedException {
            List<TaggedRun> before = List.copyOf(found);
            try {
                condition = RunTagFilter.NO_CHILDREN;
                found.clear();
                return read("");
            } catch (TrackingException e) {
                if (e.category() != ErrorCategory.PROTOCOL || e.isTransient()) {
                    throw e;
                }
                condition = null;
                found.addAll(before);
                return next;
            }
        }

        /** Reads one page; returns the token of the next one, or an empty string. */
        private String read(String token) throws TrackingException, InterruptedException {
            JsonObject response = transport.begin().ask(request(token));
            List<JsonObject> page = response.objects("runs");
            String next = response.nextPageToken();
            response.require(!page.isEmpty() || next.isEmpty(), "with an empty page and a token for another one");
            for (JsonObject message : page) {
                tags.check(message);
                TaggedRun run = tagged(message);
                if (search.children() || !run.run().isChild()) {
                    found.add(run);
                }
            }
            return next;
        }

        private TaggedRun tagged(JsonObject message) throws TrackingException {
            Run run = RunQueries.read(message);
            message.require(!run.deleted(), "with the deleted run '" + run.id() + "'");
            message.require(
                    run.experimentId() != null && ids.contains(run.experimentId()),
                    "with the run '" + run.id() + "' of experiment '" + run.experimentId() + "'");
            String name = message.object("info").text("run_name");
            return new TaggedRun(run, name, experiments.get(run.experimentId()));
        }

        private ApiRequest request(String token) throws TrackingException {
            List<String> conditions = new ArrayList<>(tags.conditions());
            if (search.filter() != null && !search.filter().isBlank()) {
                conditions.add(0, search.filter().strip());
            }
            if (condition != null) {
                conditions.add(condition);
            }
            String filter = String.join(" AND ", conditions);
            return RunQueries.search(
                    "runs with " + filter,
                    ids,
                    "ACTIVE_ONLY",
                    RUNS,
                    List.of("attributes.start_time DESC"),
                    filter,
                    token);
        }
    }
}
