package io.jenkins.plugins.mlflow.report;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.ModelObject;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.evaluation.BaselineInfo;
import io.jenkins.plugins.mlflow.evaluation.CandidateInfo;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.PromotionInfo;
import io.jenkins.plugins.mlflow.export.JunitXml;
import io.jenkins.plugins.mlflow.export.Markdown;
import io.jenkins.plugins.mlflow.policy.CanonicalPolicy;
import io.jenkins.plugins.mlflow.policy.Json;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;
import org.kohsuke.stapler.WebMethod;
import org.kohsuke.stapler.verb.GET;

/**
 * One report, for as long as a request lasts. It hangs under its build, so whoever may not read the build cannot get here. If
 * its document is lost, what the build record keeps is still shown.
 */
public final class GateReportPage implements ModelObject {
    private static final String POLICY_FILE = "policy.yaml";

    private final GateReportAction action;
    private final GateSummary summary;
    private final GateDocument document;
    private final GateReport report;
    private final MlflowLinks links;

    GateReportPage(GateReportAction action, GateSummary summary) {
        this.action = action;
        this.summary = summary;
        this.document = action.read(summary.getNumber());
        this.report = document == null ? null : document.getReport();
        this.links = summary.links();
    }

    /** The build, by the name that Jenkins' page frame asks for. */
    public Run<?, ?> getObject() {
        return action.getRun();
    }

    @Override
    public String getDisplayName() {
        return summary.getDisplayName();
    }

    /** Numbered only if the build has more than one. */
    public String getTitle() {
        return isOneOfSeveral() ? summary.getDisplayName() : action.getDisplayName();
    }

    public GateSummary getSummary() {
        return summary;
    }

    @CheckForNull
    public GateReport getReport() {
        return report;
    }

    /** Null if no promotion of this model was known. */
    @CheckForNull
    public PolicyChanges getPolicyChanges() {
        return document == null ? null : document.getChanges();
    }

    public boolean isOneOfSeveral() {
        return action.getSummaries().size() > 1;
    }

    /** Where the page is, from the root of Jenkins. */
    public String getPath() {
        return getObject().getUrl() + GateReportAction.URL_NAME + "/" + summary.getNumber() + "/";
    }

    /** For the pages: a sentence that is folded if it is long. */
    public TruncatedText text(String text) {
        return TruncatedText.sentence(text);
    }

    /** For the pages: a name that is folded if it is long. */
    public TruncatedText name(String text) {
        return TruncatedText.name(text);
    }

    /** For the pages: a time of the report. */
    public ReportTime moment(String at) {
        return new ReportTime(null, null, at, null);
    }

    /** All gates of the build. */
    public List<GateSummary> getGates() {
        return action.getSummaries();
    }

    /** The checks that the current request asks for. */
    public CheckTable getTable() {
        StaplerRequest2 request = Stapler.getCurrentRequest2();
        return new CheckTable(report.getChecks(), request == null ? name -> null : request::getParameter);
    }

    /** What happened when, as far as the report knows. */
    public List<ReportTime> getTimeline() {
        return Timeline.of(report);
    }

    public boolean isComparedWithItself() {
        CandidateInfo candidate = report.getCandidate();
        BaselineInfo baseline = report.getBaseline();
        return candidate != null
                && baseline != null
                && candidate.getVersion() != null
                && candidate.getVersion().equals(baseline.getVersion());
    }

    public String getRunLink() {
        CandidateInfo candidate = report.getCandidate();
        return candidate == null ? null : links.run(candidate.getExperimentId(), candidate.getRunId());
    }

    public String getVersionLink() {
        CandidateInfo candidate = report.getCandidate();
        return candidate == null ? null : links.version(report.getModel(), candidate.getVersion());
    }

    public String getBaselineRunLink() {
        BaselineInfo baseline = report.getBaseline();
        return baseline == null ? null : links.run(null, baseline.getRunId());
    }

    /** For the page: the link to a run that is not the candidate's. */
    public String runLink(String runId) {
        return links.run(null, runId);
    }

    /** The name and id of the candidate's logged model; null if there is none. */
    public String getLoggedModel() {
        CandidateInfo candidate = report.getCandidate();
        return candidate == null ? null : GateIdentity.loggedModel(candidate);
    }

