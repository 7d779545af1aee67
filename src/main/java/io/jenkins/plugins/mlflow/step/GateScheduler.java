package io.jenkins.plugins.mlflow.step;

import java.time.Duration;
import java.time.Instant;

/**
 * Turns a gate until it is over: one turn at a time, each on a thread of {@link GateThreads}, and none while the gate's state is
 * being saved. Whoever changes something that must stay as it is once the gate is over holds the monitor of its wheel.
 */
final class GateScheduler {
    /** What is turned. All but {@link #turn} must be quick. */
    interface Driven {
        /** One turn, which arranges the next one or ends the gate, whatever goes wrong in it. */
        void turn();

        /** Whose gates take turns with those of other lanes. */
        String lane();

        /** By when the next turn must be made; null for no such moment. */
        Instant deadline();

        /** Has the state saved, and calls {@code then} once it is safe. */
        void save(Runnable then);
    }

    private final Driven gate;
    private boolean over;
    /** The number of the turn that was arranged last, the only one that may begin. */
    private int arranged;
    private GateThreads.Arranged next;
    private boolean again;
    private boolean saving;
    private Thread worker;
    private Runnable atLast;

    GateScheduler(Driven gate) {
        this.gate = gate;
    }

    /** Arranges the next turn in place of any that was arranged before. */
    synchronized void goOn(Duration delay) {
        if (over) {
            return;
        }
        if (saving) {
            again = true;
            return;
        }
        if (next != null) {
            next.callOff();
        }
        int mine = ++arranged;
        next = GateThreads.runAfter(delay, gate.lane(), gate.deadline(), () -> turn(mine));
    }

    /** Something happened elsewhere that must not be put off: turns at once, or right after the turn or the save under way. */
    synchronized void call() {
        if (worker != null) {
            again = true;
        } else {
            goOn(Duration.ZERO);
        }
    }

    /** The state must be safe before the next turn, which may write to the registry. */
    void goOnOnceSaved(Duration delay) {
        synchronized (this) {
            saving = true;
        }
        gate.save(() -> saved(delay));
    }

    private synchronized void saved(Duration delay) {
        saving = false;
        boolean soon = again;
        again = false;
        goOn(soon ? Duration.ZERO : delay);
    }

    private void turn(int mine) {
        synchronized (this) {
            if (over || mine != arranged) {
                return;
            }
            if (worker != null) {
                again = true;
                return;
            }
            worker = Thread.currentThread();
        }
        try {
            gate.turn();
        } finally {
            turned();
        }
    }

    private synchronized void turned() {
        worker = null;
        Thread.interrupted();
        if (again && !saving) {
            again = false;
            goOn(Duration.ZERO);
        }
        if (atLast != null) {
            atLast.run();
        }
    }

    /** From now on no turn begins; one that is under way goes on. Answers whether the gate was not over before. */
    synchronized boolean end() {
        if (over) {
            return false;
        }
        over = true;
        if (next != null) {
            next.callOff();
        }
        return true;
    }

    synchronized boolean isOver() {
        return over;
    }

    /** Interrupts the turn that is under way, if there is one. */
    synchronized void interrupt() {
        if (worker != null) {
            worker.interrupt();
        }
    }

    /**
     * Does what comes after the last turn: now, or when the one that is under way on another thread has ended. The gate must be
     * over.
     */
    synchronized void afterTheLastTurn(Runnable task) {
        if (worker == null || worker == Thread.currentThread()) {
            task.run();
        } else {
            atLast = task;
        }
    }
}
