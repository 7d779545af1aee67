package io.jenkins.plugins.mlflow.live;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.report.StatusLook;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** One gate of one build, as short as a trend needs it. */
@ExportedBean(defaultVisibility = 2)
public final class TrendPoint {
    /** Of a gate with more metrics, those of the whole data set are kept before those of slices. */
    static final int MOST_METRICS = 60;

    private static final int LONGEST_NAME = 250;

    private static final Comparator<TrendMetric> ORDER = Comparator.comparing(
                    (TrendMetric metric) -> metric.getSlice() != null)
            .thenComparing(TrendMetric::getLabel);

    private final int build;
    private final int gate;
    private String at;
    private String status;
    private String server;
    private String registry;
    private String model;
    private boolean aliasRead;
    /** Of a point that several requests share. */
    private volatile boolean deleted;

    private String version;
    private String promoted;
    private String replaced;
    private List<TrendMetric> metrics = List.of();

    private TrendPoint(int build, int gate) {
        this.build = build;
        this.gate = gate;
    }

    /**
     * @param gate the number of the report in its build
     * @param registry of the server that the gate asked; null if it is not known
     */
    static TrendPoint of(int build, int gate, GateReport report, String registry) {
        TrendPoint point = new TrendPoint(build, gate);
        point.at = report.getTiming() == null ? null : report.getTiming().getStartedAt();
        point.status = report.getStatus().name();
        point.server = DisplayText.plain(report.getServer(), LONGEST_NAME);
        point.registry = registry == null ? null : LiveKey.digest(registry);
        point.model = DisplayText.plain(report.getModel(), LONGEST_NAME);
        point.aliasRead = GateRecorder.readAlias(report);
        point.version = report.getCandidate() == null
                ? null
                : DisplayText.plain(report.getCandidate().getVersion(), LONGEST_NAME);
        if (report.isPromoted()) {
            point.promoted = DisplayText.plain(report.getPromotion().getVersion(), LONGEST_NAME);
            point.replaced = DisplayText.plain(report.getPromotion().getPreviousVersion(), LONGEST_NAME);
        }
        Map<List<String>, List<Check>> checks = new LinkedHashMap<>();
        for (Check check : report.getChecks()) {
            checks.computeIfAbsent(
                            Arrays.asList(check.getMetric(), check.getSlice(), check.getDataset()),
                            key -> new ArrayList<>())
                    .add(check);
        }
        point.metrics = checks.values().stream()
                .map(TrendMetric::of)
                .sorted(ORDER)
                .limit(MOST_METRICS)
                .toList();
        return point;
    }

    @Exported
    public int getBuild() {
        return build;
    }

    @Exported
    public int getGate() {
        return gate;
    }

    /** When the gate started, as ISO 8601, or null. */
    @Exported
    public String getAt() {
        return at;
    }

    @Exported
    public String getStatus() {
        return status;
    }

    /** Whether the build no longer exists, so that there is nothing to link to. */
    @Exported
    public boolean isDeleted() {
        return deleted;
    }

    void setDeleted(boolean isDeleted) {
        deleted = isDeleted;
    }

    /** Null for what is no time. */
    public TimeText getTime() {
        return TimeText.of(at);
    }

    /** The name that the server had then. */
    @Exported
    public String getServer() {
        return server;
    }

    @Exported
    public String getModel() {
        return model;
    }

    /** The candidate's version, if it was known. */
    @Exported
    public String getVersion() {
        return version;
    }

    /** The version that the gate promoted, or null. */
    @Exported
    public String getPromoted() {
        return promoted;
    }

    /** The version that the promoted one took the place of, or null. */
    @Exported
    public String getReplaced() {
        return replaced;
    }

    @Exported
    public List<TrendMetric> getMetrics() {
        return metrics;
    }

    public StatusLook getLook() {
        return Arrays.stream(GateStatus.values())
                .filter(known -> known.name().equals(status))
                .findFirst()
                .map(StatusLook::of)
                .orElse(StatusLook.ERROR);
    }

    /** Whether the gate found out which version an alias or a stage of the model is at. */
    boolean isAliasRead() {
        return aliasRead;
    }

    boolean isOf(Key key) {
        return key().equals(key);
    }

    /** False of a gate that ended with an error before it knew its server. */
    boolean isServerKnown() {
        return server != null || registry != null;
    }

    Key key() {
        return new Key(registry == null ? "server " + server : registry, model);
    }

    /**
     * A model in a registry.
     *
     * @param registry its {@link LiveKey#digest}, which stays the same when the server's name or address changes; or, where it is
     *     unknown, the server's name
     */
    record Key(String registry, String model) {}

    /** The metric of this label, or null. */
    @CheckForNull
    public TrendMetric metric(String label) {
        return metrics.stream()
                .filter(metric -> metric.getLabel().equals(label))
                .findFirst()
                .orElse(null);
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("build", build);
        map.put("gate", gate);
        map.put("at", at);
        map.put("status", status);
        map.put("server", server);
        map.put("registry", registry);
        map.put("model", model);
        map.put("alias_read", aliasRead);
        map.put("version", version);
        map.put("promoted", promoted);
        map.put("replaced", replaced);
        map.put("metrics", metrics.stream().map(TrendMetric::toMap).toList());
        return map;
    }

    /** The same for the pages: without what only the index needs. */
    Map<String, Object> toAnswer() {
        Map<String, Object> map = toMap();
        map.remove("registry");
        map.remove("alias_read");
        map.put("deleted", deleted);
        return map;
    }

    /** Null if it is none. */
    @CheckForNull
    static TrendPoint fromMap(Map<?, ?> map) {
        TrendPoint point = new TrendPoint((int) Json.integer(map, "build"), (int) Json.integer(map, "gate"));
        point.at = Json.text(map, "at");
        point.status = Json.text(map, "status");
        point.server = Json.text(map, "server");
        point.registry = Json.text(map, "registry");
        point.model = Json.text(map, "model");
        point.aliasRead = Boolean.TRUE.equals(map.get("alias_read"));
        point.version = Json.text(map, "version");
        point.promoted = Json.text(map, "promoted");
        point.replaced = Json.text(map, "replaced");
        if (map.get("metrics") instanceof List<?> list) {
            point.metrics = list.stream()
                    .filter(Map.class::isInstance)
                    .map(one -> TrendMetric.fromMap((Map<?, ?>) one))
                    .filter(Objects::nonNull)
                    .limit(MOST_METRICS)
                    .toList();
        }
        return point.build < 1 || point.gate < 1 || point.status == null || point.model == null ? null : point;
    }
}
