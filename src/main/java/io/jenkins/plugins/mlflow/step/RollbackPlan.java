package io.jenkins.plugins.mlflow.step;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.JobConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.config.StoredPolicy;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.PromotionInfo;
import io.jenkins.plugins.mlflow.live.LiveAlias;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import io.jenkins.plugins.mlflow.report.PromotionMemory;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import java.util.List;
import java.util.Optional;

/**
 * Which alias a build may roll back, from which version and to which. What the build itself promoted, it may take back without an
 * approval: that restores what was live and approved before. A version that another build promoted is rolled back only where no
 * lock and no approval protects promotions of the model.
 */
final class RollbackPlan {
    private final MlflowServerConfiguration server;
    private final Run<?, ?> run;
    private final String model;
    private final String alias;
    private final String from;
    /** Null if another build promoted the version. */
    private final PromotionInfo own;

    private RollbackPlan(
            MlflowServerConfiguration server,
            Run<?, ?> run,
            String model,
            String alias,
            String from,
            PromotionInfo own) {
        this.server = server;
        this.run = run;
        this.model = model;
        this.alias = alias;
        this.from = from;
        this.own = own;
    }

    /** @throws StepException CONFIGURATION if the parameters and the build's own promotions do not tell alias and version */
    static RollbackPlan of(RollbackParameters parameters, MlflowServerConfiguration server, Run<?, ?> run)
            throws StepException {
        String model = parameters.model();
        List<PromotionInfo> promotions = promotions(server, run, model);
        String alias = parameters.alias() == null ? onlyAlias(parameters, promotions) : parameters.alias();
        List<PromotionInfo> toAlias = promotions.stream()
                .filter(promotion -> alias.equals(promotion.getAlias())
                        && (parameters.from() == null || parameters.from().equals(promotion.getVersion())))
                .toList();
        if (toAlias.isEmpty() && parameters.from() == null) {
            throw nothingPromoted(model, "to alias '" + alias + "' ", server);
        }
        PromotionInfo own = toAlias.isEmpty() ? null : toAlias.get(toAlias.size() - 1);
        return new RollbackPlan(server, run, model, alias, own == null ? parameters.from() : own.getVersion(), own);
    }

    private static String onlyAlias(RollbackParameters parameters, List<PromotionInfo> promotions)
            throws StepException {
        List<String> aliases =
                promotions.stream().map(PromotionInfo::getAlias).distinct().toList();
        if (aliases.size() == 1) {
            return aliases.get(0);
        }
        if (aliases.isEmpty() && parameters.from() == null) {
            throw nothingPromoted(parameters.model(), "", null);
        }
        throw new StepException(
                "parameter `alias` is missing: this build promoted model '" + parameters.model() + "' to "
                        + (aliases.isEmpty() ? "no alias" : "the aliases '" + String.join("', '", aliases) + "'")
                        + ". Name the one to roll back, such as alias: 'champion'.");
    }

    private static StepException nothingPromoted(String model, String target, MlflowServerConfiguration server) {
        return new StepException("this build promoted no version of model '" + model + "' " + target
                + (server == null ? "" : "on server '" + server.getName() + "' ")
                + "by an mlflowEvalGate that has ended, so there is nothing to take back. Stages are not rolled back. If another build"
                + " promoted the version, name it with `from`.");
    }

    private static List<PromotionInfo> promotions(MlflowServerConfiguration server, Run<?, ?> run, String model) {
        GateReportAction action = run.getAction(GateReportAction.class);
        return action == null
                ? List.of()
                : action.promotions().stream()
                        .filter(report -> model.equals(report.getModel()) && isOn(server, report, run))
                        .map(GateReport::getPromotion)
                        .filter(promotion -> promotion.getAlias() != null)
                        .toList();
    }

