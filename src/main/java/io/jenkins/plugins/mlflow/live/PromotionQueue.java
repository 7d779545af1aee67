package io.jenkins.plugins.mlflow.live;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Lets one promotion or rollback at a time move an alias or a stage of a model on a server, across all jobs of the controller. A
 * promotion does not wait on a thread: its callback is called when it comes first.
 */
public final class PromotionQueue {
    /** The queues of this controller. */
    public static final PromotionQueue INSTANCE = new PromotionQueue();

    private final Map<String, Deque<Place>> queues = new HashMap<>();

    /** One place in a queue. */
    public static final class Place {
        private final String key;
        private final boolean started;
        private final Runnable onFirst;
        private boolean taken;

        private Place(String key, boolean started, Runnable onFirst) {
            this.key = key;
            this.started = started;
            this.onFirst = onFirst;
        }
    }

    /** The key of a queue: all entries of one destination share it, however their addresses are written. */
    public static String key(String destination, String model) {
        return destination + '\n' + model;
    }

    /**
     * Takes a place in the queue.
     *
     * @param key as in {@link #key}
     * @param started whether the promotion started before a restart, and so goes before those that only wait
     * @param onFirst called when the place becomes the first, unless it is the first at once; the thread that leaves calls it, so
     *     that it must not take long nor throw
     */
    public synchronized Place enter(String key, boolean started, Runnable onFirst) {
        Place place = new Place(key, started, onFirst);
        Deque<Place> queue = queues.computeIfAbsent(key, name -> new ArrayDeque<>());
        Place first = queue.peekFirst();
        if (!started || first == null) {
            queue.addLast(place);
        } else if (first.taken || first.started) {
            queue.removeFirst();
            queue.addFirst(place);
            queue.addFirst(first);
        } else {
            queue.addFirst(place);
        }
        return place;
    }

    /** Whether the place is the first; once this is true, no other place gets before it. */
    public synchronized boolean isFirst(Place place) {
        Deque<Place> queue = queues.get(place.key);
        boolean first = queue != null && queue.peekFirst() == place;
        place.taken |= first;
        return first;
    }

    /** Leaves the queue, first or not, and calls the next. */
    public void leave(Place place) {
        Place next = null;
        synchronized (this) {
            Deque<Place> queue = queues.get(place.key);
            if (queue == null) {
                return;
            }
            boolean wasFirst = queue.peekFirst() == place;
            queue.remove(place);
            if (queue.isEmpty()) {
                queues.remove(place.key);
            } else if (wasFirst) {
                next = queue.peekFirst();
            }
        }
        if (next != null) {
            next.onFirst.run();
        }
    }
}
