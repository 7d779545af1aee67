package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.export.JunitXml;
import io.jenkins.plugins.mlflow.export.Markdown;
import io.jenkins.plugins.mlflow.policy.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where the report goes: a table for people, and files for machines. */
final class Outputs {
    private static final String STANDARD_OUTPUT = "-";

    @Option(names = "--json", paramLabel = "FILE|-", description = "Write the report as JSON; - is standard output.")
    private String json;

    @Option(names = "--junit", paramLabel = "FILE", description = "Write the report as JUnit XML.")
    private Path junit;

    @Option(names = "--markdown", paramLabel = "FILE", description = "Write the report as Markdown.")
    private Path markdown;

    void write(GateReport report, PrintWriter out, PrintWriter err, Path directory) throws IOException {
        boolean jsonToOutput = STANDARD_OUTPUT.equals(json);
        PrintWriter people = jsonToOutput ? err : out;
        people.print(TextTable.of(report));
        people.flush();
        if (json != null) {
            String document = Json.writePretty(report.toMap());
            if (jsonToOutput) {
                out.println(document);
            } else {
                Files.writeString(directory.resolve(json), document + "\n");
            }
        }
        if (junit != null) {
            Files.writeString(directory.resolve(junit), JunitXml.of(report));
        }
        if (markdown != null) {
            Files.writeString(directory.resolve(markdown), Markdown.of(report));
        }
    }
}
