package io.jenkins.plugins.mlflow.step.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the threads of the gates hold on to, and what they do not. */
@Timeout(120)
class GateThreadsTest {
    private static final int TURNS = 1_000;

    @Test
    void aGateThatTurnsAThousandTimesLeavesNothingBehindInTheTimer() throws Exception {
        CountDownLatch turned = new CountDownLatch(TURNS);
        AtomicInteger most = new AtomicInteger();
        GateScheduler[] scheduler = new GateScheduler[1];
        scheduler[0] = new GateScheduler(new GateScheduler.Callbacks() {
            @Override
            public void advance() {
                most.accumulateAndGet(GateThreads.scheduled(), Math::max);
                turned.countDown();
                if (turned.getCount() > 0) {
                    scheduler[0].schedule(Duration.ofMillis(1));
                }
            }

            @Override
            public String queue() {
                return "server";
            }

            @Override
            public Instant deadline() {
                return Instant.now().plus(Duration.ofHours(1));
            }

            @Override
            public void save(Runnable then) {
                then.run();
            }
        });
        scheduler[0].schedule(Duration.ZERO);

        assertTrue(turned.await(100, TimeUnit.SECONDS));
        scheduler[0].end(() -> {});

        assertTrue(most.get() <= 4, most + " tasks in the timer");
    }

    /** Ten million turns, each with a deadline a day ahead. Prints what they leave in the heap for each gate. */
    @Test
    @Tag("torture")
    @Timeout(600)
    void fiveThousandGatesWithADayLeftKeepNothingOfTwoThousandTurnsEach() throws Exception {
        List<Turning> gates = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            gates.add(new Turning("server " + i % 3));
        }
        long before = heap();
        for (Turning gate : gates) {
            gate.scheduler.schedule(Duration.ZERO);
        }
        for (Turning gate : gates) {
            assertTrue(gate.turned.await(500, TimeUnit.SECONDS));
        }
        long each = (heap() - before) / gates.size();
        System.out.println("Turns: 5,000 gates of 2,000 turns each leave " + each + " bytes for each gate, and "
                + GateThreads.scheduled() + " tasks in the timer");

        // Each waits for its next turn, in a day.
        assertEquals(gates.size(), GateThreads.scheduled());
        assertTrue(each < 1_000, each + " bytes for each gate");
        gates.forEach(gate -> gate.scheduler.end(() -> {}));
        assertEquals(0, GateThreads.scheduled());
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** Turns two thousand times without a pause, and then waits for a day. */
    private static final class Turning implements GateScheduler.Callbacks {
        private final GateScheduler scheduler = new GateScheduler(this);
        private final CountDownLatch turned = new CountDownLatch(2_000);
        private final Instant deadline = Instant.now().plus(Duration.ofDays(1));
        private final String server;

        Turning(String server) {
            this.server = server;
        }

        @Override
        public void advance() {
            turned.countDown();
            scheduler.schedule(turned.getCount() > 0 ? Duration.ZERO : Duration.ofDays(1));
        }

        @Override
        public String queue() {
            return server;
        }

        @Override
        public Instant deadline() {
            return deadline;
        }

        @Override
        public void save(Runnable then) {
            then.run();
        }
    }

    @Test
    void aThreadThatAPipelineMadeDoesNotKeepThePipelinesClasses() throws Exception {
        try (URLClassLoader pipeline = new URLClassLoader(new URL[0], getClass().getClassLoader())) {
            Thread.currentThread().setContextClassLoader(pipeline);
            Thread made = GateThreads.factory("test").newThread(() -> {});
            assertNotSame(pipeline, made.getContextClassLoader());
        } finally {
            Thread.currentThread().setContextClassLoader(getClass().getClassLoader());
        }
    }

    @Test
    void anAgentWhoseConnectionHangsDelaysNoOther() throws Exception {
        CountDownLatch hung = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(4);
        try {
            for (int i = 0; i < 20; i++) {
                GateThreads.runForAgent("hung", () -> {
                    try {
                        hung.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
            }
            for (int i = 0; i < 4; i++) {
                GateThreads.runForAgent("agent " + i, others::countDown);
            }
            assertTrue(others.await(60, TimeUnit.SECONDS));
        } finally {
            hung.countDown();
        }
    }
}
