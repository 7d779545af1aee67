package io.jenkins.plugins.mlflow.step;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Hands tasks to a few threads, one lane after the other in turn, and never gives all of the threads to one lane. So a server
 * that keeps its gates waiting for an answer does not keep the gates of other servers waiting.
 */
final class FairExecutor {
    private final Executor threads;
    private final int most;
    private final int mostPerLane;
    /** Those with tasks, the one that is next first. */
    private final Map<String, Lane> lanes = new LinkedHashMap<>();

    private int running;

    /**
     * @param threads must take {@code most} tasks at a time
     * @param most how many tasks run at once
     * @param mostPerLane how many of them may be of one lane
     */
    FairExecutor(Executor threads, int most, int mostPerLane) {
        this.threads = threads;
        this.most = most;
        this.mostPerLane = mostPerLane;
    }

    private static final class Lane {
        private final Deque<Runnable> waiting = new ArrayDeque<>();
        private int running;
    }

    /**
     * Runs the task as soon as it is its lane's turn. Where no thread can be had for it, what the threads throw is thrown, and
     * the task waits on: for the next one that is submitted or ends, or to be withdrawn.
     */
    void submit(String lane, Runnable task) {
        synchronized (this) {
            lanes.computeIfAbsent(lane, name -> new Lane()).waiting.add(task);
        }
        dispatch();
    }

    /** Takes back a task that no thread has begun. Returns whether it was there. */
    synchronized boolean withdraw(String lane, Runnable task) {
        Lane mine = lanes.get(lane);
        boolean waited = mine != null && mine.waiting.remove(task);
        if (waited) {
            forgetIfEmpty(lane, mine);
        }
        return waited;
    }

    private synchronized void dispatch() {
        while (running < most) {
            String next = next();
            if (next == null) {
                return;
            }
            Lane lane = lanes.remove(next);
            lanes.put(next, lane);
            Runnable task = lane.waiting.remove();
            lane.running++;
            running++;
            boolean taken = false;
            try {
                threads.execute(() -> run(next, lane, task));
                taken = true;
            } finally {
                if (!taken) {
                    lane.waiting.addFirst(task);
                    ended(next, lane);
                }
            }
        }
    }

    private String next() {
        for (Map.Entry<String, Lane> entry : lanes.entrySet()) {
            Lane lane = entry.getValue();
            if (!lane.waiting.isEmpty() && lane.running < mostPerLane) {
                return entry.getKey();
            }
        }
        return null;
    }

    private void run(String name, Lane lane, Runnable task) {
        try {
            task.run();
        } finally {
            ended(name, lane);
            dispatch();
        }
    }

    private synchronized void ended(String name, Lane lane) {
        running--;
        lane.running--;
        forgetIfEmpty(name, lane);
    }

    private void forgetIfEmpty(String name, Lane lane) {
        if (lane.running == 0 && lane.waiting.isEmpty()) {
            lanes.remove(name, lane);
        }
    }
}
