package io.jenkins.plugins.mlflow.step.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which task is next, with threads that this test moves by hand. */
class FairExecutorTest {
    private final Deque<Runnable> started = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();
    private final FairExecutor executor = new FairExecutor(started::add, 3, 2);

    private Runnable submit(String queue, String name) {
        Runnable task = () -> done.add(name);
        executor.submit(queue, task);
        return task;
    }

    private void finishAll() {
        while (!started.isEmpty()) {
            started.remove().run();
        }
    }

    @Test
    void noQueueTakesAllThreads() {
        submit("silent", "s1");
        submit("silent", "s2");
        submit("silent", "s3");
        assertEquals(2, started.size());

        submit("healthy", "h1");

        assertEquals(3, started.size());
        started.removeLast().run();
        assertEquals(List.of("h1"), done);
    }

    @Test
    void lanesTakeTurnsHoweverLongTheyAre() {
        for (int i = 1; i <= 6; i++) {
            submit("long", "l" + i);
        }
        submit("short", "s1");
        submit("short", "s2");
        finishAll();
        assertEquals(8, done.size());
        assertTrue(done.indexOf("s2") < done.indexOf("l5"), done::toString);
        assertEquals(
                List.of("l1", "l2", "l3", "l4", "l5", "l6"),
                done.stream().filter(name -> name.startsWith("l")).toList());
    }

    @Test
    void aTaskTakenBackIsNeverRunAndOneThatBeganCannotBeTakenBack() {
        Runnable first = submit("a", "a1");
        submit("a", "a2");
        Runnable third = submit("a", "a3");
        assertTrue(executor.withdraw("a", third));
        assertFalse(executor.withdraw("a", third));
        assertFalse(executor.withdraw("a", first));
        assertFalse(executor.withdraw("b", first));
        finishAll();
        assertEquals(List.of("a1", "a2"), done);
    }

    @Test
    void aTaskThatThrowsGivesItsThreadBack() {
        for (int i = 0; i < 5; i++) {
            executor.submit("a", () -> {
                throw new IllegalStateException("broken");
            });
        }
        submit("a", "after");
        for (int i = 0; i < 5; i++) {
            assertThrows(IllegalStateException.class, () -> started.remove().run());
        }
        finishAll();
        assertEquals(List.of("after"), done);
    }

    @Test
    void aTaskThatNoThreadTakesIsNotLost() {
        List<Runnable> taken = new ArrayList<>();
        FairExecutor exhausted = new FairExecutor(
                task -> {
                    if (taken.isEmpty()) {
                        taken.add(task);
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    task.run();
                },
                1,
                1);
        assertThrows(OutOfMemoryError.class, () -> exhausted.submit("a", () -> done.add("refused")));
        exhausted.submit("a", () -> done.add("next"));
        assertEquals(List.of("refused", "next"), done);
    }
}
