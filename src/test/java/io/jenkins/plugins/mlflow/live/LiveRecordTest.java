package io.jenkins.plugins.mlflow.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.jenkins.plugins.mlflow.policy.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a record says is live, whatever gates, people and their order make of it. */
class LiveRecordTest {
    private static final Instant TEN = Instant.parse("2026-11-20T10:00:00Z");
    private static final LiveKey CHAMPION =
            new LiveKey("mlflow.example.com\ndefault", "churn", LiveKey.Kind.ALIAS, "champion");

    private final LiveRecord record = new LiveRecord(CHAMPION);

    private static Instant at(int minutes) {
        return TEN.plusSeconds(60L * minutes);
    }

    private static BuildRef build(int number) {
        return new BuildRef("train", number);
    }

    private void rollBack(String from, String to, int minute, LiveChange.Outcome outcome, String holder) {
        LiveChange begun =
                LiveChange.rollBack(from, to, at(minute), RollbackRequester.user("alice", "train"), "latency");
        record.rollBackBegins(begun);
        record.rollBackEnds(begun, outcome, null, holder, at(minute).plusSeconds(1));
    }

    private void assertLive(String version, String predecessor) {
        assertEquals(version, record.getVersion());
        assertEquals(predecessor, record.getPredecessor());
    }

    @Test
    void aVersionThatWasLiveBeforeAnythingWasRecordedIsSinceNobodyKnowsWhen() {
        record.seen("6", at(0), build(1));

        assertLive("6", null);
        assertNull(record.current());
        assertEquals("2026-11-20T10:00:00Z", record.getSeenAt());
        assertEquals(build(1), record.getSeenBy());
    }

    @Test
    void aPromotionNamesItsBuildAndTheVersionBefore() {
        record.promoted("6", "7", at(0), build(2));

        assertLive("7", "6");
        assertEquals(build(2), record.current().build);
        assertEquals("2026-11-20T10:00:00Z", record.current().at);
    }

    @Test
    void backAtTheFirstThatEverWasPromotedThereIsNoPredecessor() {
        record.promoted(null, "1", at(0), build(1));
        record.promoted("1", "2", at(1), build(2));

        rollBack("2", "1", 2, LiveChange.Outcome.DONE, "1");

        assertLive("1", null);
    }

    @Test
    void aLaterSightOnlyMovesTheTimeOfTheLastSight() {
        record.promoted("6", "7", at(0), build(2));
        record.seen("7", at(5), build(3));

        assertLive("7", "6");
        assertEquals(build(2), record.current().build);
        assertEquals("2026-11-20T10:05:00Z", record.getSeenAt());
    }

    @Test
    void whatSomebodyElseMovedIsFoundByTheNextGate() {
        record.promoted("6", "7", at(0), build(2));
        record.seen("9", at(5), build(3));

        assertLive("9", "7");
        assertEquals(LiveChange.What.FOUND, record.current().what);
    }

    @Test
    void aGateThatBeganBeforeAPromotionDoesNotTakeItBack() {
        record.seen("6", at(0), build(1));
        record.promoted("6", "7", at(10), build(2));
        record.seen("6", at(5), build(3));

        assertLive("7", "6");
        assertEquals("2026-11-20T10:10:00Z", record.getSeenAt());
    }

    @Test
    void afterARollBackTheVersionBeforeIsTheOneThatWasBeforeIt() {
        record.promoted("5", "6", at(0), build(1));
        record.promoted("6", "7", at(10), build(2));

        rollBack("7", "6", 20, LiveChange.Outcome.DONE, "6");

        assertLive("6", "5");
        assertEquals("alice", record.current().by);
        assertEquals("latency", record.current().reason);
        assertNull(record.getSeenBy());
        rollBack("6", "5", 30, LiveChange.Outcome.DONE, "5");
        assertLive("5", null);
    }

    @Test
    void aRolledBackVersionThatIsPromotedAgainCanBeRolledBackAgain() {
        record.promoted("6", "7", at(0), build(1));
        rollBack("7", "6", 10, LiveChange.Outcome.DONE, "6");
        record.promoted("6", "7", at(20), build(2));

        assertLive("7", "6");
        assertEquals(build(2), record.current().build);
    }

    @Test
    void aRollBackThatChangedNothingIsKeptAndChangesNothing() {
        record.promoted("6", "7", at(0), build(1));

        rollBack("7", "6", 10, LiveChange.Outcome.REFUSED, "7");

        assertLive("7", "6");
        assertEquals(build(1), record.current().build);
        assertEquals(LiveChange.Outcome.REFUSED, record.getChanges().get(0).outcome);
    }

    @Test
    void whatARollBackFoundElsewhereIsLive() {
        record.promoted("6", "7", at(0), build(1));

        rollBack("7", "6", 10, LiveChange.Outcome.UNKNOWN, "8");

        assertLive("8", "7");
    }

    @Test
    void anAliasThatNobodyHoldsKeepsItsLastVersionAsTheOneBefore() {
        record.promoted("6", "7", at(0), build(1));
        record.seen(null, at(5), build(2));
        assertLive(null, "7");

        record.seen("8", at(10), build(3));
        assertLive("8", "7");
    }

    @Test
    void itIsReadAsItWasWritten() {
        record.promoted("6", "7", at(0), build(1));
        rollBack("7", "6", 10, LiveChange.Outcome.DONE, "6");

        LiveRecord read = LiveRecord.fromMap((Map<?, ?>) Json.read(Json.write(record.toMap())));

        assertEquals(record.toMap(), read.toMap());
        assertEquals(CHAMPION, read.getKey());
    }

    @Test
    void theOldestMovesAreForgotten() {
        for (int i = 1; i <= 80; i++) {
            record.promoted(String.valueOf(i), String.valueOf(i + 1), at(i), build(i));
        }

        List<LiveChange> changes = record.getChanges();
        assertEquals(LiveRecord.MOST_CHANGES, changes.size());
        assertEquals("81", changes.get(0).to);
    }

    private LiveChange begin(int minute) {
        record.promoted("6", "7", at(0), build(2));
        LiveChange begun = LiveChange.rollBack(
                "7", "6", at(minute), new RollbackRequester("train #2", "train", build(2)), "smoke test failed");
        record.rollBackBegins(begun);
        return begun;
    }

    @Test
    void aRollbackThatAGateSawBeforeItWasRecordedIsNoMoveOfAnotherClient() {
        LiveChange begun = begin(1);
        record.seen("6", at(2), build(3));

        record.rollBackEnds(begun, LiveChange.Outcome.DONE, null, "6", at(3));

        assertLive("6", null);
        assertEquals(
                List.of(LiveChange.What.ROLLED_BACK, LiveChange.What.PROMOTED),
                record.getChanges().stream().map(change -> change.what).toList());
        assertEquals(LiveChange.Outcome.DONE, record.getChanges().get(0).outcome);
    }

    @Test
    void aBuildFindsTheRollbackThatItBeganUntilTheOutcomeIsKnown() {
        LiveChange begun = begin(1);
        LiveRecord read = LiveRecord.fromMap(record.toMap());
        assertEquals("6", read.begun(build(2), "7").to);
        assertNull(read.begun(build(3), "7"));
        assertNull(read.begun(build(2), "8"));

        read.rollBackEnds(begun, LiveChange.Outcome.REFUSED, "no", "7", at(2));

        assertNull(read.begun(build(2), "7"));
        assertEquals("7", read.getVersion());
        assertEquals("6", read.replacedBy(build(2), "7"));
        assertNull(read.replacedBy(build(3), "7"));
    }
}
