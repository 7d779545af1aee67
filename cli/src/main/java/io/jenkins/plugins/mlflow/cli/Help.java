package io.jenkins.plugins.mlflow.cli;

import java.io.IOException;
import java.io.PrintWriter;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.help.HelpFormatter;
import org.apache.commons.cli.help.TextHelpAppendable;

/** What {@code --help} prints. */
final class Help {
    private Help() {}

    static void print(String name, Command command, PrintWriter out) throws IOException {
        String operands = command.operands();
        Options options = command.options();
        HelpFormatter.builder()
                .setShowSince(false)
                .setComparator((one, other) -> 0)
                .setHelpAppendable(new TextHelpAppendable(out))
                .get()
                .printHelp(
                        "mlflow-eval-gate " + name + (options.getOptions().isEmpty() ? "" : " [OPTION]...")
                                + (operands.isEmpty() ? "" : " " + operands),
                        command.description(),
                        options,
                        "",
                        false);
    }
}
