package io.jenkins.plugins.mlflow.export;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The report as Markdown, for a comment on a change or a job summary. */
public final class Markdown {
    private static final Pattern MARKUP = Pattern.compile("[\\\\`*_{}\\[\\]()#+!|~-]");
    private static final Pattern REFERENCE =
            Pattern.compile("(?i):(?=//)|www(?=\\.)|(?:mailto|xmpp)(?=:)|[@#!~$%^&](?=[\\p{L}\\p{N}_])");
    /** Stands for the break while the rest is escaped; no text holds it. */
    private static final String BREAK = "\0";

    private Markdown() {}

    public static String of(GateReport report) {
        StringBuilder text = new StringBuilder();
        text.append("### ")
                .append(report.getStatus())
                .append(": ")
                .append(escaped(report.getModel()))
                .append("\n\n")
                .append(escaped(report.getReason()))
                .append("\n\n");
        for (List<String> fact : ReportTable.facts(report)) {
            text.append("- ")
                    .append(fact.get(0))
                    .append(": ")
                    .append(escaped(fact.get(1)))
                    .append('\n');
        }
        if (!report.getChecks().isEmpty()) {
            text.append('\n')
                    .append(row(ReportTable.HEADINGS))
                    .append('|')
                    .append(" --- |".repeat(ReportTable.HEADINGS.size()))
                    .append('\n');
            for (Check check : report.getChecks()) {
                text.append(row(ReportTable.of(check)));
            }
        }
        return text.toString();
    }

    private static String row(List<String> cells) {
        return cells.stream().map(Markdown::escaped).collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    /**
     * Every character that Markdown or HTML could take as markup is shown as itself, and a break without width keeps GitHub and
     * GitLab from making links of addresses and from mentioning users and issues, which a backslash does not.
     */
    private static String escaped(String text) {
        String broken = REFERENCE.matcher(DisplayText.line(text)).replaceAll("$0" + BREAK);
        return MARKUP.matcher(broken)
                .replaceAll("\\\\$0")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace(BREAK, "&#8203;");
    }
}
