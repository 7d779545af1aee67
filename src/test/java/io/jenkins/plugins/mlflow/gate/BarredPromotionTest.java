package io.jenkins.plugins.mlflow.gate;

import static io.jenkins.plugins.mlflow.gate.Policies.TO_CHAMPION;
import static io.jenkins.plugins.mlflow.gate.Policies.policy;
import static io.jenkins.plugins.mlflow.gate.Policies.rule;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.RuleKind;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Builds that may not promote are evaluated like others. Version 6 is the champion, run r7 the candidate. */
class BarredPromotionTest {
    private static final String WHY = "job 'ml/churn/PR-7' is not allowed to promote on server 'production'";

    private final FakeClock clock = new FakeClock();
    private final FakeMlflow mlflow = new FakeMlflow(clock);
    private GateRequest request;

    @BeforeEach
    void championAndChallenger() {
        mlflow.finishedRun("r6", "accuracy", 0.92);
        mlflow.finishedRun("r7", "accuracy", 0.93);
        mlflow.version(6, "r6");
        mlflow.aliases.put("champion", "6");
        request = request("0.9");
    }

    private static GateRequest request(String accuracy) {
        return new GateRequest(
                "churn",
                "production",
                new ExactCandidate(ExactCandidate.Kind.RUN, "r7"),
                policy(null, TO_CHAMPION, rule("accuracy", RuleKind.MIN, accuracy)),
                "eval_gate.yaml",
                "f00d",
                RunMode.ENABLED,
                null);
    }

    private GateState next(GateState state) throws Exception {
        StepResult advance = new Gate(request, clock, new Random(1)).advance(state, mlflow);
        clock.pass(advance.delay());
        return advance.state();
    }

    private GateReport finish(GateState from) throws Exception {
        GateState state = from;
        for (int advances = 0; !state.isDone(); advances++) {
            assertTrue(advances < 1000, "the gate does not end");
            state = next(state);
        }
        return new Gate(request, clock, new Random(1)).report(state);
    }

    private GateReport run() throws Exception {
        return finish(new Gate(request, clock, new Random(1)).start(clock.instant()));
    }

    @Test
    void aPassIsReportedButNothingIsWritten() throws Exception {
        request = request.barred(WHY);

        GateReport report = run();

        assertEquals(GateStatus.PASSED, report.getStatus());
        assertEquals(WHY, report.getPromotion().getReason());
        assertEquals(false, report.isPromoted());
        assertEquals(List.of(), mlflow.writes);
        assertEquals("6", mlflow.aliases.get("champion"));
    }

    @Test
    void aMissIsAMiss() throws Exception {
        request = request("0.99").barred(WHY);

        assertEquals(GateStatus.FAILED, run().getStatus());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void whatWasForbiddenStaysForbidden() {
        assertEquals(WHY, request.barred(WHY).barred(null).promotionBarred());
        assertEquals(WHY, request.barred(WHY).barred("other").promotionBarred());
        assertNull(request.barred(null).promotionBarred());
    }
}
