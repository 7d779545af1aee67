package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.policy.DisplayText;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

/** Reports what is wrong with policy files, what each rule blocks, and which rules do nothing. It sends no request. */
final class LintCommand implements Command {
    @Override
    public String description() {
        return "Checks policy files. Exit status 0 if all are right, 2 if not.";
    }

    @Override
    public Options options() {
        return new Options().addOption(Arguments.flag("strict", "Exit with 2 if there is a warning, too."));
    }

    @Override
    public String operands() {
        return "FILE...";
    }

    @Override
    public int run(Main main, Arguments given, Console console) throws ParseException {
        if (given.operands().isEmpty()) {
            throw new ParseException("Missing: FILE, a policy file");
        }
        int status = Main.PASSED;
        for (String name : given.operands()) {
            Path file = Path.of(name);
            try {
                PolicyDocument document = PolicyFiles.read(main.directory, file, null);
                console.out()
                        .println(file + ": ok, "
                                + CommandMessages.count(document.models().size(), "model") + ": "
                                + DisplayText.line(String.join(", ", document.models())));
                if (warns(document, console.out()) && given.has("strict")) {
                    status = Main.WRONG_ARGUMENTS;
                }
            } catch (PolicyException e) {
                console.err().println(e.getMessage());
                status = Main.WRONG_ARGUMENTS;
            }
        }
        return status;
    }

    private static boolean warns(PolicyDocument document, PrintWriter out) throws PolicyException {
        boolean warned = false;
        for (String model : document.models()) {
            PolicyFindings findings = PolicyFindings.of(PolicyReader.resolve(document, model, PolicyOverrides.NONE));
            String name = "  " + DisplayText.line(model);
            findings.proofs().forEach(proof -> out.println(name + ": " + proof));
            findings.warnings().forEach(warning -> out.println(name + ": warning: " + warning));
            warned |= !findings.warnings().isEmpty();
        }
        return warned;
    }
}
