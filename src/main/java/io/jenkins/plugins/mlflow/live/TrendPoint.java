package io.jenkins.plugins.mlflow.live;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.report.StatusLook;
import io.jenkins.plugins.mlflow.report.Texts;
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
    private String model;
    private String version;
    private String promoted;
    private String replaced;
    private List<TrendMetric> metrics = List.of();

    private TrendPoint(int build, int gate) {
        this.build = build;
        this.gate = gate;
    }

    /** @param gate the number of the report in its build */
    static TrendPoint of(int build, int gate, GateReport report) {
        TrendPoint point = new TrendPoint(build, gate);
        point.at = report.getTiming() == null ? null : report.getTiming().getStartedAt();
        point.status = report.getStatus().name();
        point.server = Texts.plain(report.getServer(), LONGEST_NAME);
        point.model = Texts.plain(report.getModel(), LONGEST_NAME);
        point.version = report.getCandidate() == null
                ? null
                : Texts.plain(report.getCandidate().getVersion(), LONGEST_NAME);
        if (report.isPromoted()) {
            point.promoted = Texts.plain(report.getPromotion().getVersion(), LONGEST_NAME);
            point.replaced = Texts.plain(report.getPromotion().getPreviousVersion(), LONGEST_NAME);
        }
        Map<List<String>, List<Check>> checks = new LinkedHashMap<>();
        for (Check check : report.getChecks()) {
            checks.computeIfAbsent(
                            Arrays.asList(check.getMetric(), check.getSlice(), check.getDataset()), key -> new ArrayList<>())
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

    /** The configured name of the server. */
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

    boolean isOf(Key key) {
        return key().equals(key);
    }

    Key key() {
        return new Key(server, model);
    }

    /** A model on a server. */
    record Key(String server, String model) {}

    /** The metric of this label, or null. */
    @CheckForNull
    public TrendMetric metric(String label) {
        return metrics.stream().filter(metric -> metric.getLabel().equals(label)).findFirst().orElse(null);
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("build", build);
        map.put("gate", gate);
        map.put("at", at);
        map.put("status", status);
        map.put("server", server);
        map.put("model", model);
        map.put("version", version);
        map.put("promoted", promoted);
        map.put("replaced", replaced);
        map.put("metrics", metrics.stream().map(TrendMetric::toMap).toList());
        return map;
    }

    /** Null if it is none. */
    @CheckForNull
    static TrendPoint fromMap(Map<?, ?> map) {
        TrendPoint point = new TrendPoint(Fields.integer(map, "build"), Fields.integer(map, "gate"));
        point.at = Fields.text(map, "at");
        point.status = Fields.text(map, "status");
        point.server = Fields.text(map, "server");
        point.model = Fields.text(map, "model");
        point.version = Fields.text(map, "version");
        point.promoted = Fields.text(map, "promoted");
        point.replaced = Fields.text(map, "replaced");
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
