package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Reads policy files and tells what is wrong with them, without a server. */
@Command(
        name = "lint",
        description = "Checks policy files. Exit status 0 if all are right, 2 if not.",
        mixinStandardHelpOptions = true)
final class LintCommand implements Callable<Integer> {
    @ParentCommand
    private Main main;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

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
                out.println(file + ": ok, " + document.models().size()
                        + (document.models().size() == 1 ? " model: " : " models: ")
                        + String.join(", ", document.models()));
            } catch (PolicyException e) {
                err.println(e.getMessage());
                status = Main.WRONG_ARGUMENTS;
            }
        }
        return status;
    }
}
