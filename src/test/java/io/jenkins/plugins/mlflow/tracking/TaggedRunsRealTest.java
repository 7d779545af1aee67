package io.jenkins.plugins.mlflow.tracking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs that carry a tag, among all experiments of real servers. */
@Tag("mlflow")
class TaggedRunsRealTest {
    private static final Instant START = Instant.parse("2026-11-20T10:00:00Z");
    private static final String NAME = "mlflow_eval_gate.build";

    private static TagSearch topLevel(String value, int most) {
        return new TagSearch(Map.of(NAME, value), null, null, false, most);
    }

    private static List<String> ids(List<TaggedRun> runs) {
        return runs.stream().map(found -> found.run().id()).toList();
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
    void runsAreFoundInEveryExperimentTheNewestFirst(MlflowServer mlflow) throws Exception {
        MlflowData data = mlflow.data();
        String build = MlflowData.unique("build");
        String name = MlflowData.unique("experiment");
        String one = data.experiment(name);
        String two = data.experiment(MlflowData.unique("experiment"));
        String older = tagged(data, one, START, build);
        String newer = tagged(data, two, START.plusSeconds(5), build);
        tagged(data, one, START, MlflowData.unique("another"));
        data.deleteRun(tagged(data, one, START.plusSeconds(9), build));
        String gone = data.experiment(MlflowData.unique("experiment"));
        tagged(data, gone, START.plusSeconds(9), build);
        data.deleteExperiment(gone);

        RestTrackingServer server = mlflow.client();
        List<TaggedRun> found = server.taggedRuns(topLevel(build, 10));

        assertEquals(List.of(newer, older), ids(found));
        assertEquals(name, found.get(1).experiment());
        assertEquals(START, found.get(1).run().startTime());
        assertEquals(2, server.requests());
        assertEquals(List.of(older), ids(server.taggedRuns(new TagSearch(Map.of(NAME, build), one, null, false, 10))));
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
    void aParentIsFoundBeforeMoreThanAPageOfItsChildren(MlflowServer mlflow) throws Exception {
        MlflowData data = mlflow.data();
        String build = MlflowData.unique("build");
        String experiment = data.experiment(MlflowData.unique("sweep"));
        String parent = tagged(data, experiment, START, build);
        for (int i = 1; i <= 105; i++) {
            data.runTag(tagged(data, experiment, START.plusSeconds(i), build), "mlflow.parentRunId", parent);
        }

        RestTrackingServer server = mlflow.client();

        assertEquals(List.of(parent), ids(server.taggedRuns(topLevel(build, 10))));
        assertEquals(
                106,
                server.taggedRuns(new TagSearch(Map.of(NAME, build), null, null, true, 1000))
                        .size());
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
    void everyTagMustHoldAndAFilterToo(MlflowServer mlflow) throws Exception {
        MlflowData data = mlflow.data();
        String build = MlflowData.unique("it's a build");
        String experiment = data.experiment(MlflowData.unique("experiment"));
        String both = tagged(data, experiment, START, build);
        data.runTag(both, "team name", "growth");
        data.metric(both, "accuracy", 0.9);
        tagged(data, experiment, START, build);

        RestTrackingServer server = mlflow.client();

        assertEquals(
                List.of(both),
                ids(server.taggedRuns(
                        new TagSearch(Map.of(NAME, build, "team name", "growth"), null, null, false, 10))));
        assertEquals(
                List.of(both),
                ids(server.taggedRuns(new TagSearch(Map.of(NAME, build), null, "metrics.accuracy > 0.5", false, 10))));
        assertTrue(server.taggedRuns(topLevel("' OR 1 = 1", 10)).isEmpty());
        assertEquals(
                ErrorCategory.CONFIGURATION,
                assertThrows(TrackingException.class, () -> server.taggedRuns(topLevel("'\"", 10)))
                        .category());
    }

    private static String tagged(MlflowData data, String experiment, Instant start, String build) {
        String run = data.run(experiment, start);
        data.runTag(run, NAME, build);
        return run;
    }
}
