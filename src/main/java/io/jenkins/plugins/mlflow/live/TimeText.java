package io.jenkins.plugins.mlflow.live;

import hudson.Util;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Date;

/** A time as pages show it: how long ago, and exactly. */
public final class TimeText {
    private final Instant instant;

    private TimeText(Instant instant) {
        this.instant = instant;
    }

    /** Null for what is no time. */
    static TimeText of(String text) {
        try {
            return text == null ? null : new TimeText(Instant.parse(text));
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** For sorting. */
    public long getMillis() {
        return instant.toEpochMilli();
    }

    /** For Jenkins' tag that writes it in the reader's language. */
    public Date getDate() {
        return Date.from(instant);
    }

    public String getAgo() {
        return Util.getTimeSpanString(Math.max(0, System.currentTimeMillis() - getMillis()));
    }
}
