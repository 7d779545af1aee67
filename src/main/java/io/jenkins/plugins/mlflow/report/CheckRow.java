package io.jenkins.plugins.mlflow.report;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.Numbers;
import io.jenkins.plugins.mlflow.policy.Decimals;
import java.math.BigDecimal;
import java.math.MathContext;

/**
 * A check as a row of the page. Values and limits are shown with all their digits, because a rounded one could seem to
 * contradict the verdict; what is computed from them is rounded, never to zero.
 */
public final class CheckRow {
    private static final String NONE = "–";
    private static final MathContext ROUNDED = new MathContext(6);

    private final Check check;

    CheckRow(Check check) {
        this.check = check;
    }

    public Check getCheck() {
        return check;
    }

    public String getVerdict() {
        return check.getVerdict().name();
    }

    public String getCriticality() {
        return check.getCriticality().key();
    }

    /** What the check did to the gate: nothing, or what its criticality says. */
    public String getSymbol() {
        if (check.isPassed()) {
            return "symbol-status-blue";
        }
        return switch (check.getCriticality()) {
            case FAILURE -> "symbol-status-red";
            case UNSTABLE -> "symbol-status-yellow";
            case NOTE -> "symbol-information-circle";
        };
    }

    public String getLimit() {
        return text(check.getLimit(), MathContext.UNLIMITED);
    }

    public String getValue() {
        return text(check.getValue(), MathContext.UNLIMITED);
    }

    public String getBaseline() {
        return text(check.getBaseline(), MathContext.UNLIMITED);
    }

    public String getChange() {
        return signed(check.getChange());
    }

    public String getMargin() {
        return signed(check.getMargin());
    }

    private static String signed(Double number) {
        String text = text(number, ROUNDED);
        return number != null && number > 0 ? "+" + text : text.replace('-', '−');
    }

    private static String text(Double number, MathContext digits) {
        if (number == null) {
            return NONE;
        }
        if (!Double.isFinite(number)) {
            return number.toString();
        }
        BigDecimal decimal = Decimals.shortest(number).round(digits);
        return Numbers.text(decimal);
    }
}
