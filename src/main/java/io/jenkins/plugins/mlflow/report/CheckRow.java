package io.jenkins.plugins.mlflow.report;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.Numbers;

/**
 * A check as a row of the page. Numbers are rounded to be read, but never so that one seems to contradict the verdict; the
 * exact ones are in the cells' titles and in the JSON.
 */
public final class CheckRow {
    private static final String NONE = "–";

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
        return Numbers.text(check.getLimit());
    }

    public String getValue() {
        return orNone(Numbers.brief(check.getValue(), check.getLimit()));
    }

    public String getBaseline() {
        return orNone(Numbers.brief(check.getBaseline(), check.getValue()));
    }

    public String getChange() {
        return signed(check.getChange());
    }

    public String getMargin() {
        return signed(check.getMargin());
    }

    private static String signed(Double number) {
        String text = orNone(Numbers.brief(number, 0.0));
        return number != null && number > 0 ? "+" + text : text.replace('-', '−');
    }

    private static String orNone(String text) {
        return text.isEmpty() ? NONE : text;
    }
}
