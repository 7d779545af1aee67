package io.jenkins.plugins.mlflow.policy;

import java.util.List;
import java.util.stream.Collectors;

/** A policy that cannot be used, with every problem that was found in it. */
public class PolicyException extends Exception {
    private static final long serialVersionUID = 1L;

    private final List<Problem> problems;

    /**
     * One problem and where it is.
     *
     * @param where the file as the user gave it, or the step's parameter
     * @param line from 1, or 0 if there is no line
     * @param column from 1, or 0 if there is no column
     * @param message what was found and what would be right
     */
    public record Problem(String where, int line, int column, String message) implements java.io.Serializable {
        @Override
        public String toString() {
            return (line > 0 ? where + ":" + line + ":" + column : where) + ": " + message;
        }
    }

    public PolicyException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }
}
