package io.jenkins.plugins.mlflow.report;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import hudson.model.ModelObject;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.evaluation.BaselineInfo;
import io.jenkins.plugins.mlflow.evaluation.CandidateInfo;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.PromotionInfo;
import io.jenkins.plugins.mlflow.policy.Json;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;
import org.kohsuke.stapler.WebMethod;
import org.kohsuke.stapler.verb.GET;

/**
 * One report, for as long as a request lasts. It hangs under its build, so whoever may not read the build cannot get here. If
 * its document is lost, what the build record keeps is still shown.
 */
public final class GateReportPage implements ModelObject {
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
        this.links = new MlflowLinks(summary.trackingUi());
    }

    /** The build, by the name that Jenkins' page frame asks for. */
    public Run<?, ?> getObject() {
        return action.getRun();
    }

    @Override
    public String getDisplayName() {
        return summary.getDisplayName();
    }

    /** Numbered only where there is another one to tell it from. */
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

    public List<CheckRow> getRows() {
        return report.getChecks().stream().map(CheckRow::new).toList();
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

    public String getWaited() {
        return Util.getTimeSpanString(report.getTiming().getWaitedMillis());
    }

    public String getTotal() {
        return Util.getTimeSpanString(report.getTiming().getTotalMillis());
    }

    /** The JSON document, and nothing else. */
    @WebMethod(name = "report.json")
    @GET
    public void doReportJson(StaplerRequest2 request, StaplerResponse2 response) throws IOException {
        new DocumentApi().doJson(request, response);
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
