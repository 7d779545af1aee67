package io.jenkins.plugins.mlflow.live;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Lets those who move an alias or a stage of one model on one server, promotions and roll backs, take turns across all jobs of
 * the controller. A promotion does not wait on a thread: who is not yet at turn is called when it is.
 */
public final class PromotionQueue {
    /** That of this controller. */
    public static final PromotionQueue INSTANCE = new PromotionQueue();

    private final Map<String, Deque<Turn>> lines = new HashMap<>();

    /** One place in the line. */
    public static final class Turn {
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

    /** What the line is for: two names of one server differ in case at most, and a turn too many does no harm. */
    public static String key(String registry, String model) {
        return registry.toLowerCase(Locale.ROOT) + '\n' + model;
    }

    /**
     * Takes a place in the line.
     *
     * @param key what is promoted, where
     * @param begun whether the promotion had begun before a restart, and so goes before those that only wait
     * @param called called once it is this one's turn, unless {@link #isAtTurn} says that it is at once; by whoever leaves, so
     *     it must not take long nor throw
     */
    public synchronized Turn enter(String key, boolean begun, Runnable called) {
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

    /** Whether it is this one's turn; from then on nobody goes before it. */
    public synchronized boolean isAtTurn(Turn turn) {
        Deque<Turn> line = lines.get(turn.key);
        boolean first = line != null && line.peekFirst() == turn;
        turn.taken |= first;
        return first;
    }

    /** Leaves the line, at turn or not, and calls the next. */
    public void leave(Turn turn) {
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
            next.called.run();
        }
    }
}
