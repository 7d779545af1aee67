package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.policy.Digests;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.ParseException;

/** Entry of the runnable jar. Exit status: 0 passed, 1 failed or unstable, 2 wrong arguments or policy, 3 another error. */
final class Main {
    static final int PASSED = 0;
    static final int NOT_PASSED = 1;
    static final int WRONG_ARGUMENTS = 2;
    static final int OTHER_ERROR = 3;

    private static final String PROGRAM = "mlflow-eval-gate";
    private static final List<String> COMMANDS = List.of("check", "env", "lint", "backtest", "suggest", "schema");

    final Map<String, String> environment;
    final Path directory;
    final Clock clock;

    Main(Map<String, String> environment, Path directory, Clock clock) {
        this.environment = environment;
        this.directory = directory;
        this.clock = clock;
    }

    public static void main(String[] args) {
        // Java takes a tenth of a short process to find its first message digest: it does so beside the reading of the
        // options.
        inBackground("digests", () -> Digests.sha256(""));
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int status = run(new Main(System.getenv(), Path.of(""), Clock.systemUTC()), out, err, args);
        Connection.endThreads();
        System.exit(status);
    }

    /** Most of the time of a short process goes into the loading of classes, which two threads can do side by side. */
    static void inBackground(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    static int run(Main main, PrintWriter out, PrintWriter err, String... args) {
        int status = status(main, new Console(out, err), args);
        out.flush();
        err.flush();
        return status;
    }

    private static int status(Main main, Console console, String... args) {
        String name = args.length == 0 ? "" : args[0];
        Command command = command(name);
        if (command == null) {
            return withoutCommand(name, console);
        }
        String[] words = Arrays.copyOfRange(args, 1, args.length);
        try {
            for (String word : words) {
                if (EncodingLoss.isIn(word)) {
                    throw new ParseException("the argument `" + word + "` " + EncodingLoss.ADVICE);
                }
            }
            if (wantsHelp(words)) {
                Help.print(name, command, console.out());
                return PASSED;
            }
            Arguments given =
                    Arguments.read(command.options(), !command.operands().isEmpty(), words);
            return command.run(main, given, console);
        } catch (ParseException e) {
            console.err().println(PROGRAM + " " + name + ": " + e.getMessage());
            console.err().println("`" + PROGRAM + " " + name + " --help` tells what there is.");
            return WRONG_ARGUMENTS;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            console.err().println(PROGRAM + ": " + e);
            return OTHER_ERROR;
        }
    }

    /** Null for a word that is none. */
    private static Command command(String name) {
        return switch (name) {
            case "check" -> new CheckCommand();
            case "env" -> new EnvCommand();
            case "lint" -> new LintCommand();
            case "backtest" -> new BacktestCommand();
            case "suggest" -> new SuggestCommand();
            case "schema" -> new SchemaCommand();
            default -> null;
        };
    }

    private static boolean wantsHelp(String... words) {
        return Arrays.stream(words).anyMatch(word -> word.equals("--help") || word.equals("-h"));
    }

    private static int withoutCommand(String name, Console console) {
        switch (name) {
            case "--help", "-h" -> {
                console.out()
                        .println(
                                "Evaluates a run's MLflow metrics by a policy, and promotes the model only after a full pass.\n");
                for (String each : COMMANDS) {
                    console.out().printf("  %-10s%s%n", each, command(each).description());
                }
                console.out().println("\n`" + PROGRAM + " COMMAND --help` tells more.");
                return PASSED;
            }
            case "--version", "-V" -> {
                String version = Main.class.getPackage().getImplementationVersion();
                console.out().println(PROGRAM + " " + (version == null ? "(not built as a jar)" : version));
                return PASSED;
            }
            default -> {
                console.err()
                        .println((name.isEmpty() ? "" : "There is no command `" + name + "`. ")
                                + "Give a command: " + String.join(", ", COMMANDS.subList(0, COMMANDS.size() - 1))
                                + " or "
                                + COMMANDS.get(COMMANDS.size() - 1) + ".");
                return WRONG_ARGUMENTS;
            }
        }
    }
}
