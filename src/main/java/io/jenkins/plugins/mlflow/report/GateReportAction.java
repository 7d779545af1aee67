package io.jenkins.plugins.mlflow.report;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Api;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import jenkins.management.Badge;
import jenkins.model.Jenkins;
import jenkins.model.RunAction2;
import jenkins.model.Tab;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * The reports of a build's gates, on the build's pages. There is one of these per build however many gates it has. The build
 * record keeps only a {@link GateSummary} of each; the documents are files next to it (see {@link ReportFiles}), so that a
 * build with thousands of checks loads as fast as any other.
 */
public final class GateReportAction extends Tab implements RunAction2 {
    /** Of the pages of a build and of a job, and of the folders that hold what they show. */
    public static final String URL_NAME = "mlflow-eval-gate";

    private static final List<StatusLook> SEVERITY = List.of(
            StatusLook.ERROR,
            StatusLook.FAILED,
            StatusLook.PENDING,
            StatusLook.UNSTABLE,
            StatusLook.PASSED,
            StatusLook.DISABLED);

    private static final Comparator<GateSummary> WORST_FIRST =
            Comparator.comparing(summary -> SEVERITY.indexOf(summary.getLook()));

    private static final int FIRST_SHOWN = 5;

    /** Replaced, never changed, so that pages can read it while a gate is being added. */
    private volatile ArrayList<GateSummary> summaries = new ArrayList<>();

    private transient Map<Integer, SoftReference<GateDocument>> cache;

    private GateReportAction() {
        super(null);
    }

    /**
     * Adds a report to a build and saves both. A gate that was resumed just after it had attached its report replaces it.
     *
     * @param gate the id of the gate in its build
     * @param links to the server of the gate
     * @return the number of the report in this build, from 1
     * @throws IOException if the report or the build could not be written
     */
    public static int attach(Run<?, ?> run, String gate, GateDocument document, MlflowLinks links) throws IOException {
        GateReport report = document.getReport();
        synchronized (run) {
            GateReportAction action = run.getAction(GateReportAction.class);
            int number = action == null ? 1 : action.numberOf(gate);
            ReportFiles.write(run, number, document);
            GateSummary summary = new GateSummary(number, gate, report, links);
            if (action == null) {
                action = new GateReportAction();
                action.put(summary);
                run.addAction(action);
            } else {
                action.put(summary);
            }
            run.save();
            return number;
        }
    }

    /**
     * Ends the reports that still wait for an approval, of a build that has ended: nobody can approve them.
     *
     * @return those that were ended, by their numbers
     * @throws IOException if one of them could not be written
     */
    public static Map<Integer, GateReport> endPending(Run<?, ?> run, String why) throws IOException {
        Map<Integer, GateReport> ended = new TreeMap<>();
        synchronized (run) {
            GateReportAction action = run.getAction(GateReportAction.class);
            for (GateSummary summary : action == null ? List.<GateSummary>of() : action.getSummaries()) {
                if (summary.getStatus() != GateStatus.PENDING) {
                    continue;
                }
                GateDocument pending = action.read(summary.getNumber());
                GateReport report = pending == null
                        ? new GateReport(GateStatus.ERROR, why, null, summary.getModel(), null)
                        : pending.getReport().abandoned(why);
                attach(
                        run,
                        summary.gate(),
                        new GateDocument(report, pending == null ? null : pending.getChanges()),
                        summary.links());
                ended.put(summary.getNumber(), report);
            }
        }
        return ended;
    }

    /** Whether one of the build's gates waits for an approval. */
    public boolean isPending() {
        return count(GateStatus.PENDING) > 0;
    }

    /** The address of a report: absolute if Jenkins knows its own, else relative to it. */
    public static String urlOf(Run<?, ?> run, int number) {
        Jenkins jenkins = Jenkins.getInstanceOrNull();
        String root = jenkins == null ? null : jenkins.getRootUrl();
        return (root == null ? "" : root) + run.getUrl() + URL_NAME + "/" + number + "/";
    }

    private int numberOf(String gate) {
        return getSummaries().stream()
                .filter(summary -> summary.isOf(gate))
                .findFirst()
                .map(GateSummary::getNumber)
                .orElse(getSummaries().size() + 1);
    }

    private void put(GateSummary summary) {
        ArrayList<GateSummary> more = new ArrayList<>(getSummaries());
        if (summary.getNumber() > more.size()) {
            more.add(summary);
        } else {
            more.set(summary.getNumber() - 1, summary);
            cache.remove(summary.getNumber());
        }
        summaries = more;
    }

    @Override
    public void onAttached(Run<?, ?> run) {
        object = run;
        cache = new ConcurrentHashMap<>();
    }

