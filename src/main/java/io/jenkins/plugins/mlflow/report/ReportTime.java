package io.jenkins.plugins.mlflow.report;

import hudson.Util;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Date;

/** One line of a report's timeline. */
public final class ReportTime {
    private final String label;
    private final String detail;
    private final String at;
    private final Instant instant;
    private final Instant start;

    /**
     * @param label what happened
     * @param detail more about it, of unknown length and origin, or null
     * @param at when, as the report has it
     * @param start when the gate started, as the report has it; may be null
     */
    ReportTime(String label, String detail, String at, String start) {
        this.label = label;
        this.detail = detail;
        this.at = at;
        this.instant = parsed(at);
        this.start = parsed(start);
    }

    private static Instant parsed(String text) {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    public String getLabel() {
        return label;
    }

    public TruncatedText getDetail() {
        return detail == null ? null : TruncatedText.sentence(detail);
    }

    /** As the report has it: ISO 8601 in UTC, if the report is sound. */
    public String getAt() {
        return at;
    }

    /** Null if the report has no moment that can be read. */
    public Date getDate() {
        return instant == null ? null : Date.from(instant);
    }

    /** How long after the start, such as "2.1 sec"; null at the start. */
    public String getAfter() {
        if (instant == null || start == null || !instant.isAfter(start)) {
            return null;
        }
        return Util.getTimeSpanString(Duration.between(start, instant).toMillis());
    }
}
