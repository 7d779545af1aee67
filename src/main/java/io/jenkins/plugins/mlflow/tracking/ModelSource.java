package io.jenkins.plugins.mlflow.tracking;

import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a model version was made from, as its {@code source} says: a logged model of MLflow 3, an artifact path of a run, or
 * another model version.
 *
 * @param loggedModelId for {@link Kind#LOGGED_MODEL}, else null
 * @param runId for {@link Kind#RUN_ARTIFACT}, else null
 * @param path for {@link Kind#RUN_ARTIFACT} the artifact path below the run, without slashes at its ends; else null
 * @param model for {@link Kind#VERSION} the name of the registered model, else null
 * @param version for {@link Kind#VERSION}, else null
 */
public record ModelSource(Kind kind, String loggedModelId, String runId, String path, String model, String version)
        implements Serializable {

    private static final Pattern LOGGED_MODEL_ARTIFACTS = Pattern.compile(".*/models/(m-[0-9a-f]{32})/artifacts/?");
    private static final Pattern VERSION = Pattern.compile("models:/+([^/@]+)/([0-9]{1,18})/?");
    private static final Pattern RUN = Pattern.compile("runs:/+([^/]+)/(.+)");
    private static final Pattern RUN_ARTIFACTS = Pattern.compile(".*/([0-9a-f]{32})/artifacts/(.+)");

    public enum Kind {
        LOGGED_MODEL,
        RUN_ARTIFACT,
        /** A version that was copied from another one. */
        VERSION,
        /** Anything else, or nothing at all. */
        OTHER
    }

    public static ModelSource ofLoggedModel(String id) {
        return new ModelSource(Kind.LOGGED_MODEL, id, null, null, null, null);
    }

    public static ModelSource ofRun(String runId, String path) {
        return new ModelSource(Kind.RUN_ARTIFACT, null, runId, withoutSlashes(path), null, null);
    }

    /** Not by an expression, which would take the square of their number. */
    private static String withoutSlashes(String path) {
        int start = 0;
        int end = path.length();
        while (start < end && path.charAt(start) == '/') {
            start++;
        }
        while (end > start && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(start, end);
    }

    /**
     * Parses a source.
     *
     * @param source as the registry has it, or null
     */
    public static ModelSource parse(String source) {
        String text = source == null ? "" : source;
        String id = LoggedModel.idIn(text);
        Matcher artifacts = LOGGED_MODEL_ARTIFACTS.matcher(text);
        if (id != null || artifacts.matches()) {
            return ofLoggedModel(id != null ? id : artifacts.group(1));
        }
        Matcher version = VERSION.matcher(text);
        if (version.matches()) {
            return new ModelSource(Kind.VERSION, null, null, null, version.group(1), version.group(2));
        }
        Matcher run = RUN.matcher(text);
        if (!run.matches()) {
            run = RUN_ARTIFACTS.matcher(text);
        }
        return run.matches()
                ? ofRun(run.group(1), run.group(2))
                : new ModelSource(Kind.OTHER, null, null, null, null, null);
    }

    public boolean isLoggedModel() {
        return kind == Kind.LOGGED_MODEL;
    }

    public boolean isRunArtifact() {
        return kind == Kind.RUN_ARTIFACT;
    }
}
