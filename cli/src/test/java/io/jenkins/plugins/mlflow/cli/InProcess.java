package io.jenkins.plugins.mlflow.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/** The command line in this process, for tests of other packages: what a user would type, and what the user would read. */
public record InProcess(int status, String out, String err) {
    /** @param directory where the command runs */
    public static InProcess run(Path directory, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.run(
                new Main(Map.of(), directory, Clock.systemUTC()),
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                arguments);
        return new InProcess(status, out.toString(), err.toString());
    }
}
