package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Reads policy files and tells what is wrong with them, what each rule blocks, and which rules do nothing. No server. */
@Command(
        name = "lint",
        description = "Checks policy files. Exit status 0 if all are right, 2 if not.",
        mixinStandardHelpOptions = true)
final class LintCommand implements Callable<Integer> {
    @ParentCommand
    private Main main;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Option(names = "--strict", description = "Exit with 2 if there is a warning, too.")
    private boolean strict;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Policy files.")
    private List<Path> files;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        int status = Main.PASSED;
        for (Path file : files) {
            try {
                PolicyDocument document = PolicyFiles.read(main.directory, file, null);
                out.println(file + ": ok, " + Words.count(document.models().size(), "model") + ": "
                        + String.join(", ", document.models()));
                if (warns(document, out) && strict) {
                    status = Main.WRONG_ARGUMENTS;
                }
            } catch (PolicyException e) {
                err.println(e.getMessage());
                status = Main.WRONG_ARGUMENTS;
            }
        }
        return status;
    }

    private static boolean warns(PolicyDocument document, PrintWriter out) throws PolicyException {
        boolean warned = false;
        for (String model : document.models()) {
            PolicyFindings findings = PolicyFindings.of(PolicyReader.resolve(document, model, PolicyOverrides.NONE));
            findings.proofs().forEach(proof -> out.println("  " + model + ": " + proof));
            findings.warnings().forEach(warning -> out.println("  " + model + ": warning: " + warning));
            warned |= !findings.warnings().isEmpty();
        }
        return warned;
    }
}
