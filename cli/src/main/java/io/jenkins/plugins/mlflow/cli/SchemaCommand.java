package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.commons.cli.Options;

/** Prints the JSON Schema of policy files, for editors and other checkers. */
final class SchemaCommand implements Command {
    private static final String RESOURCE = "eval_gate.schema.json";

    @Override
    public String description() {
        return "Prints the JSON Schema of policy files.";
    }

    @Override
    public Options options() {
        return new Options();
    }

    @Override
    public int run(Main main, Arguments given, Console console) throws IOException {
        try (InputStream in = PolicyDocument.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IOException("this jar was built without " + RESOURCE);
            }
            console.out().print(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        return Main.PASSED;
    }
}
