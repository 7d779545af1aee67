package io.jenkins.plugins.mlflow.step;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Lets the promotions of one model on one server take turns, across all jobs of the controller. Nobody waits on a thread: who
 * is not yet at turn is called when it is.
 */
final class PromotionTurns {
    static final PromotionTurns INSTANCE = new PromotionTurns();

    private final Map<String, Deque<Turn>> lines = new HashMap<>();

    /** One place in the line. */
    static final class Turn {
        private final String key;
        private final boolean begun;
        private final Runnable called;
        private boolean taken;

        private Turn(String key, boolean begun, Runnable called) {
            this.key = key;
            this.begun = begun;
            this.called = called;
        }
    }

    /**
     * Takes a place in the line.
     *
     * @param key what is promoted, where
     * @param begun whether the promotion had begun before a restart, and so goes before those that only wait
     * @param called called once it is this one's turn, unless {@link #isAtTurn} says that it is at once
     */
    synchronized Turn enter(String key, boolean begun, Runnable called) {
        Turn turn = new Turn(key, begun, called);
        Deque<Turn> line = lines.computeIfAbsent(key, name -> new ArrayDeque<>());
        Turn first = line.peekFirst();
        if (!begun || first == null) {
            line.addLast(turn);
        } else if (first.taken || first.begun) {
            line.removeFirst();
            line.addFirst(turn);
            line.addFirst(first);
        } else {
            line.addFirst(turn);
        }
        return turn;
    }

    synchronized boolean isAtTurn(Turn turn) {
        Deque<Turn> line = lines.get(turn.key);
        boolean first = line != null && line.peekFirst() == turn;
        turn.taken |= first;
        return first;
    }

    /** Leaves the line, at turn or not, and calls the next. */
    void leave(Turn turn) {
        Turn next = null;
        synchronized (this) {
            Deque<Turn> line = lines.get(turn.key);
            if (line == null) {
                return;
            }
            boolean wasFirst = line.peekFirst() == turn;
            line.remove(turn);
            if (line.isEmpty()) {
                lines.remove(turn.key);
            } else if (wasFirst) {
                next = line.peekFirst();
            }
        }
        if (next != null) {
            GateThreads.run(next.called);
        }
    }
}
