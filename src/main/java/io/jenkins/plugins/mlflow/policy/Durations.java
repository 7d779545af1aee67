package io.jenkins.plugins.mlflow.policy;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as users write them: a whole number and a unit of ms, s, m, h or d, without a blank, at most 365 days.
 * A number without a unit is refused, because it could mean seconds or milliseconds.
 */
public final class Durations {
    /** The longest duration that a policy can give. */
    public static final Duration LONGEST = Duration.ofDays(365);

    private static final Pattern FORM = Pattern.compile("([0-9]{1,15})(ms|s|m|h|d)");
    private static final Pattern NUMBER = Pattern.compile("[-+]?[0-9][0-9_.:]*");
    private static final String RIGHT = "a whole number and a unit of ms, s, m, h or d, for example 90s or 5m";

    private Durations() {}

    /**
     * Reads a duration, zero included.
     *
     * @throws IllegalArgumentException with a message that says what is wrong with the text and what would be right
     */
    public static Duration parse(String text) {
        String shown = "`" + DisplayText.abbreviated(text) + "`";
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            if (NUMBER.matcher(text).matches()) {
                throw new IllegalArgumentException(shown + " has no unit; write " + RIGHT);
            }
            throw new IllegalArgumentException(shown + " is not a duration; write " + RIGHT);
        }
        long amount = Long.parseLong(matcher.group(1));
        long unit = milliseconds(matcher.group(2));
        if (amount > LONGEST.toMillis() / unit) {
            throw new IllegalArgumentException(shown + " is too long; the longest duration is 365d");
        }
        return Duration.ofMillis(amount * unit);
    }

    /** The shortest text that {@link #parse} reads as this duration, in the largest unit that is exact. */
    public static String format(Duration duration) {
        long millis = duration.toMillis();
        for (String unit : new String[] {"d", "h", "m", "s"}) {
            if (millis != 0 && millis % milliseconds(unit) == 0) {
                return millis / milliseconds(unit) + unit;
            }
        }
        return millis == 0 ? "0s" : millis + "ms";
    }

    private static long milliseconds(String unit) {
        return switch (unit) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            default -> 86_400_000;
        };
    }
}
