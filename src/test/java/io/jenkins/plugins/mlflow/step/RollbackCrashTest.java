package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** A controller that is killed during rollbacks, and started again: each takes effect once, and the pipeline continues. */
class RollbackCrashTest {
    @RegisterExtension
    private final RealJenkinsExtension controller =
            new RealJenkinsExtension().javaOptions("-Xmx768m").withTimeout(900);

    private final List<Doomed> all = new ArrayList<>();

    /** Where a rollback is when its controller dies. */
    private enum Moment {
        /** It waits for a server that is down. */
        DOWN("GET registered-models/alias", false),
        BEFORE_WRITE("GET model-versions/get", false),
        /** The write never takes effect. */
        WRITE_LOST("POST registered-models/alias", false),
        /** It has taken effect, and the response does not come. */
        WRITE_DONE("POST registered-models/alias", true);

        private final String request;
        private final boolean done;

        Moment(String request, boolean done) {
            this.request = request;
            this.done = done;
        }
    }

    /** A build with a server of its own, which outlives the controller. Version 6 is the champion, and the gate promotes version 7. */
    private static final class Doomed implements HttpMlflow.Between, AutoCloseable {
        private final HttpMlflow mlflow =
                new HttpMlflow().championAndCandidate().between(this);
        private final Moment moment;
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch dead = new CountDownLatch(1);
        private volatile boolean tagged;

        private Doomed(Moment moment) throws IOException {
            this.moment = moment;
        }

        DoomedBuilds.Order order() {
            String script = "mlflowEvalGate model: 'churn-classifier', server: '" + moment
                    + "', promote: 'champion', thresholds: [accuracy: 0.9]\n"
                    + "def back = mlflowRollback model: 'churn-classifier', server: '" + moment
                    + "', timeout: '1h', reason: 'crash'\n"
                    + "echo \"after: ${back.version} ${back.previousVersion}\"";
            return new DoomedBuilds.Order(moment.name(), mlflow.uri(), script, null, false, false);
        }

        @Override
        public void at(String request, Map<String, String> parameters, boolean done)
                throws IOException, InterruptedException {
            // The tags are the last that the gate writes.
            tagged |= request.equals("POST model-versions/set-tag");
            if (!tagged || dead.getCount() == 0 || done != moment.done || !request.equals(moment.request)) {
                return;
            }
            reached.countDown();
            if (moment != Moment.DOWN) {
                dead.await();
            }
            throw new IOException("who asked is dead");
        }

        @Override
        public void close() {
            dead.countDown();
            mlflow.close();
        }
    }

    @AfterEach
    void stop() {
        all.forEach(Doomed::close);
    }

    @Test
    void aKillAtAnyStepOfARollbackLosesNothingAndRepeatsNothing() throws Throwable {
        ArrayList<DoomedBuilds.Order> orders = new ArrayList<>();
        for (Moment moment : Moment.values()) {
            Doomed doomed = new Doomed(moment);
            all.add(doomed);
            orders.add(doomed.order());
        }
        controller.startJenkins();
        controller.runRemotely(DoomedBuilds::begin, orders);
        for (Doomed doomed : all) {
            assertTrue(doomed.reached.await(2, TimeUnit.MINUTES), doomed.moment + " after " + doomed.mlflow.requests);
        }
        DoomedBuilds.kill(controller);
        all.forEach(doomed -> doomed.dead.countDown());
        controller.startJenkins();
        controller.runRemotely(DoomedBuilds::begin, orders);
        for (Doomed doomed : all) {
            DoomedBuilds.Ended ended = controller.runRemotely(DoomedBuilds::end, doomed.order());
            String what = doomed.moment + ": " + ended;
            assertEquals(List.of("SUCCESS"), ended.results(), what);
            assertTrue(ended.logs().get(0).contains("after: 6 7"), what);
            assertEquals(List.of("champion=7", "champion=6"), doomed.mlflow.writes, what);
            assertEquals("6", doomed.mlflow.tags.get("mlflow_eval_gate.rolled_back_to"), what);
            assertEquals(
                    1,
                    doomed.mlflow.changes.stream()
                            .filter(change -> change.startsWith("tag 7 mlflow_eval_gate.rolled_back_by="))
                            .count(),
                    what);
        }
        controller.stopJenkins();
    }
}
