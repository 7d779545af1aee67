package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.DisplayText;
import java.io.Serializable;
import java.time.Instant;

/**
 * A person's approval of one promotion.
 *
 * @param by who approved, at most 250 characters, which must not be blank
 * @param reason why, at most 1000 characters, or null
 * @param at when
 */
public record Approval(String by, String reason, Instant at) implements Serializable {
    private static final int LONGEST_NAME = 250;
    private static final int LONGEST_REASON = 1000;

    /**
     * Shortens what is too long.
     *
     * @throws IllegalArgumentException if nobody is named
     */
    public Approval {
        if (by == null || by.isBlank()) {
            throw new IllegalArgumentException("an approval needs the name of who approves");
        }
        by = shortened(by, LONGEST_NAME);
        reason = reason == null || reason.isBlank() ? null : shortened(reason, LONGEST_REASON);
    }

    private static String shortened(String text, int longest) {
        String trimmed = text.trim();
        return trimmed.length() <= longest ? trimmed : DisplayText.cut(trimmed, longest - 1);
    }
}
