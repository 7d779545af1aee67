package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** The tags that say on the model version what the gate, or a roll back, did. */
final class Audit {
    private static final String PREFIX = "mlflow_eval_gate.";

    /** Who approved the promotion; approvals are counted by it. */
    static final String APPROVED_BY = PREFIX + "approved_by";

    private final Round round;

    Audit(Round round) {
        this.round = round;
    }

    void tag() throws TrackingException, InterruptedException {
        GateState state = round.state;
        if (state.version == null || !round.request.mayWrite()) {
            state.enter(Phase.DONE);
            return;
        }
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put(PREFIX + "status", state.status.name());
        tags.put(PREFIX + "policy_sha256", round.request.policySha256());
        if (round.request.buildUrl() != null) {
            tags.put(PREFIX + "build_url", round.request.buildUrl());
        }
        if (state.phase == Phase.TAG_PROMOTED && state.previousVersion != null) {
            tags.put(PREFIX + "previous_version", state.previousVersion);
        }
        if (state.phase == Phase.TAG_PROMOTED && state.approval != null) {
            tags.put(APPROVED_BY, state.approval.by());
            tags.put(PREFIX + "approval_time", text(state.approval.at()));
            if (state.approval.reason() != null) {
                tags.put(PREFIX + "approval_reason", state.approval.reason());
            }
        }
        tags.put(PREFIX + "time", text(state.judgedAt));
        round.server().setVersionTags(round.model(), state.version, tags);
        state.enter(Phase.DONE);
    }

    /** As ISO 8601, to the second. */
    static String text(Instant moment) {
        return moment.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** The tags of a version that lost its alias to an earlier one. */
    static Map<String, String> rolledBack(String by, String to, Instant when) {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put(PREFIX + "rolled_back_by", by);
        tags.put(PREFIX + "rolled_back_to", to);
        tags.put(PREFIX + "rolled_back_time", text(when));
        return tags;
    }

    /** Tags are a trail, not the promotion: if they cannot be set, that is a warning. */
    void giveUp(String why) {
        String warning = "version " + round.state.version + " could not be tagged: " + why;
        round.say("Warning: " + warning);
        if (round.state.phase == Phase.TAG_PROMOTED) {
            round.state.promotionNote = warning;
        }
        round.state.enter(Phase.DONE);
    }
}