    public String getBaselineLink() {
        BaselineInfo baseline = report.getBaseline();
        return baseline == null ? null : links.version(report.getModel(), baseline.getVersion());
    }

    public String getPromotedLink() {
        PromotionInfo promotion = report.getPromotion();
        return promotion == null ? null : links.version(report.getModel(), promotion.getVersion());
    }

    public String getPreviousLink() {
        PromotionInfo promotion = report.getPromotion();
        return promotion == null ? null : links.version(report.getModel(), promotion.getPreviousVersion());
    }

    /** Whether the gate's policy is known, so that it can be downloaded. */
    public boolean isPolicyKnown() {
        return report.getPolicyText() != null;
    }

    /**
     * The command that evaluates the same run by the same policy again and changes nothing; null if the report does not know
     * what was evaluated by what.
     */
    @CheckForNull
    public String getCommand() {
        CandidateInfo candidate = report.getCandidate();
        if (candidate == null || !isPolicyKnown() || candidate.getRunId() == null) {
            return null;
        }
        ShellLine line = (links.workspace() == null
                        ? new ShellLine("java", "-jar", "mlflow-eval-gate.jar", "check")
                        : new ShellLine(
                                "env",
                                "MLFLOW_WORKSPACE=" + links.workspace(),
                                "java",
                                "-jar",
                                "mlflow-eval-gate.jar",
                                "check"))
                .option("model", report.getModel())
                .option("tracking-uri", links.base());
        if (candidate.isEvaluationRun()) {
            line.option("run-id", candidate.getRunId()).option("version", candidate.getVersion());
        } else if (candidate.getModelId() == null) {
            line.option("run-id", candidate.getRunId());
        } else if (candidate.getVersion() == null) {
            line.option("model-id", candidate.getModelId());
        } else {
            line.option("version", candidate.getVersion());
        }
        return line.option("policy", POLICY_FILE).flag("dry-run").toString();
    }

    /** The JSON document, and nothing else. */
    @WebMethod(name = "report.json")
    @GET
    public void doReportJson(StaplerRequest2 request, StaplerResponse2 response) throws IOException {
        new DocumentApi().doJson(request, response);
    }

    /** The report as JUnit XML. */
    @WebMethod(name = "junit.xml")
    @GET
    public void doJunitXml(StaplerResponse2 response) throws IOException {
        download(response, report == null ? null : JunitXml.of(report), "application/xml", "junit.xml");
    }

    /** The report as Markdown. */
    @WebMethod(name = "report.md")
    @GET
    public void doMarkdown(StaplerResponse2 response) throws IOException {
        download(response, report == null ? null : Markdown.of(report), "text/markdown", "report.md");
    }

    /** The resolved policy as a policy file. */
    @WebMethod(name = POLICY_FILE)
    @GET
    public void doPolicy(StaplerResponse2 response) throws IOException {
        if (report != null && !isPolicyKnown()) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND, Messages.GateReportPage_noPolicy());
            return;
        }
        String file = report == null ? null : CanonicalPolicy.file(report.getModel(), report.getPolicyText());
        download(response, file, "application/yaml", POLICY_FILE);
    }

    private void download(StaplerResponse2 response, String content, String type, String name) throws IOException {
        response.setHeader("X-Content-Type-Options", "nosniff");
        if (content == null) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND, Messages.GateReportPage_unreadable());
            return;
        }
        response.setContentType(type + ";charset=UTF-8");
        response.setHeader("Content-Disposition", "attachment; filename=\"" + name + "\"");
        response.getWriter().write(content);
    }

    /** The same document where Jenkins' clients look for it. */
    public DocumentApi getApi() {
        return new DocumentApi();
    }

    /** {@code api/json}; Jenkins' own would put a class name into the document. */
    public final class DocumentApi {
        @GET
        public void doJson(StaplerRequest2 request, StaplerResponse2 response) throws IOException {
            response.setHeader("X-Content-Type-Options", "nosniff");
            if (report == null) {
                response.sendError(HttpServletResponse.SC_NOT_FOUND, Messages.GateReportPage_unreadable());
                return;
            }
            response.setContentType("application/json;charset=UTF-8");
            boolean pretty = "true".equals(request.getParameter("pretty"));
            response.getWriter().write(pretty ? Json.writePretty(document.toMap()) : Json.write(document.toMap()));
        }
    }
}
