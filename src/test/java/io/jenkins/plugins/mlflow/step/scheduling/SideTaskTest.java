package io.jenkins.plugins.mlflow.step.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class SideTaskTest {
    @Test
    void runsBesideItsCaller() throws InterruptedException {
        CountDownLatch ran = new CountDownLatch(1);
        SideTask<Thread> task = SideTask.start(() -> {
            ran.countDown();
            return Thread.currentThread();
        });
        ran.await();
        assertNotSame(Thread.currentThread(), task.join());
    }

    @Test
    void runsOnItsCallerIfNoThreadIsFree() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch busy = new CountDownLatch(GateThreads.THREADS_FOR_LATE);
        try {
            for (int i = 0; i < GateThreads.THREADS_FOR_LATE; i++) {
                SideTask.start(() -> {
                    busy.countDown();
                    end.await();
                    return null;
                });
            }
            busy.await();
            assertSame(
                    Thread.currentThread(),
                    SideTask.start(Thread::currentThread).join());
        } finally {
            end.countDown();
        }
    }

    @Test
    void throwsWhatTheTaskThrew() {
        SideTask<String> task = SideTask.start(() -> {
            throw new IllegalArgumentException("no such file");
        });
        assertEquals(
                "no such file",
                assertThrows(IllegalArgumentException.class, task::join).getMessage());
    }

    @Test
    void anInterruptOfTheCallerStaysPending() {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(1);
        SideTask<String> task = SideTask.start(() -> {
            running.countDown();
            end.await();
            return "done";
        });
        try {
            running.await();
            Thread.currentThread().interrupt();
            GateScheduler.after(Duration.ofMillis(50), end::countDown);
            assertEquals("done", task.join());
            assertTrue(Thread.interrupted());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            end.countDown();
            Thread.interrupted();
        }
    }
}
