package io.jenkins.plugins.mlflow.publish;

import hudson.model.Run;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import java.io.IOException;

/** A gate's sentence in the description of its build, as the last line of what is there. */
public final class BuildDescription {
    private static final int LONGEST = 300;

    private BuildDescription() {}

    /**
     * Adds it, as the build itself: the threads of a gate are nobody's, and nobody may change a build.
     *
     * @throws IOException if the build could not be saved
     */
    public static void add(Run<?, ?> run, GateReport report) throws IOException {
        String line = line(report);
        try (ACLContext ignored = ACL.as2(ACL.SYSTEM2)) {
            add(run, line);
        }
    }

    private static void add(Run<?, ?> run, String line) throws IOException {
        synchronized (run) {
            String before = run.getDescription();
            if (before == null || before.isBlank()) {
                run.setDescription(line);
            } else if (before.lines().noneMatch(line::equals)) {
                run.setDescription(before + "\n" + line);
            }
        }
    }

    /**
     * Without what a permissive markup formatter might take for markup, or what a build record could not be read back with: names
     * and values come from MLflow.
     */
    private static String line(GateReport report) {
        return DisplayText.plain(report.getModel() + " " + report.getStatus() + ": " + report.getReason(), LONGEST)
                .replace('<', '‹')
                .replace('>', '›');
    }
}
