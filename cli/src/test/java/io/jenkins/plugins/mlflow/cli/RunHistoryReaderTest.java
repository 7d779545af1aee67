package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is read of the past, and in how many requests. */
class RunHistoryReaderTest {
    private final FakeHistory server = new FakeHistory();
    private final List<String> progress = new ArrayList<>();

    private RunHistory read(int last, String experiment) throws Exception {
        return new RunHistoryReader(server, "churn", last, new RetryPolicy(Duration.ofMillis(1), 3), progress::add)
                .read(experiment, null);
    }

    private void version(int number, String experiment, String replaced) {
        server.add(Pasts.run("r" + number, experiment, Run.Status.FINISHED, false, "accuracy", 0.9));
        server.versions.add(Pasts.version(number, "r" + number, replaced));
    }

    private static List<String> numbers(RunHistory past) {
        return past.newestFirst().stream().map(HistoricalRun::versionNumber).toList();
    }

    @Test
    void thousandRunsOfAnExperimentTakeSixRequests() throws Exception {
        for (int i = 0; i < 1200; i++) {
            server.add(Pasts.run("r" + i, "3", Run.Status.FINISHED, false, "accuracy", 0.9));
        }
        server.versions.add(Pasts.version(1, "r7", null));

        RunHistory past = read(1000, "churn-training");

        assertEquals(1000, past.newestFirst().size());
        assertEquals(6, server.requests());
        assertEquals("1", past.newestFirst().get(7).versionNumber());
        assertTrue(progress.contains("Read 1,000 runs of experiment 'churn-training'"), progress.toString());
    }

    @Test
    void thousandVersionsOfOneExperimentTakeNineRequests() throws Exception {
        for (int i = 1000; i > 0; i--) {
            version(i, "3", null);
        }

        assertEquals(1000, read(1000, null).newestFirst().size());
        assertEquals(9, server.requests());
    }

    @Test
    void aServerThatCannotSearchByIdsIsAskedForEachRun() throws Exception {
        server.searchesByIds = false;
        for (int i = 40; i > 0; i--) {
            version(i, "3", null);
        }

        RunHistory past = read(40, null);

        assertTrue(past.newestFirst().stream().allMatch(one -> one.problem() == null));
        assertEquals(1 + 1 + 1 + 39, server.requests());
    }

    @Test
    void runsOfManyExperimentsTakeABoundedNumberOfRequests() throws Exception {
        for (int i = 300; i > 0; i--) {
            version(i, "e" + i, null);
        }

        assertEquals(
                300,
                read(300, null).newestFirst().stream()
                        .filter(one -> one.run() != null)
                        .count());
        assertTrue(server.requests() <= 2 + 300 + 10 * 2, server.requests() + " requests");
    }

    @Test
    void versionsInAnyOrderAreTakenByTheirNumbers() throws Exception {
        for (int i : new int[] {2, 9, 10, 1, 5}) {
            version(i, "3", null);
        }

        assertEquals(List.of("10", "9", "5"), numbers(read(3, null)));
        assertEquals(List.of("10"), numbers(read(1, null)));
    }

    @Test
    void aReplacedVersionThatIsOlderThanAllIsReadToo() throws Exception {
        version(9, "3", "8");
        version(8, "3", "2");
        version(2, "4", null);
        server.versions.add(Pasts.version(1, null, null));

        RunHistory past = read(2, null);

        assertEquals(List.of("9", "8"), numbers(past));
        assertEquals("r2", past.versions().get("2").runId());
        assertNull(past.versions().get("2").problem());
        assertEquals("version 1 has no run", read(4, null).newestFirst().get(3).problem());
    }

    @Test
    void aVersionWhoseRunIsGoneIsToldAndTheRestIsRead() throws Exception {
        version(2, "3", null);
        server.versions.add(0, Pasts.version(3, "gone", null));

        RunHistory past = read(5, null);

        assertEquals("run gone is missing", past.newestFirst().get(0).problem());
        assertNull(past.newestFirst().get(1).problem());
    }

    @Test
    void faultsThatPassAreOutlived() throws Exception {
        version(2, "3", null);
        server.faults = 2;

        assertFalse(read(5, null).newestFirst().isEmpty());
        server.faults = 3;
        assertEquals(
                ErrorCategory.UNREACHABLE,
                assertThrows(TrackingException.class, () -> read(5, null)).category());
    }

    @Test
    void pagesThatNeverEndAreAnError() {
        version(2, "3", null);
        server.repeatsToken = true;

        assertEquals(
                ErrorCategory.PROTOCOL,
                assertThrows(TrackingException.class, () -> read(5, null)).category());
    }

    @Test
    void aModelWithoutVersionsIsNotFound() {
        assertEquals(
                ErrorCategory.NOT_FOUND,
                assertThrows(TrackingException.class, () -> read(5, null)).category());
        assertEquals(
                ErrorCategory.NOT_FOUND,
                assertThrows(TrackingException.class, () -> read(5, "e")).category());
    }
}
