package io.jenkins.plugins.mlflow.tracking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Which run a search takes when child runs, diverged runs or ties come first. */
class FirstRunTest {
    private record Entry(String id, long start, String parent, Double accuracy) {
        String json() {
            return "{\"info\": {\"run_id\": \"" + id + "\", \"experiment_id\": \"3\", \"start_time\": " + start
                    + "}, \"data\": {"
                    + "\"metrics\": [" + (accuracy == null ? "" : "{\"key\": \"acc\", \"value\": " + accuracy + "}")
                    + "], "
                    + "\"tags\": ["
                    + (parent == null ? "" : "{\"key\": \"mlflow.parentRunId\", \"value\": \"" + parent + "\"}")
                    + "]}}";
        }
    }

    private final List<Entry> runs = new ArrayList<>();
    private boolean knowsIsNull = true;

    private void run(String id, long start, String parent) {
        runs.add(new Entry(id, start, parent, null));
    }

    /** Answers page by page, in the order of the list; page tokens are positions. */
    private StubServer server() {
        return new StubServer((request, out) -> {
            String body = request.body();
            boolean filtered = body.contains("parentRunId IS NULL");
            if (filtered && !knowsIsNull) {
                StubServer.respond(
                        out,
                        400,
                        "{\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"Invalid comparison operator\"}");
                return;
            }
            Predicate<Entry> shown = run -> !filtered || run.parent == null;
            List<Entry> matching = runs.stream().filter(shown).toList();
            int from = number(body, "page_token\":\"(\\d+)");
            int to = Math.min(matching.size(), from + number(body, "max_results\":(\\d+)"));
            String next = to < matching.size() ? ", \"next_page_token\": \"" + to + "\"" : "";
            String page = String.join(
                    ",", matching.subList(from, to).stream().map(Entry::json).toList());
            StubServer.respond(out, 200, "{\"runs\": [" + page + "]" + next + "}");
        });
    }

    private static int number(String body, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(body);
        return found.find() ? Integer.parseInt(found.group(1)) : 0;
    }

    private String first(RunSearch search, int requests) throws Exception {
        try (StubServer stub = server()) {
            String id = stub.server().firstRun(search).map(Run::id).orElse(null);
            assertEquals(requests, stub.requests().size());
            return id;
        }
    }

    private static final RunSearch NEWEST = new RunSearch("3", null, null, true, null);
    private static final RunSearch NEWEST_OF_ALL = new RunSearch("3", null, null, true, null, true, Map.of());
    private static final RunSearch BEST = new RunSearch("3", null, "acc", true, null);

    @Test
    void aChildRunIsPassedOver() throws Exception {
        run("trial", 20, "sweep");
        run("sweep", 10, null);

        assertEquals("sweep", first(NEWEST, 1));
        assertEquals("trial", first(NEWEST_OF_ALL, 1));
    }

    @Test
    void behindALongSweepTheServerIsAskedForTopLevelRuns() throws Exception {
        for (int i = 0; i < 250; i++) {
            run("trial" + i, 1000 - i, "sweep");
        }
        run("sweep", 10, null);

        assertEquals("sweep", first(NEWEST, 2));
    }

    @Test
    void aServerThatCannotFilterThemIsReadPageByPage() throws Exception {
        knowsIsNull = false;
        for (int i = 0; i < 250; i++) {
            run("trial" + i, 1000 - i, "sweep");
        }
        run("sweep", 10, null);

        assertEquals("sweep", first(NEWEST, 5));
    }

    @Test
    void childRunsAloneAreNoRun() throws Exception {
        for (int i = 0; i < 8; i++) {
            run("trial" + i, 1000 - i, "gone");
        }
        assertEquals(null, first(NEWEST, 2));
        knowsIsNull = false;
        assertEquals(null, first(NEWEST, 3));
    }

    @Test
    void divergedRunsAreReadPast() throws Exception {
        for (int i = 0; i < 7; i++) {
            runs.add(new Entry("diverged" + i, 1000 - i, null, Double.MAX_VALUE));
        }
        runs.add(new Entry("good", 5, null, 0.95));
        knowsIsNull = false;

        assertEquals("good", first(BEST, 3));
    }

    @Test
    void twoRunsOfOneMillisecondAreAConflict() throws Exception {
        run("fold1", 20, null);
        run("fold2", 20, null);
        conflict(NEWEST, "fold1", "fold2");
    }

    @Test
    void aTieOnTheNextPageIsSeen() throws Exception {
        for (int i = 0; i < 4; i++) {
            run("trial" + i, 20, "sweep");
        }
        run("fold1", 20, null);
        run("fold2", 20, null);
        conflict(NEWEST, "fold1", "fold2");
    }

    @Test
    void aChildRunDoesNotTieWithItsParent() throws Exception {
        run("parent", 20, null);
        run("child", 20, "parent");
        run("older", 10, null);
        assertEquals("parent", first(NEWEST, 1));
    }

    @Test
    void theSameValueAtTheSameMomentIsATieToo() throws Exception {
        runs.add(new Entry("a", 20, null, 0.95));
        runs.add(new Entry("b", 20, null, 0.95));
        conflict(BEST, "same value of acc");
    }

    private void conflict(RunSearch search, String... says) throws IOException {
        try (StubServer stub = server()) {
            TrackingException e =
                    assertThrows(TrackingException.class, () -> stub.server().firstRun(search));
            assertEquals(ErrorCategory.CONFLICT, e.category());
            for (String what : says) {
                assertTrue(e.getMessage().contains(what), e.getMessage());
            }
        }
    }
}
