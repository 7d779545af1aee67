package io.jenkins.plugins.mlflow.report;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.CheckRanking;
import io.jenkins.plugins.mlflow.evaluation.Numbers;
import io.jenkins.plugins.mlflow.policy.Criticality;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/**
 * A check as a row of the page. Numbers are rounded to be read, but never so that one seems to contradict the verdict; the
 * exact ones are in the cells' titles and in the JSON.
 */
public final class CheckRow {
    private static final String NONE = "–";
    /** Half of the bar, in its own units. */
    private static final double REACH = 48;
    /** The distance that fills half of the reach: a twentieth of the limit. */
    private static final double HALF = 0.05;

    private static final MathContext PERCENT = new MathContext(3);

    private final Check check;

    CheckRow(Check check) {
        this.check = check;
    }

    public Check getCheck() {
        return check;
    }

    public TruncatedText getMetric() {
        return TruncatedText.name(check.getMetric());
    }

    public TruncatedText getReason() {
        return TruncatedText.sentence(check.getReason());
    }

    public String getVerdict() {
        return check.getVerdict().name();
    }

    /** Only where it is not the usual one, which stops the gate; else null. */
    public String getCriticality() {
        return check.getCriticality() == Criticality.FAILURE
                ? null
                : check.getCriticality().key();
    }

    /** What the check did to the gate: the last word of the classes and symbols that show it. */
    public String getLook() {
        if (check.isPassed()) {
            return "passed";
        }
        return switch (check.getCriticality()) {
            case FAILURE -> "failed";
            case UNSTABLE -> "unstable";
            case NOTE -> "note";
        };
    }

    public String getLimit() {
        return Numbers.text(check.getLimit());
    }

    public String getValue() {
        return orNone(Numbers.brief(check.getValue(), check.getLimit()));
    }

    public String getBaseline() {
        return check.getBaseline() != null && check.getBaseline().equals(check.getValue())
                ? getValue()
                : orNone(Numbers.brief(check.getBaseline(), check.getValue()));
    }

    public String getChange() {
        return signed(check.getChange());
    }

    public String getMargin() {
        return signed(check.getMargin());
    }

    /** Whether there is a margin to draw. */
    public boolean isMeasured() {
        return check.getMargin() != null;
    }

    /** The margin as a part of what the limit is measured by, such as "−2.35 %"; null where there is no such part. */
    public String getDistance() {
        Double distance = CheckRanking.distance(check);
        return distance == null || distance.isInfinite()
                ? null
                : signed(new BigDecimal(distance * 100).round(PERCENT).doubleValue()) + " %";
    }

    /** What sorting by the margin goes by; empty where nothing was measured. */
    public String getDistanceKey() {
        Double distance = CheckRanking.distance(check);
        return distance == null ? "" : distance.toString();
    }

    /** Where the bar begins, on a line from 0 to 100 with the limit at 50: what was missed reaches to the left. */
    public String getBarStart() {
        return units(check.isPassed() ? 50 : 50 - barLength());
    }

    public String getBarLength() {
        return units(barLength());
    }

    /** Grows with the distance and never passes the end; a miss or reserve of any size can be seen. */
    private double barLength() {
        Double distance = CheckRanking.distance(check);
        if (distance == null) {
            return 0;
        }
        double size = Math.abs(distance);
        return Double.isInfinite(size) ? REACH : Math.max(1, REACH * size / (size + HALF));
    }

    private static String units(double number) {
        return String.format(Locale.ROOT, "%.1f", number);
    }

    private static String signed(Double number) {
        if (number == null) {
            return NONE;
        }
        String text = Double.isFinite(number)
                ? Numbers.brief(BigDecimal.valueOf(number), BigDecimal.ZERO)
                : number.toString();
        return number > 0 ? "+" + text : text.replace('-', '−');
    }

    private static String orNone(String text) {
        return text.isEmpty() ? NONE : text;
    }
}
