package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Prints the JSON Schema of policy files, for editors and other checkers. */
@Command(name = "schema", description = "Prints the JSON Schema of policy files.", mixinStandardHelpOptions = true)
final class SchemaCommand implements Callable<Integer> {
    private static final String RESOURCE = "eval_gate.schema.json";

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (InputStream in = PolicyDocument.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IOException("this jar was built without " + RESOURCE);
            }
            out.print(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            out.flush();
        }
        return Main.PASSED;
    }
}
