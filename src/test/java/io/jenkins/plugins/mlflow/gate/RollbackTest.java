package io.jenkins.plugins.mlflow.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.gate.Rollback.Outcome;
import io.jenkins.plugins.mlflow.gate.Rollback.Result;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Moving an alias back, whatever the registry does meanwhile. Version 7 is the champion, version 6 was before. */
class RollbackTest {
    private static final TrackingException LOST =
            TrackingException.passing(ErrorCategory.UNREACHABLE, "The connection was lost.", null);
    private static final TrackingException FORBIDDEN =
            TrackingException.permanent(ErrorCategory.FORBIDDEN, "You may not.");

    private final FakeClock clock = new FakeClock();
    private final FakeMlflow mlflow = new FakeMlflow(clock);
    private int journalled;

    @BeforeEach
    void twoVersions() {
        mlflow.version(6, "r6");
        mlflow.version(7, "r7");
        mlflow.aliases.put("champion", "7");
    }

    private Outcome rollBack() throws Exception {
        return rollBack(() -> journalled++);
    }

    private Outcome rollBack(Rollback.Journal journal) throws Exception {
        return new Rollback(
                        "production",
                        "churn",
                        "champion",
                        "7",
                        "6",
                        clock,
                        clock.instant().plusSeconds(20))
                .run(mlflow, "alice", journal);
    }

    private void assertNothingChanged(ErrorCategory category, Outcome outcome) {
        assertEquals(Result.REFUSED, outcome.result(), outcome.message());
        assertEquals(category, outcome.category());
        assertEquals("7", mlflow.aliases.get("champion"));
    }

    @Test
    void theAliasGoesBackAndTheVersionThatItLeavesSaysWhoDidIt() throws Exception {
        Outcome outcome = rollBack();

        assertEquals(new Outcome(Result.DONE, null, null, "6"), outcome);
        assertEquals(List.of("alias champion=6"), mlflow.writes);
        assertEquals(1, journalled);
        assertEquals(
                Map.of(
                        "mlflow_eval_gate.rolled_back_by", "alice",
                        "mlflow_eval_gate.rolled_back_to", "6",
                        "mlflow_eval_gate.rolled_back_time", "2026-11-20T10:00:00Z"),
                mlflow.versions.get(7).tags);
        assertEquals(Map.of(), mlflow.versions.get(6).tags);
    }

    @Test
    void anAliasThatMovedMeanwhileStaysWhereItIs() throws Exception {
        mlflow.version(8, "r8");
        mlflow.aliases.put("champion", "8");

        Outcome outcome = rollBack();

        assertEquals(Result.REFUSED, outcome.result());
        assertEquals(ErrorCategory.CONFLICT, outcome.category());
        assertEquals("8", outcome.holder());
        assertTrue(outcome.message().contains("is at version 8, not at version 7"), outcome.message());
        assertEquals(List.of(), mlflow.writes);
        assertEquals(0, journalled);
    }

