package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.export.JunitXml;
import io.jenkins.plugins.mlflow.export.Markdown;
import io.jenkins.plugins.mlflow.policy.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.cli.Options;

/** Where the report goes: a table for people, and files for machines. */
final class Outputs {
    private static final String STANDARD_OUTPUT = "-";

    private final String json;
    private final Path junit;
    private final Path markdown;

    Outputs(Arguments given) {
        json = given.text("json");
        junit = given.path("junit");
        markdown = given.path("markdown");
    }

    static void addTo(Options options) {
        options.addOption(Arguments.option("json", "FILE|-", "Write the report as JSON; - is standard output."));
        options.addOption(Arguments.option("junit", "FILE", "Write the report as JUnit XML."));
        options.addOption(Arguments.option("markdown", "FILE", "Write the report as Markdown."));
    }

    void write(GateReport report, Console console, Path directory) throws IOException {
        boolean jsonToOutput = STANDARD_OUTPUT.equals(json);
        PrintWriter people = jsonToOutput ? console.err() : console.out();
        people.print(TextTable.of(report));
        people.flush();
        if (json != null) {
            String document = Json.writePretty(report.toMap());
            if (jsonToOutput) {
                console.out().println(document);
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
