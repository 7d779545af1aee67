package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
        GateWheel[] wheel = new GateWheel[1];
        wheel[0] = new GateWheel(new GateWheel.Driven() {
            @Override
            public void turn() {
                most.accumulateAndGet(GateThreads.scheduled(), Math::max);
                turned.countDown();
                if (turned.getCount() > 0) {
                    wheel[0].goOn(Duration.ofMillis(1));
                }
            }

            @Override
            public String lane() {
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
        wheel[0].goOn(Duration.ZERO);

        assertTrue(turned.await(100, TimeUnit.SECONDS));
        wheel[0].end();

        assertTrue(most.get() <= 4, most + " tasks in the timer");
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
                GateThreads.askAgent("hung", () -> {
                    try {
                        hung.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
            }
            for (int i = 0; i < 4; i++) {
                GateThreads.askAgent("agent " + i, others::countDown);
            }
            assertTrue(others.await(60, TimeUnit.SECONDS));
        } finally {
            hung.countDown();
        }
    }
}
