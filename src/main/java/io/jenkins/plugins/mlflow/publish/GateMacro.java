package io.jenkins.plugins.mlflow.publish;

import hudson.Extension;
import hudson.FilePath;
import hudson.model.AbstractBuild;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlflow.evaluation.CandidateInfo;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.PromotionInfo;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import io.jenkins.plugins.mlflow.report.GateReportPage;
import io.jenkins.plugins.mlflow.report.GateSummary;
import io.jenkins.plugins.mlflow.report.TriggeringVersion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jenkinsci.plugins.tokenmacro.DataBoundTokenMacro;
import org.jenkinsci.plugins.tokenmacro.MacroEvaluationException;

/**
 * {@code ${MLFLOW_GATE}} in mails, descriptions and wherever the plugin token-macro is at work: the sentence of a build's gate, or
 * another of its facts, or what the build was started for. It is empty where there is no gate, no trigger, or no such fact.
 */
@Extension(optional = true)
public final class GateMacro extends DataBoundTokenMacro {
    private static final String NAME = "MLFLOW_GATE";
    private static final Map<String, BiFunction<Run<?, ?>, GateReportPage, String>> FACTS = facts();
    private static final Map<String, Function<TriggeringVersion, String>> FACTS_OF_TRIGGER = factsOfTrigger();

    /** The model whose gate is meant, the last one of the build if it is left out; or that of the trigger. */
    @Parameter
    public String model;

    /** Which fact to show; {@code summary} if it is left out. */
    @Parameter
    public String show = "summary";

    @Override
    public boolean acceptsMacroName(String name) {
        return NAME.equals(name);
    }

    @Override
    public List<String> getAcceptedMacroNames() {
        return List.of(NAME);
    }

    @Override
    public String evaluate(AbstractBuild<?, ?> build, TaskListener listener, String name)
            throws MacroEvaluationException {
        return evaluate(build, null, listener, name);
    }

    @Override
    public String evaluate(Run<?, ?> run, FilePath workspace, TaskListener listener, String name)
            throws MacroEvaluationException {
        if (FACTS_OF_TRIGGER.containsKey(show)) {
            TriggeringVersion version = run.getAction(TriggeringVersion.class);
            return version == null || !isMeant(version.getModel())
                    ? ""
                    : shown(FACTS_OF_TRIGGER.get(show).apply(version));
        }
        BiFunction<Run<?, ?>, GateReportPage, String> fact = FACTS.get(show);
        if (fact == null) {
            throw new MacroEvaluationException("${" + NAME + "} can show " + String.join(", ", FACTS.keySet()) + ", "
                    + String.join(", ", FACTS_OF_TRIGGER.keySet()) + ", but not '" + show + "'.");
        }
        GateReportAction action = run.getAction(GateReportAction.class);
        GateSummary summary = action == null ? null : last(action.getSummaries());
        GateReportPage page = summary == null ? null : action.getDynamic(String.valueOf(summary.getNumber()));
        return page == null ? "" : shown(fact.apply(run, page));
    }

    private static String shown(String text) {
        return text == null ? "" : text;
    }

    private boolean isMeant(String other) {
        return model == null || model.isEmpty() || model.equals(other);
    }

    private GateSummary last(List<GateSummary> summaries) {
        return summaries.stream()
                .filter(summary -> isMeant(summary.getModel()))
                .reduce((earlier, later) -> later)
                .orElse(null);
    }

    private static Map<String, BiFunction<Run<?, ?>, GateReportPage, String>> facts() {
        Map<String, BiFunction<Run<?, ?>, GateReportPage, String>> facts = new LinkedHashMap<>();
        facts.put(
                "summary",
                (run, page) ->
                        page.getSummary().getStatus() + ": " + page.getSummary().getReason());
        facts.put("status", (run, page) -> page.getSummary().getStatus().name());
        facts.put("reason", (run, page) -> page.getSummary().getReason());
        facts.put("model", (run, page) -> page.getSummary().getModel());
        facts.put("version", (run, page) -> candidate(page, CandidateInfo::getVersion));
        facts.put("run", (run, page) -> candidate(page, CandidateInfo::getRunId));
        facts.put("promoted", (run, page) -> String.valueOf(page.getSummary().isPromoted()));
        facts.put("previous", (run, page) -> previous(page));
        facts.put(
                "url",
                (run, page) -> GateReportAction.urlOf(run, page.getSummary().getNumber()));
        return facts;
    }

    private static Map<String, Function<TriggeringVersion, String>> factsOfTrigger() {
        Map<String, Function<TriggeringVersion, String>> facts = new LinkedHashMap<>();
        facts.put(
                "trigger",
                version -> "version " + version.getVersion() + " of " + version.getModel() + ": " + version.getEvent());
        facts.put("triggerModel", TriggeringVersion::getModel);
        facts.put("triggerVersion", TriggeringVersion::getVersion);
        facts.put("triggerRun", TriggeringVersion::getRunId);
        facts.put("triggerEvent", TriggeringVersion::getEvent);
        return facts;
    }

    private static String candidate(GateReportPage page, Function<CandidateInfo, String> part) {
        GateReport report = page.getReport();
        return report == null || report.getCandidate() == null ? null : part.apply(report.getCandidate());
    }

    private static String previous(GateReportPage page) {
        GateReport report = page.getReport();
        PromotionInfo promotion = report == null ? null : report.getPromotion();
        return promotion == null ? null : promotion.getPreviousVersion();
    }
}
