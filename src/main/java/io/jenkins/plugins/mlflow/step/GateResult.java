package io.jenkins.plugins.mlflow.step;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jenkinsci.plugins.scriptsecurity.sandbox.whitelists.Whitelisted;

/** What the step returns: the report's JSON document, with getters that a sandboxed pipeline may call. */
public final class GateResult implements Serializable {
    private static final long serialVersionUID = 1L;

    private final LinkedHashMap<String, Object> document;
    private final String reportUrl;

    GateResult(Map<String, Object> document, String reportUrl) {
        this.document = new LinkedHashMap<>(document);
        this.reportUrl = reportUrl;
    }

    /** PASSED, UNSTABLE, FAILED, ERROR or DISABLED. */
    @Whitelisted
    public String getStatus() {
        return (String) document.get("status");
    }

    @Whitelisted
    public boolean isPassed() {
        return "PASSED".equals(getStatus());
    }

    /** One sentence. */
    @Whitelisted
    public String getReason() {
        return (String) document.get("reason");
    }

    @Whitelisted
    public String getRunId() {
        return (String) part("candidate", "run_id");
    }

    @Whitelisted
    public String getVersion() {
        return (String) part("candidate", "version");
    }

    /** The version that held the alias or stage before the promotion, or null. */
    @Whitelisted
    public String getPreviousVersion() {
        return (String) part("promotion", "previous_version");
    }

    @Whitelisted
    public boolean isPromoted() {
        return Boolean.TRUE.equals(part("promotion", "promoted"));
    }

    /** One map per check, with the keys of the report. */
    @Whitelisted
    public List<?> getChecks() {
        return (List<?>) document.get("checks");
    }

    /** The address of the report's page. */
    @Whitelisted
    public String getReportUrl() {
        return reportUrl;
    }

    /** The report's JSON document as maps and lists. */
    @Whitelisted
    public Map<String, Object> toMap() {
        return new LinkedHashMap<>(document);
    }

    private Object part(String name, String key) {
        return document.get(name) instanceof Map<?, ?> map ? map.get(key) : null;
    }

    @Override
    public String toString() {
        return getStatus() + ": " + getReason();
    }
}
