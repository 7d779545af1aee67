package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** The tags that record on the model version what the gate, or a rollback, did. */
final class AuditTags {
    private static final String PREFIX = "mlflow_eval_gate.";

    /** A refusal has tags of its own: those of a promotion record for ever why the version was live. */
    private static final String REFUSAL = PREFIX + "last_refusal_";

    /** Who approved the promotion; approvals are counted by it. */
    static final String APPROVED_BY = PREFIX + "approved_by";

    private final GateContext context;

    AuditTags(GateContext context) {
        this.context = context;
    }

    void tag() throws TrackingException, InterruptedException {
        GateState state = context.state;
        if (!context.request.mayPromote()) {
            state.enter(Phase.DONE);
            return;
        }
        if (state.phase == Phase.TAG_PROMOTED) {
            context.server().setVersionTags(context.model(), state.candidate.version, promoted());
        } else if (isRefusedVersionKnown()) {
            context.server().setVersionTags(context.model(), state.candidate.version, common(REFUSAL));
        }
        state.enter(Phase.DONE);
    }

    /** Where a run was named, its version is looked for if the gate was to promote one. */
    private boolean isRefusedVersionKnown() throws TrackingException, InterruptedException {
        GateState state = context.state;
        if (state.candidate.version == null && context.policy().promotion() != null && state.model() != null) {
            new ModelVersions(context)
                    .existing(state.model())
                    .ifPresent(version -> state.candidate.version = version.version());
        }
        return state.candidate.version != null;
    }

    private Map<String, String> promoted() {
        GateState state = context.state;
        Map<String, String> tags = common(PREFIX);
        if (state.journal.previousVersion != null) {
            tags.put(PREFIX + "previous_version", state.journal.previousVersion);
        }
        if (state.approval.given != null) {
            tags.put(APPROVED_BY, state.approval.given.by());
            tags.put(PREFIX + "approval_time", text(state.approval.given.at()));
            if (state.approval.given.reason() != null) {
                tags.put(PREFIX + "approval_reason", state.approval.given.reason());
            }
        }
        return tags;
    }

    private Map<String, String> common(String prefix) {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put(prefix + "status", context.state.evaluation.status.name());
        tags.put(prefix + "policy_sha256", context.request.policySha256());
        if (context.request.buildUrl() != null) {
            tags.put(prefix + "build_url", context.request.buildUrl());
        }
        tags.put(prefix + "time", text(context.state.evaluation.evaluatedAt));
        return tags;
    }

    /** As ISO 8601, to the second. */
    static String text(Instant moment) {
        return moment.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** The tags of a version that lost its alias to an earlier one. */
    static Map<String, String> rolledBack(Rollback.Author author, String to, Instant when) {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put(PREFIX + "rolled_back_by", author.name());
        if (author.buildUrl() != null) {
            tags.put(PREFIX + "rolled_back_build_url", author.buildUrl());
        }
        tags.put(PREFIX + "rolled_back_to", to);
        tags.put(PREFIX + "rolled_back_time", text(when));
        return tags;
    }

    /** Tags are a trail, not the promotion: if they cannot be set, that is a warning. */
    void giveUp(String why) {
        String warning = (context.state.candidate.version == null
                        ? "the candidate's version"
                        : "version " + context.state.candidate.version)
                + " could not be tagged: " + why;
        context.say("Warning: " + warning);
        if (context.state.phase == Phase.TAG_PROMOTED) {
            context.state.journal.note = warning;
        }
        context.state.enter(Phase.DONE);
    }
}
