package io.jenkins.plugins.mlflow.step.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A gate whose turns begin and end when the test says so. */
@Timeout(60)
class GateSchedulerTest implements GateScheduler.Callbacks {
    private static final Duration LONG = Duration.ofHours(1);

    private final GateScheduler scheduler = new GateScheduler(this);
    private final BlockingQueue<Thread> begun = new LinkedBlockingQueue<>();
    private final BlockingQueue<Runnable> turns = new SynchronousQueue<>();
    private final BlockingQueue<Runnable> saves = new LinkedBlockingQueue<>();
    private final List<String> last = new ArrayList<>();

    @Override
    public void advance() {
        begun.add(Thread.currentThread());
        try {
            turns.take().run();
        } catch (InterruptedException e) {
            last.add("interrupted");
        }
    }

    @Override
    public String queue() {
        return "";
    }

    @Override
    public Instant deadline() {
        return null;
    }

    @Override
    public void save(Runnable then) {
        saves.add(then);
    }

    private Thread begins() throws InterruptedException {
        return begun.take();
    }

    /** A turn that does this, and is over when the next begins or the wheel stands still. */
    private void turnWith(Runnable action) throws InterruptedException {
        begins();
        turns.put(action);
    }

    private void assertStandsStill() throws InterruptedException {
        assertNull(begun.poll(200, TimeUnit.MILLISECONDS));
    }

    @Test
    void aCallDuringATurnIsNotLostWhateverTheTurnArranges() throws Exception {
        scheduler.schedule(Duration.ZERO);
        turnWith(() -> {
            scheduler.wake();
            scheduler.schedule(LONG);
        });
        turnWith(() -> scheduler.schedule(LONG));
        assertStandsStill();
        scheduler.wake();
        assertNotNull(begins());
        turns.put(() -> scheduler.end(() -> {}));
    }

    @Test
    void noTurnBeginsDuringASaveAndACallIsHeardRightAfterIt() throws Exception {
        scheduler.schedule(Duration.ZERO);
        turnWith(() -> scheduler.scheduleOnceSaved(LONG));
        Runnable saved = saves.take();
        scheduler.wake();
        assertStandsStill();
        saved.run();
        turnWith(() -> scheduler.scheduleOnceSaved(Duration.ZERO));
        saves.take().run();
        turnWith(() -> scheduler.end(() -> {}));
    }

    @Test
    void oneTurnIsMadeAtATimeAndOnlyTheOneThatWasArrangedLast() throws Exception {
        scheduler.schedule(Duration.ZERO);
        begins();
        scheduler.schedule(Duration.ZERO);
        scheduler.schedule(Duration.ZERO);
        assertStandsStill();
        turns.put(() -> {});
        turnWith(() -> {});
        assertStandsStill();
    }

    @Test
    void afterItsEndNothingTurnsAndWhatComesLastWaitsForTheTurnUnderWay() throws Exception {
        scheduler.schedule(Duration.ZERO);
        Thread worker = begins();
        assertTrue(scheduler.end(() -> {}));
        assertFalse(scheduler.end(() -> {}));
        BlockingQueue<Thread> left = new LinkedBlockingQueue<>();
        scheduler.afterLastAdvance(() -> left.add(Thread.currentThread()));
        assertTrue(left.isEmpty());
        scheduler.interrupt();
        assertEquals(worker, left.take());
        assertEquals(List.of("interrupted"), last);
        scheduler.wake();
        scheduler.schedule(Duration.ZERO);
        assertStandsStill();
        assertTrue(scheduler.hasEnded());
    }

    @Test
    void whatComesLastIsDoneAtOnceWhereNoOtherThreadTurns() throws Exception {
        BlockingQueue<Thread> left = new LinkedBlockingQueue<>();
        scheduler.schedule(Duration.ZERO);
        Thread worker = begins();
        turns.put(() -> {
            scheduler.end(() -> {});
            scheduler.afterLastAdvance(() -> left.add(Thread.currentThread()));
        });
        assertEquals(worker, left.take());
    }
}
