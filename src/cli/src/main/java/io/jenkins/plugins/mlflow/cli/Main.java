package io.jenkins.plugins.mlflow.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry of the runnable jar. Exit status: 0 passed, 1 failed or unstable, 2 wrong arguments or policy, 3 another error. */
@Command(
        name = "mlflow-eval-gate",
        description = "Judges a run's MLflow metrics by a policy, and promotes the model only after a full pass.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {
            CheckCommand.class,
            LintCommand.class,
            BacktestCommand.class,
            SuggestCommand.class,
            SchemaCommand.class
        },
        synopsisSubcommandLabel = "COMMAND")
final class Main implements Runnable {
    static final int PASSED = 0;
    static final int NOT_PASSED = 1;
    static final int WRONG_ARGUMENTS = 2;
    static final int OTHER_ERROR = 3;

    final Map<String, String> environment;
    final Path directory;
    final Clock clock;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    Main(Map<String, String> environment, Path directory, Clock clock) {
        this.environment = environment;
        this.directory = directory;
        this.clock = clock;
    }

    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(new Main(System.getenv(), Path.of(""), Clock.systemUTC()), out, err, args));
    }

    static int run(Main main, PrintWriter out, PrintWriter err, String... args) {
        int status = new CommandLine(main)
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    err.println("mlflow-eval-gate: " + e);
                    return OTHER_ERROR;
                })
                .execute(args);
        out.flush();
        err.flush();
        return status;
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Give a command: check, lint, backtest, suggest or schema.");
    }

    /** Tells the version that the build wrote into the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"mlflow-eval-gate " + (version == null ? "(not built as a jar)" : version)};
        }
    }
}
