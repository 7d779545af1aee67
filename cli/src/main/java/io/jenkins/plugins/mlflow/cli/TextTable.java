package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.export.ReportTable;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import java.util.ArrayList;
import java.util.List;

/** The report as a terminal shows it. */
final class TextTable {
    private TextTable() {}

    static String of(GateReport report) {
        StringBuilder text = new StringBuilder();
        text.append(report.getStatus())
                .append("  ")
                .append(DisplayText.line(report.getModel()))
                .append(": ")
                .append(DisplayText.line(report.getReason()))
                .append('\n');
        for (List<String> fact : ReportTable.facts(report)) {
            text.append("  ")
                    .append(fact.get(0))
                    .append(": ")
                    .append(DisplayText.line(fact.get(1)))
                    .append('\n');
        }
        if (!report.getChecks().isEmpty()) {
            text.append('\n');
            append(text, report.getChecks());
        }
        return text.toString();
    }

    private static void append(StringBuilder text, List<Check> checks) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(ReportTable.HEADINGS);
        checks.forEach(check -> rows.add(ReportTable.of(check)));
        text.append(aligned(rows));
    }

    /** Cells under each other; all rows have as many as the first. */
    static String aligned(List<List<String>> rows) {
        StringBuilder text = new StringBuilder();
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns - 1; i++) {
                widths[i] = Math.max(widths[i], DisplayText.line(row.get(i)).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder out = new StringBuilder("  ");
            for (int i = 0; i < columns; i++) {
                String cell = DisplayText.line(row.get(i));
                out.append(cell);
                if (i < columns - 1) {
                    out.append(" ".repeat(widths[i] - cell.length() + 2));
                }
            }
            text.append(out.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
