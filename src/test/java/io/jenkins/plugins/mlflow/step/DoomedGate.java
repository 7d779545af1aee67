package io.jenkins.plugins.mlflow.step;

import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A gate of a controller that is killed, with a server of its own that outlives the controller and holds the gate where it is
 * to die. Version 6 is the champion; the gate evaluates run r7, of which there is no version yet, and promotes it.
 */
final class DoomedGate implements HttpMlflow.Between, AutoCloseable {
    final String name;
    final HttpMlflow mlflow = new HttpMlflow().slowToRegister().between(this);
    /** Whether a second build waits for its turn to promote. */
    final boolean hasRival;
    /** Whether Jenkins keeps the state of its build only when it goes down in order. */
    final boolean fast;

    /** Whether somebody must approve the promotion. */
    final boolean asks;

    private final Deque<Moment> moments;
    private boolean reached;
    private CountDownLatch dead = new CountDownLatch(1);

    DoomedGate(String name, boolean fast, boolean hasRival, Moment... moments) throws IOException {
        this.name = name;
        this.fast = fast;
        this.hasRival = hasRival;
        this.moments = new ArrayDeque<>(List.of(moments));
        asks = moments[0] == Moment.APPROVAL;
        mlflow.version(6, "r6", "accuracy", 0.92).alias("champion", 6);
        mlflow.run("r7", "accuracy", 0.93).run("r8", "accuracy", 0.94);
        if (moments[0] == Moment.WAIT) {
            mlflow.status("r7", "RUNNING");
        }
    }

    DoomedBuilds.Order order() {
        return new DoomedBuilds.Order(name, mlflow.uri(), script("r7"), hasRival ? script("r8") : null, fast, asks);
    }

    /** Those whose builds are run again find a half-made promotion, so that theirs has one part only. */
    private String script(String runId) {
        return "def gate = mlflowEvalGate model: 'churn-classifier', server: '" + name + "', runId: '" + runId
                + "', timeout: '1h', "
                + (fast
                        ? "thresholds: [accuracy: 0.9], promote: [alias: 'champion', timeout: '10m']"
                        : "thresholds: [accuracy: [min: 0.9, max_drop: 0.01]], baseline: 'champion',"
                                + " promote: [alias: 'champion', stage: 'Production', timeout: '10m'"
                                + (asks ? ", approval: 'always']" : "]"))
                + "\necho \"after: ${gate.status} ${gate.version} ${gate.promoted} ${gate.previousVersion}\"";
    }

    /** What the server must have been made to write in the end, and nothing twice. */
    List<String> writes() {
        if (fast) {
            return List.of("create 7", "champion=7");
        }
        return hasRival
                ? List.of("create 7", "champion=7", "Production=7", "create 8", "champion=8", "Production=8")
                : List.of("create 7", "champion=7", "Production=7");
    }

    @Override
    public void at(String request, Map<String, String> question, boolean done)
            throws IOException, InterruptedException {
        Moment here;
        CountDownLatch until;
        synchronized (this) {
            here = moments.peek();
            if (reached || here == null || !here.isAt(request, done, mlflow.writes)) {
                return;
            }
            reached = true;
            until = dead;
        }
        until.await();
        if (!here.takesEffectLate()) {
            throw new IOException("who asked is dead");
        }
    }

    /** Where it is to die next; null if it may end. */
    synchronized Moment next() {
        return moments.peek();
    }

    synchronized boolean isThere() {
        Moment here = moments.peek();
        return here == null
                || here == Moment.APPROVAL
                || (here.isHeld() ? reached : mlflow.readings.getOrDefault("r7", 0) >= 2);
    }

    /** The controller is dead. */
    synchronized void died() {
        if (moments.poll() == Moment.WAIT) {
            mlflow.status("r7", "FINISHED");
        }
        reached = false;
        dead.countDown();
        dead = new CountDownLatch(1);
    }

    @Override
    public void close() {
        died();
        mlflow.close();
    }

    @Override
    public String toString() {
        return name + " at " + next() + ", asked " + mlflow.requests + ", wrote " + mlflow.writes;
    }
}