    /** Whether the gate promoted in the same registry, by whatever name of the server. */
    private static boolean isOn(MlflowServerConfiguration server, GateReport report, Run<?, ?> run) {
        if (server.getName().equals(report.getServer())) {
            return true;
        }
        try {
            return report.getServer() != null
                    && JobConfiguration.of(run.getParent())
                            .getServer(report.getServer())
                            .destination()
                            .equals(server.destination());
        } catch (ConfigurationException e) {
            return false;
        }
    }

    String alias() {
        return alias;
    }

    /** The version that must hold the alias. */
    String from() {
        return from;
    }

    LiveAlias recorded() {
        return LiveAlias.of(server, model, alias);
    }

    /** @throws StepException FORBIDDEN unless the build may roll back */
    void checkRights() throws StepException {
        String why = ServerResolver.whyNotPromote(server, run);
        if (why == null && own == null) {
            why = whyNotOfOther();
        }
        if (why != null) {
            throw new StepException(
                    ErrorCategory.FORBIDDEN,
                    why
                            + ". Nothing was changed. A user with the permission MLflow / RollBack can roll back on the page MLflow models.");
        }
    }

    /** Nobody may get around a lock or an approval by going back to a version that they did not have to get through it. */
    @CheckForNull
    private String whyNotOfOther() throws StepException {
        String what = "version " + from + " was not promoted to alias '" + alias + "' by this build, and ";
        try {
            JobConfiguration configuration = JobConfiguration.of(run.getParent());
            List<StoredPolicy> locks = configuration.lockedPolicies(model);
            if (!locks.isEmpty()) {
                return what + locks.get(0).lockedBy() + ": only the build that promoted a version may roll it back";
            }
            Optional<StoredPolicy> stored = configuration.storedPolicy(model);
            if (stored.isPresent() && asksForApproval(stored.get().resolved())) {
                return what + "the stored policy of model '" + model + "' requires approval";
            }
        } catch (ConfigurationException | PolicyException e) {
            throw new StepException("The stored policy cannot be used, and so it is not known whether " + what
                    + "may be rolled back: " + e.getMessage());
        }
        return PromotionMemory.wasApproved(server.registry(), model, alias, from)
                ? what + "its promotion required approval: only the build that promoted it may roll it back"
                : null;
    }

    private static boolean asksForApproval(GatePolicy policy) {
        return policy.promotion() != null && !policy.promotion().approval().isNever();
    }

    /**
     * The version to roll back to, by what is recorded now.
     *
     * @throws StepException CONFLICT if the alias is elsewhere, or the version before is not known for sure
     */
    String target(LiveAlias recorded) throws StepException {
        String begun = recorded.begunTo(run, from);
        if (begun != null) {
            return begun;
        }
        if (!recorded.isKnown()) {
            throw conflict("no gate of this Jenkins ever saw it, so no version before is known");
        }
        if (!from.equals(recorded.version())) {
            throw conflict("it is at " + (recorded.version() == null ? "no version" : "version " + recorded.version())
                    + ", not at version " + from
                    + ", as this Jenkins last saw it. It was moved, or rolled back, in the meantime");
        }
        String before = recorded.predecessor();
        if (before == null || before.equals(from)) {
            throw conflict("no version before version " + from + " is known");
        }
        if (own != null) {
            // The report knows a server by its name alone. The record is that of the registry, and knows which builds
            // promoted there.
            String replaced = recorded.replacedBy(run, from);
            if (!before.equals(replaced) || own.getStage() == null && !before.equals(own.getPreviousVersion())) {
                throw conflict((replaced == null
                                ? "this build's promotion of version " + from + " replaced no version"
                                : "this build's promotion of version " + from + " replaced version " + replaced)
                        + ", but version " + before + " was live before it now. The alias was moved in the meantime");
            }
        }
        return before;
    }

    private StepException conflict(String why) {
        return new StepException(
                ErrorCategory.CONFLICT,
                "Alias '" + alias + "' of model '" + model + "' on server '" + server.getName()
                        + "' is not rolled back: " + why
                        + ". Nothing was changed. Look at the page MLflow models of the job before you decide.");
    }
}
