package io.jenkins.plugins.mlflow.step.scheduling;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;

/**
 * Advances a gate until it has ended: once at a time, each time on a thread of {@link GateThreads}, and never while the gate's
 * state is being saved.
 *
 * <p>It holds the only lock of a gate, its own monitor, for short steps in memory and never during a request: the thread that
 * advances the gate, the one that runs the pipeline, the timer and the threads of users who approve all change the gate. What
 * must not change after the end is changed by {@link #unlessEnded}, and what must happen together with the end by {@link #end}.
 */
public final class GateScheduler {
    /** What is scheduled. All but {@link #advance} must be quick. */
    public interface Callbacks {
        /** Advances the gate once, and schedules the next time or ends the gate, whatever goes wrong. */
        void advance();

        /** The queue of the gate; queues share the threads fairly. */
        String queue();

        /** When the gate must advance at the latest; null for no such moment. */
        Instant deadline();

        /** Has the state saved, and calls {@code then} after that. */
        void save(Runnable then);
    }

    /** A step that may have started a promotion before a restart. */
    public interface Promoter {
        /** Enters the queue of its promotions if it has started one. */
        void enterPromotionQueue();
    }

    /**
     * A promotion that a gate is about to make.
     *
     * @param destination as in {@link io.jenkins.plugins.mlflow.live.PromotionQueue#key}
     * @param server the name of the server, for messages
     * @param started whether it started before a restart, and so goes before those that only wait
     * @param since when it was ready to start; null if that is not known yet
     */
    public record Promotion(String destination, String server, String model, boolean started, Instant since) {}

    private final Callbacks gate;
    private final PromotionTicket ticket = new PromotionTicket(this);
    private boolean ended;
    /** The number of the advance that was scheduled last, the only one that may start. */
    private int scheduled;

    private GateThreads.Scheduled next;
    private boolean again;
    private boolean saving;
    private Thread worker;
    private Runnable onIdle;

    public GateScheduler(Callbacks gate) {
        this.gate = gate;
    }

    /** Schedules the next advance in place of any that was scheduled before. */
    public synchronized void schedule(Duration delay) {
        if (ended) {
            return;
        }
        if (saving) {
            again = true;
            return;
        }
        if (next != null) {
            next.cancel();
        }
        int mine = ++scheduled;
        next = GateThreads.runAfter(delay, gate.queue(), gate.deadline(), () -> advance(mine));
    }

    /** Advances the gate at once, or right after the advance or the save under way: something happened elsewhere. */
    public synchronized void wake() {
        if (worker != null) {
            again = true;
        } else {
            schedule(Duration.ZERO);
        }
    }

    /** Schedules the next advance, which may write to the registry, for after the state was saved. */
    public void scheduleOnceSaved(Duration delay) {
        synchronized (this) {
            saving = true;
        }
        gate.save(() -> saved(delay));
    }

    private synchronized void saved(Duration delay) {
        saving = false;
        boolean soon = again;
        again = false;
        schedule(soon ? Duration.ZERO : delay);
    }

    private void advance(int mine) {
        synchronized (this) {
            if (ended || mine != scheduled) {
                return;
            }
            if (worker != null) {
                again = true;
                return;
            }
            worker = Thread.currentThread();
        }
        try {
            gate.advance();
        } finally {
            advanced();
        }
    }

    private synchronized void advanced() {
        worker = null;
        Thread.interrupted();
        if (again && !saving) {
            again = false;
            schedule(Duration.ZERO);
        }
        if (onIdle != null) {
            onIdle.run();
        }
    }

    /**
     * Makes a change that is not allowed after the end.
     *
     * @return false if the gate has ended, and nothing was changed
     */
    public synchronized boolean unlessEnded(Runnable change) {
        if (!ended) {
            change.run();
        }
        return !ended;
    }

    /**
     * Ends the gate: it is not advanced again, but an advance under way continues.
     *
     * @param change made together with the end
     * @return false if the gate has ended before, and nothing was changed
     */
    public synchronized boolean end(Runnable change) {
        if (ended) {
            return false;
        }
        ended = true;
        if (next != null) {
            next.cancel();
        }
        change.run();
        return true;
    }

    public synchronized boolean hasEnded() {
        return ended;
    }

    /** Interrupts the advance that is under way, if there is one. */
    public synchronized void interrupt() {
        if (worker != null) {
            worker.interrupt();
        }
    }

    /** Lets the next promotion start, now or after the advance under way on another thread. The gate must have ended. */
    public void leavePromotionQueue() {
        afterLastAdvance(ticket::leave);
    }

    synchronized void afterLastAdvance(Runnable task) {
        if (worker == null || worker == Thread.currentThread()) {
            task.run();
        } else {
            onIdle = task;
        }
    }

    /**
     * Enters the queue of the promotions unless the gate is in it; if it must wait there, it is woken when it may continue.
     *
     * @return what the promotion waits for; null if it may start
     * @throws TimeoutException if it has waited too long; the message says for what
     */
    public String awaitPromotion(Promotion promotion) throws TimeoutException {
        return ticket.await(promotion);
    }

    /** Enters the queue of the promotions unless the gate is in it or has ended. */
    public void enterPromotionQueue(Promotion promotion) {
        ticket.enter(promotion);
    }

    /** Runs the task soon, on a thread for what waits for no server. */
    public static void run(Runnable task) {
        GateThreads.run(task);
    }

    /** Runs soon what a gate does after its end, such as writing its report. */
    public static void runEnding(Runnable task) {
        GateThreads.end(task);
    }

    /** Runs soon what sends something to the agent of this name: a connection that hangs holds one thread, and no other agent's. */
    public static void runForAgent(String agent, Runnable task) {
        GateThreads.runForAgent(agent, task);
    }

    /** Runs the task after the delay, on the timer's own thread: it must be quick. */
    public static Future<?> after(Duration delay, Runnable task) {
        return GateThreads.after(delay, task);
    }
}
