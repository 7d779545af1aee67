package io.jenkins.plugins.mlflow.tracking;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A logged model of MLflow 3: what a run made, with metrics of its own, each on a dataset and logged by some run.
 *
 * @param name as the training called it, or null if unknown
 * @param experimentId the experiment that it is in, or null if unknown
 * @param sourceRunId the run that made it, or null
 * @param external whether MLflow has no files of it, only its metrics
 * @param metrics all that was logged, in no order
 */
public record LoggedModel(
        String id,
        String name,
        String experimentId,
        String sourceRunId,
        Status status,
        boolean external,
        List<Entry> metrics) {
    private static final Pattern ID = Pattern.compile("m-[A-Za-z0-9_-]{1,100}");
    private static final Pattern SOURCE = Pattern.compile("models:/+(" + ID + ")/?");

    public LoggedModel {
        metrics = List.copyOf(metrics);
    }

    /** Whether the text has the form of a logged model's id, such as {@code m-3f2a…}. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /** The id in a source of the form {@code models:/m-…}, or null. */
    static String idIn(String source) {
        Matcher matcher = source == null ? null : SOURCE.matcher(source);
        return matcher != null && matcher.matches() ? matcher.group(1) : null;
    }

    /** The source of a version that is made from this logged model, as MLflow's own client writes it. */
    public static String source(String id) {
        return "models:/" + id;
    }

    /** MLflow's states; what we do not know counts as pending. */
    public enum Status {
        READY,
        PENDING,
        FAILED
    }

    /**
     * One value of one metric.
     *
     * @param value MLflow keeps NaN as 0 here; only the history of the run shows which of the two it was
     * @param dataset name of the dataset, or null if none was given
     * @param digest of the dataset, or null
     * @param runId the run that logged it, or null if unknown
     */
    public record Entry(String metric, Run.Metric value, String dataset, String digest, String runId) {}
}
