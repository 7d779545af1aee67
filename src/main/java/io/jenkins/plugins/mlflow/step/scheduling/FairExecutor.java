package io.jenkins.plugins.mlflow.step.scheduling;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Hands tasks to a few threads, a task of each queue in rotation, and never gives all of the threads to one queue. So a server
 * that is slow to respond does not keep the gates of other servers waiting.
 */
final class FairExecutor {
    private final Executor threads;
    private final int most;
    private final int mostPerQueue;
    /** Those with tasks, the next one first. */
    private final Map<String, Queue> queues = new LinkedHashMap<>();

    private int running;

    /**
     * @param threads must take {@code most} tasks at a time
     * @param most how many tasks run at once
     * @param mostPerQueue how many of them may be of one queue
     */
    FairExecutor(Executor threads, int most, int mostPerQueue) {
        this.threads = threads;
        this.most = most;
        this.mostPerQueue = mostPerQueue;
    }

    private static final class Queue {
        private final Deque<Runnable> waiting = new ArrayDeque<>();
        private int running;
    }

    /**
     * Runs the task as soon as its queue comes next. If the threads refuse it, their exception is thrown and the task stays in its queue:
     * until the next one is submitted or ends, or until it is withdrawn.
     */
    void submit(String queue, Runnable task) {
        synchronized (this) {
            queues.computeIfAbsent(queue, name -> new Queue()).waiting.add(task);
        }
        dispatch();
    }

    /**
     * Takes back a task that no thread has started.
     *
     * @return whether it was there
     */
    synchronized boolean withdraw(String queue, Runnable task) {
        Queue mine = queues.get(queue);
        boolean waited = mine != null && mine.waiting.remove(task);
        if (waited) {
            forgetIfEmpty(queue, mine);
        }
        return waited;
    }

    private synchronized void dispatch() {
        while (running < most) {
            String next = next();
            if (next == null) {
                return;
            }
            Queue queue = queues.remove(next);
            queues.put(next, queue);
            Runnable task = queue.waiting.remove();
            queue.running++;
            running++;
            boolean taken = false;
            try {
                threads.execute(() -> run(next, queue, task));
                taken = true;
            } finally {
                if (!taken) {
                    queue.waiting.addFirst(task);
                    ended(next, queue);
                }
            }
        }
    }

    private String next() {
        for (Map.Entry<String, Queue> entry : queues.entrySet()) {
            Queue queue = entry.getValue();
            if (!queue.waiting.isEmpty() && queue.running < mostPerQueue) {
                return entry.getKey();
            }
        }
        return null;
    }

    private void run(String name, Queue queue, Runnable task) {
        try {
            task.run();
        } finally {
            ended(name, queue);
            dispatch();
        }
    }

    private synchronized void ended(String name, Queue queue) {
        running--;
        queue.running--;
        forgetIfEmpty(name, queue);
    }

    private void forgetIfEmpty(String name, Queue queue) {
        if (queue.running == 0 && queue.waiting.isEmpty()) {
            queues.remove(name, queue);
        }
    }
}