    @Test
    void anAliasThatIsGoneIsNotSetAgain() throws Exception {
        mlflow.aliases.clear();

        Outcome outcome = rollBack();

        assertEquals(Result.REFUSED, outcome.result());
        assertNull(outcome.holder());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void aVersionThatIsGoneOrNotReadyDoesNotGoLive() throws Exception {
        mlflow.versions.get(6).status = ModelVersion.Status.PENDING_REGISTRATION;
        assertNothingChanged(ErrorCategory.CONFLICT, rollBack());

        mlflow.versions.remove(6);
        assertNothingChanged(ErrorCategory.NOT_FOUND, rollBack());
        assertEquals(0, journalled);
    }

    @Test
    void aServerThatCannotBeReadIsNotWrittenTo() throws Exception {
        mlflow.failNext("versionByAlias", LOST);

        assertNothingChanged(ErrorCategory.UNREACHABLE, rollBack());
        assertEquals(List.of("versionByAlias"), mlflow.calls);
    }

    @Test
    void whatCannotBeWrittenDownIsNotDone() {
        assertThrows(
                IOException.class,
                () -> rollBack(() -> {
                    throw new IOException("disk full");
                }));
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void aWriteThatIsRefusedChangesNothing() throws Exception {
        mlflow.failNext("setAlias", FORBIDDEN);

        Outcome outcome = rollBack();

        assertNothingChanged(ErrorCategory.FORBIDDEN, outcome);
        assertTrue(outcome.message().contains("still at version 7"), outcome.message());
    }

    @Test
    void aWriteWhoseAnswerIsLostIsReadBackAndNotRepeated() throws Exception {
        mlflow.failAfterEffect("setAlias", LOST);

        assertEquals(Result.DONE, rollBack().result());
        assertEquals(List.of("alias champion=6"), mlflow.writes);
    }

    @Test
    void aWriteThatMayYetTakeEffectIsNotCalledOver() throws Exception {
        mlflow.failNext("setAlias", LOST);

        Outcome outcome = rollBack();

        assertEquals(Result.UNKNOWN, outcome.result());
        assertTrue(outcome.message().contains("may yet take effect"), outcome.message());
    }

    /** A gateway may have tried before, and a fault of TLS may come after the request. */
    @Test
    void aWriteThatSeemsNeverToHaveArrivedIsReadBackToo() throws Exception {
        TrackingException limited = TrackingException.unsent(ErrorCategory.UNREACHABLE, "Rate limited.", null);
        mlflow.failAfterEffect("setAlias", limited);
        assertEquals(Result.DONE, rollBack().result());

        mlflow.aliases.put("champion", "7");
        mlflow.failNext("setAlias", limited);
        assertNothingChanged(ErrorCategory.UNREACHABLE, rollBack());

        mlflow.failNext("setAlias", limited);
        mlflow.passNext("versionByAlias");
        mlflow.failNext("versionByAlias", LOST);
        mlflow.failNext("versionByAlias", LOST);
        assertNothingChanged(ErrorCategory.UNREACHABLE, rollBack());

        mlflow.failNext("setAlias", TrackingException.permanent(ErrorCategory.UNREACHABLE, "No TLS connection."));
        assertEquals(Result.UNKNOWN, rollBack().result());
    }

    @Test
    void aServerThatOnlySaysYesIsNotBelieved() throws Exception {
        mlflow.passNext("versionByAlias");
        mlflow.beforeNext("versionByAlias", () -> mlflow.aliases.put("champion", "7"));

        assertNothingChanged(ErrorCategory.PROTOCOL, rollBack());
    }

    @Test
    void oneLostAnswerToTheReadingBackIsForgivenAndTwoLeaveItOpen() throws Exception {
        mlflow.passNext("versionByAlias");
        mlflow.failNext("versionByAlias", LOST);
        assertEquals(Result.DONE, rollBack().result());

        mlflow.aliases.put("champion", "7");
        mlflow.passNext("versionByAlias");
        mlflow.failNext("versionByAlias", LOST);
        mlflow.failNext("versionByAlias", LOST);
        Outcome open = rollBack();
        assertEquals(Result.UNKNOWN, open.result());
        assertTrue(open.message().startsWith("It is not known whether the alias was moved"), open.message());
    }

    @Test
    void whoeverMovesTheAliasAtTheSameTimeIsSeen() throws Exception {
        mlflow.version(8, "r8");
        mlflow.passNext("versionByAlias");
        mlflow.beforeNext("versionByAlias", () -> mlflow.aliases.put("champion", "8"));

        Outcome outcome = rollBack();

        assertEquals(Result.UNKNOWN, outcome.result());
        assertEquals("8", outcome.holder());
    }

    @Test
    void tagsThatAreRefusedAreAWarning() throws Exception {
        mlflow.failNext("setVersionTags", FORBIDDEN);

        Outcome outcome = rollBack();

        assertEquals(Result.DONE, outcome.result());
        assertEquals("Version 7 could not be tagged: You may not.", outcome.message());
    }

    @Test
    void nothingIsWrittenAfterTheDeadline() throws Exception {
        mlflow.beforeNext("version", () -> clock.pass(Duration.ofSeconds(21)));

        assertNothingChanged(ErrorCategory.TIMEOUT, rollBack());
        assertEquals(List.of(), mlflow.writes);
    }

    /** As {@link #rollBack}, of one that was interrupted after it had been written down. */
    private Outcome resume() throws Exception {
        return rollBack(new Rollback.Journal() {
            @Override
            public void begins() {
                journalled++;
            }

            @Override
            public boolean hasBegun() {
                return true;
            }
        });
    }

    @Test
    void anInterruptedOneThatHadTakenEffectIsNotWrittenAgain() throws Exception {
        mlflow.aliases.put("champion", "6");

        assertEquals(new Outcome(Result.DONE, null, null, "6"), resume());
        assertEquals(List.of(), mlflow.writes);
        assertEquals("6", mlflow.versions.get(7).tags.get("mlflow_eval_gate.rolled_back_to"));
    }

    @Test
    void anInterruptedOneThatHadNoEffectIsWrittenNow() throws Exception {
        assertEquals(Result.DONE, resume().result());
        assertEquals(List.of("alias champion=6"), mlflow.writes);
    }

    @Test
    void ofAnInterruptedOneNobodyClaimsThatNothingWasChanged() throws Exception {
        mlflow.version(8, "r8");
        mlflow.aliases.put("champion", "8");
        Outcome moved = resume();
        assertEquals(Result.UNKNOWN, moved.result());
        assertEquals("8", moved.holder());

        mlflow.failNext("versionByAlias", LOST);
        Outcome unread = resume();
        assertEquals(Result.UNKNOWN, unread.result());
        assertEquals(ErrorCategory.UNREACHABLE, unread.category());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void aBuildLeavesItsAddressOnTheVersion() throws Exception {
        new Rollback(
                        "production",
                        "churn",
                        "champion",
                        "7",
                        "6",
                        clock,
                        clock.instant().plusSeconds(20))
                .run(mlflow, new Rollback.Author("train #3", "https://ci/job/train/3/"), () -> {});

        assertEquals("train #3", mlflow.versions.get(7).tags.get("mlflow_eval_gate.rolled_back_by"));
        assertEquals(
                "https://ci/job/train/3/", mlflow.versions.get(7).tags.get("mlflow_eval_gate.rolled_back_build_url"));
    }
}
