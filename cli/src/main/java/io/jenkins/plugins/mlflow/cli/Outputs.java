package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.export.JunitXml;
import io.jenkins.plugins.mlflow.export.Markdown;
import io.jenkins.plugins.mlflow.policy.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.commons.cli.Options;

/** Where the report goes: a table on the console, and files. */
final class Outputs {
    static final String STANDARD_OUTPUT = "-";

    private final boolean jsonToOutput;
    private final Map<OutputFile, Function<GateReport, String>> files = new LinkedHashMap<>();

    /** @param policy the file that the policy comes from, which no report replaces */
    Outputs(Arguments given, Path directory, Path policy) {
        jsonToOutput = STANDARD_OUTPUT.equals(given.text("json"));
        if (!jsonToOutput) {
            add(given, directory, "json", report -> Json.writePretty(report.toMap()) + "\n");
        }
        add(given, directory, "junit", JunitXml::of);
        add(given, directory, "markdown", Markdown::of);
        files.keySet().forEach(file -> file.spare(policy));
    }

    private void add(Arguments given, Path directory, String option, Function<GateReport, String> form) {
        if (given.has(option)) {
            files.put(new OutputFile(option, given.text(option), directory), form);
        }
    }

    static void addTo(Options options) {
        options.addOption(Arguments.option("json", "FILE|-", "Write the report as JSON; - is standard output."));
        options.addOption(Arguments.option("junit", "FILE", "Write the report as JUnit XML."));
        options.addOption(Arguments.option("markdown", "FILE", "Write the report as Markdown."));
    }

    /**
     * Opens all files.
     *
     * @throws IllegalArgumentException naming the first that cannot be written
     */
    void open() {
        OutputFile before = null;
        for (OutputFile file : files.keySet()) {
            if (before != null && file.isSame(before.path())) {
                file.refuse("`--" + before.option() + "` names the same file");
            }
            file.open();
            before = file;
        }
    }

    /**
     * Writes all that can be written, and reports what cannot.
     *
     * @return whether nothing was lost
     */
    boolean write(GateReport report, Console console) {
        PrintWriter table = jsonToOutput ? console.err() : console.out();
        table.print(TextTable.of(report));
        table.flush();
        if (jsonToOutput) {
            console.out().println(Json.writePretty(report.toMap()));
        }
        boolean complete = true;
        for (Map.Entry<OutputFile, Function<GateReport, String>> file : files.entrySet()) {
            complete &= file.getKey().write(() -> file.getValue().apply(report), console.err());
        }
        return complete;
    }
}
