package io.jenkins.plugins.mlflow.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/** One command in this process: what a user would type, and the exit status and the output that the user would get. */
public record InProcess(int status, String out, String err) {
    /** @param directory where the command runs */
    public static InProcess run(Path directory, String... arguments) {
        return run(directory, Map.of(), arguments);
    }

    static InProcess run(Path directory, Map<String, String> environment, String... arguments) {
        return run(directory, environment, Clock.systemUTC(), arguments);
    }

    static InProcess run(Path directory, Map<String, String> environment, Clock clock, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.run(
                new Main(environment, directory, clock),
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                arguments);
        return new InProcess(status, out.toString(), err.toString());
    }
}
