package io.jenkins.plugins.mlflow.step;

import hudson.model.Cause;
import hudson.model.Run;
import hudson.security.SecurityRealm;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.JobConfiguration;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import jenkins.model.IdStrategy;
import jenkins.model.Jenkins;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;

/**
 * Who may approve a promotion, beyond the rules of Jenkins' own {@code input} step: only the approvers that the policy names, not
 * even administrators; and with four eyes not who started the build.
 */
final class ApprovalRights implements Serializable {
    private static final long serialVersionUID = 1L;

    private final List<String> approvers;
    private final String server;

    /**
     * @param approvers names of users and groups; empty for whoever may build the job
     * @param server its name; whether it wants four eyes is checked when a user approves
     */
    ApprovalRights(List<String> approvers, String server) {
        this.approvers = new ArrayList<>(approvers);
        this.server = server;
    }

    /** For {@code InputStep.setSubmitter}; null for whoever may build the job. */
    String submitter() {
        return approvers.isEmpty() ? null : String.join(",", approvers);
    }

    /** Who is asked, as a sentence. */
    String inWords() {
        return approvers.isEmpty()
                ? "A user must approve it."
                : "One of these users and groups must approve it: " + String.join(", ", approvers) + ".";
    }

    /** Why the current user may not approve, as sentences; null if nothing here is against it. */
    String whyNot(Run<?, ?> run) {
        Authentication user = Jenkins.getAuthentication2();
        if (!approvers.isEmpty() && !isApprover(user)) {
            return "Only these users and groups may approve this promotion: " + String.join(", ", approvers)
                    + ". Ask one of them.";
        }
        return needsFourEyes(run) ? whyNotWithFourEyes(user, run) : null;
    }

    private boolean isApprover(Authentication user) {
        SecurityRealm realm = Jenkins.get().getSecurityRealm();
        return isAmong(user.getName(), realm.getUserIdStrategy())
                || user.getAuthorities().stream()
                        .map(GrantedAuthority::getAuthority)
                        .anyMatch(group -> isAmong(group, realm.getGroupIdStrategy()));
    }

    private boolean isAmong(String name, IdStrategy strategy) {
        return approvers.stream().anyMatch(approver -> strategy.equals(approver, name));
    }

    /** A server that is no longer configured cannot say that the starter will do. */
    private boolean needsFourEyes(Run<?, ?> run) {
        try {
            return JobConfiguration.of(run.getParent()).getConfigured(server).needsFourEyes(run.getParent());
        } catch (ConfigurationException e) {
            return true;
        }
    }

    private String whyNotWithFourEyes(Authentication user, Run<?, ?> run) {
        List<String> starters = new ArrayList<>();
        collectStarters(run.getCauses(), starters);
        if (Jenkins.ANONYMOUS2.getName().equals(user.getName()) || starters.contains(null)) {
            return "Another user than the one who started the build must approve this promotion, and one of the two is not logged"
                    + " in. Log in, and run the build again if it was started without logging in.";
        }
        IdStrategy strategy = Jenkins.get().getSecurityRealm().getUserIdStrategy();
        return starters.stream().anyMatch(starter -> strategy.equals(starter, user.getName()))
                ? "You started this build, and another user must approve its promotion. Ask one who may."
                : null;
    }

    /** The users who started the build, or a build that led to it; null stands for one who was not logged in. */
    private static void collectStarters(List<? extends Cause> causes, List<String> starters) {
        for (Cause cause : causes) {
            if (cause instanceof Cause.UserIdCause byUser) {
                starters.add(byUser.getUserId());
            } else if (cause instanceof Cause.UpstreamCause upstream) {
                collectStarters(upstream.getUpstreamCauses(), starters);
            }
        }
    }
}
