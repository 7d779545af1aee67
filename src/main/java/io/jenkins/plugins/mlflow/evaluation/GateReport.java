package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a gate found: its status, the one sentence that explains it, and every check. {@link #toMap()} is the
 * JSON document that users read; absent parts are null.
 */
public final class GateReport {
    public static final int SCHEMA_VERSION = 1;

    private final GateStatus status;
    private final String reason;
    private final String runMode;
    private final String model;
    private final String server;
    private CandidateInfo candidate;
    private BaselineInfo baseline;
    private String policyOrigin;
    private String policySha256;
    private String policyText;
    private List<Check> checks = List.of();
    private PromotionInfo promotion;
    private String errorCategory;
    private String errorMessage;
    private Timing timing;

    public GateReport(GateStatus status, String reason, String runMode, String model, String server) {
        this.status = status;
        this.reason = reason;
        this.runMode = runMode;
        this.model = model;
        this.server = server;
    }

    /** The report of a gate that could not even start. */
    public static GateReport notStarted(String category, String message, String runMode, String model, String server) {
        return new GateReport(GateStatus.ERROR, category + ": " + message, runMode, model, server)
                .error(category, message);
    }

    public GateReport evaluated(CandidateInfo candidate, BaselineInfo baseline, List<Check> checks) {
        this.candidate = candidate;
        this.baseline = baseline;
        this.checks = List.copyOf(checks);
        return this;
    }

    /** {@code text} is the resolved policy in the words of the policy file, without the model's name; it may be null. */
    public GateReport under(String origin, String sha256, String text) {
        this.policyOrigin = origin;
        this.policySha256 = sha256;
        this.policyText = text;
        return this;
    }

    public GateReport promotion(PromotionInfo promotion) {
        this.promotion = promotion;
        return this;
    }

    public GateReport error(String category, String message) {
        this.errorCategory = category;
        this.errorMessage = message;
        return this;
    }

    public GateReport timing(Timing timing) {
        this.timing = timing;
        return this;
    }

    /** What became of a gate that was pending, if its driver went away: an error, and nothing promoted. */
    public GateReport abandoned(String why) {
        PromotionInfo pending = promotion;
        return new GateReport(GateStatus.ERROR, why, runMode, model, server)
                .evaluated(candidate, baseline, checks)
                .under(policyOrigin, policySha256, policyText)
                .promotion(pending == null ? null : pending.notApproved())
                .timing(timing);
    }

    public GateStatus getStatus() {
        return status;
    }

    /** Why the gate has its status, in one sentence. */
    public String getReason() {
        return reason;
    }

    public String getRunMode() {
        return runMode;
    }

    public String getModel() {
        return model;
    }

    /** The configured name of the server; on the command line its address. */
    public String getServer() {
        return server;
    }

    public CandidateInfo getCandidate() {
        return candidate;
    }

    public BaselineInfo getBaseline() {
        return baseline;
    }

    public String getPolicyOrigin() {
        return policyOrigin;
    }

    public String getPolicySha256() {
        return policySha256;
    }

    /** The resolved policy in the words of the policy file, as it stands under the model's name; null if it is not known. */
    public String getPolicyText() {
        return policyText;
    }

    /** Not passed first, then by criticality, then in policy order. */
    public List<Check> getChecks() {
        return checks;
    }

    public PromotionInfo getPromotion() {
        return promotion;
    }

    public boolean isPromoted() {
        return promotion != null && promotion.isPromoted();
    }

    public String getErrorCategory() {
        return errorCategory;
    }

    public String getErrorMessage() {
        return errorMessage;
    }

    public Timing getTiming() {
        return timing;
    }

    /** The JSON document as a tree of maps, lists, strings, numbers and booleans. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("schema_version", SCHEMA_VERSION);
        map.put("status", status.name());
        map.put("reason", reason);
        map.put("run_mode", runMode);
        map.put("model", model);
        map.put("server", server);
        map.put("candidate", candidate == null ? null : candidate.toMap());
        map.put("baseline", baseline == null ? null : baseline.toMap());
        map.put("policy", policyOrigin == null ? null : policy());
        List<Object> rows = new ArrayList<>();
        checks.forEach(check -> rows.add(check.toMap()));
        map.put("checks", rows);
        map.put("promotion", promotion == null ? null : promotion.toMap());
        map.put("error", errorCategory == null ? null : pair("category", errorCategory, "message", errorMessage));
        map.put("timing", timing == null ? null : timing.toMap());
        return map;
    }

    /** The report that {@link #toMap()} wrote. Throws IllegalArgumentException if it is of another schema version. */
    public static GateReport fromMap(Map<?, ?> map) {
        if (Json.integer(map, "schema_version") != SCHEMA_VERSION) {
            throw new IllegalArgumentException("This report has schema version " + map.get("schema_version")
                    + "; this product reads version " + SCHEMA_VERSION + ".");
        }
        GateReport report = new GateReport(
                GateStatus.valueOf(Json.text(map, "status")),
                Json.text(map, "reason"),
                Json.text(map, "run_mode"),
                Json.text(map, "model"),
                Json.text(map, "server"));
        List<Check> checks = new ArrayList<>();
        if (map.get("checks") instanceof List<?> rows) {
            rows.forEach(row -> checks.add(Check.fromMap((Map<?, ?>) row)));
        }
        report.evaluated(
                CandidateInfo.fromMap(Json.object(map, "candidate")),
                BaselineInfo.fromMap(Json.object(map, "baseline")),
                checks);
        Map<?, ?> policy = Json.object(map, "policy");
        if (policy != null) {
            report.under(Json.text(policy, "origin"), Json.text(policy, "sha256"), Json.text(policy, "text"));
        }
        Map<?, ?> error = Json.object(map, "error");
        if (error != null) {
            report.error(Json.text(error, "category"), Json.text(error, "message"));
        }
        return report.promotion(PromotionInfo.fromMap(Json.object(map, "promotion")))
                .timing(Timing.fromMap(Json.object(map, "timing")));
    }

    private Map<String, Object> policy() {
        Map<String, Object> map = pair("origin", policyOrigin, "sha256", policySha256);
        map.put("text", policyText);
        return map;
    }

    private static Map<String, Object> pair(String key, String value, String key2, String value2) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(key, value);
        map.put(key2, value2);
        return map;
    }
}
