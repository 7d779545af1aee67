package io.jenkins.plugins.mlflow.step;

import io.jenkins.plugins.mlflow.live.RolledBackAction;
import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** What a rollback says in the log and on the page of its build. */
final class RollbackLog {
    private static final Logger LOGGER = Logger.getLogger(RollbackLog.class.getName());

    private final BuildLog log;
    private final String model;
    private String announced;

    RollbackLog(StepContext context, String model) {
        this.log = new BuildLog(context, MlflowRollbackStep.NAME);
        this.model = model;
    }

    /** Says what is being done; once, however often a server that does not respond is asked again. */
    void announce(RollbackPlan plan, String server, String to, boolean begun) throws IOException, InterruptedException {
        String what = (begun ? "Continuing the rollback of" : "Rolling back") + " alias '" + plan.alias() + "' of "
                + model + " on server " + server + " from version " + plan.from() + " to version " + to;
        if (!what.equals(announced)) {
            announced = what;
            log.say(what);
        }
    }

    void sayWaitingFor(String what) throws IOException, InterruptedException {
        log.sayWaitingFor(what);
    }

    /** The alias was moved: what cannot be said any longer is no failure. {@code warning} may be null. */
    void done(GateBuild build, RollbackPlan plan, RollbackResult result, String warning) {
        try {
            RolledBackAction.add(
                    build.run(),
                    build.secrets().mask(model),
                    plan.alias(),
                    result.getPreviousVersion(),
                    result.getVersion(),
                    result.getReason());
            if (warning != null) {
                log.say("Warning: " + build.secrets().mask(warning));
            }
            log.say("Version " + result.getVersion() + " of " + model + " is live again as '" + plan.alias()
                    + "', in place of version " + result.getPreviousVersion()
                    + (result.getReason() == null ? "" : ". Reason: " + result.getReason()));
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, "A rollback is not on the page of its build", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