    @Override
    public void onLoad(Run<?, ?> run) {
        onAttached(run);
    }

    public Run<?, ?> getRun() {
        return (Run<?, ?>) object;
    }

    /** One per gate, in the order in which they ended. */
    public List<GateSummary> getSummaries() {
        return summaries == null ? List.of() : summaries;
    }

    /** The one that the build page's symbol speaks of; null if there is none. */
    @CheckForNull
    public GateSummary getWorst() {
        return getSummaries().stream().min(WORST_FIRST).orElse(null);
    }

    /** As many as a card has room for, those that did not pass first. */
    public List<GateSummary> getFirstSummaries() {
        return getSummaries().stream().sorted(WORST_FIRST).limit(FIRST_SHOWN).toList();
    }

    public int getFurtherSummaries() {
        return getSummaries().size() - getFirstSummaries().size();
    }

    /** The page of the only gate, or null if there is not exactly one. */
    @CheckForNull
    public GateReportPage getOnlyPage() {
        return getSummaries().size() == 1 ? page(1) : null;
    }

    /** The page {@code <n>/}. */
    @CheckForNull
    public GateReportPage getDynamic(String token) {
        return token.matches("[1-9][0-9]{0,5}") ? page(Integer.parseInt(token)) : null;
    }

    private GateReportPage page(int number) {
        return number <= getSummaries().size()
                ? new GateReportPage(this, getSummaries().get(number - 1))
                : null;
    }

    /** The documents of all gates; null in the place of one that cannot be read. */
    public List<Map<String, Object>> getReports() {
        List<Map<String, Object>> documents = new ArrayList<>();
        for (GateSummary summary : getSummaries()) {
            GateDocument document = read(summary.getNumber());
            documents.add(document == null ? null : document.toMap());
        }
        return documents;
    }

    /** The reports of the gates that promoted, in their order; one that cannot be read is left out. */
    public List<GateReport> promotions() {
        return getSummaries().stream()
                .filter(GateSummary::isPromoted)
                .map(summary -> read(summary.getNumber()))
                .filter(Objects::nonNull)
                .map(GateDocument::getReport)
                .toList();
    }

    /** Names of the metrics that the gates compared. */
    public Set<String> metrics() {
        Set<String> metrics = new LinkedHashSet<>();
        for (GateSummary summary : getSummaries()) {
            GateDocument document = read(summary.getNumber());
            if (document != null) {
                document.getReport().getChecks().forEach(check -> metrics.add(check.getMetric()));
            }
        }
        return metrics;
    }

    public Api getApi() {
        return new Api(new Documents(this));
    }

    /**
     * What {@code mlflow-eval-gate/api} of a build serves. It is no part of the build's own export: whoever asks Jenkins for its builds
     * with {@code depth} must not cause the reports of all of them to be read.
     */
    @ExportedBean
    public static final class Documents {
        private final GateReportAction action;

        private Documents(GateReportAction action) {
            this.action = action;
        }

        /** The documents of all gates; null in the place of one that cannot be read. */
        @Exported
        public List<Map<String, Object>> getReports() {
            return action.getReports();
        }
    }

    /** Null if the file is missing or cannot be read. */
    @CheckForNull
    GateDocument read(int number) {
        SoftReference<GateDocument> cached = cache.get(number);
        GateDocument document = cached == null ? null : cached.get();
        if (document == null) {
            document = ReportFiles.read(getRun(), number);
            if (document != null) {
                cache.put(number, new SoftReference<>(document));
            }
        }
        return document;
    }

    @Override
    public String getIconFileName() {
        return "symbol-speedometer-outline plugin-ionicons-api";
    }

    @NonNull
    @Override
    public String getDisplayName() {
        return Messages.GateReportAction_displayName();
    }

    @Override
    public String getUrlName() {
        return URL_NAME;
    }

    /** How many gates did not pass, or else how many wait for an approval. */
    @Override
    public Badge getBadge() {
        long stopped = count(GateStatus.FAILED) + count(GateStatus.ERROR);
        long unstable = count(GateStatus.UNSTABLE);
        if (stopped + unstable == 0) {
            long pending = count(GateStatus.PENDING);
            return pending == 0
                    ? null
                    : new Badge(Long.toString(pending), Messages.GateReportAction_pending(), Badge.Severity.INFO);
        }
        return new Badge(
                Long.toString(stopped + unstable),
                Messages.GateReportAction_notPassed(
                        stopped + unstable, getSummaries().size()),
                stopped > 0 ? Badge.Severity.DANGER : Badge.Severity.WARNING);
    }

    private long count(GateStatus status) {
        return getSummaries().stream()
                .filter(summary -> summary.getStatus() == status)
                .count();
    }
}
