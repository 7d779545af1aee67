package io.jenkins.plugins.mlflow.tracking;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The tags that runs of a search must have: as conditions of MLflow's filter, and checked in its response. */
record RunTagFilter(Map<String, String> tags) {
    private static final String PARENT = "mlflow.parentRunId";
    static final String NO_CHILDREN = "tags." + PARENT + " IS NULL";

    /** @throws TrackingException if MLflow's filter has no way to write one of them */
    List<String> conditions() throws TrackingException {
        List<String> conditions = new ArrayList<>();
        for (Map.Entry<String, String> tag : new TreeMap<>(tags).entrySet()) {
            if (tag.getKey().indexOf('`') >= 0) {
                throw TrackingException.permanent(
                        ErrorCategory.CONFIGURATION,
                        "The tag " + tag.getKey()
                                + " contains a backtick, which MLflow cannot search for. Rename the tag.");
            }
            conditions.add("tags.`" + tag.getKey() + "` = "
                    + VersionQueries.quoted(
                            tag.getValue(),
                            "The value of tag " + tag.getKey()
                                    + " contains both kinds of quotes, which MLflow cannot search for."
                                    + " Use another value."));
        }
        return conditions;
    }

    /** Refuses a response with a run that does not have them. */
    void check(JsonObject run) throws TrackingException {
        for (Map.Entry<String, String> tag : tags.entrySet()) {
            run.require(
                    tag.getValue().equals(tag(run, tag.getKey())),
                    "with the run '" + run.object("info").text("run_id") + "', which does not have tag '" + tag.getKey()
                            + "'");
        }
    }

    /** The value of a tag, or null if the run has none or an empty one. */
    static String tag(JsonObject run, String name) throws TrackingException {
        for (JsonObject tag : run.object("data").objects("tags")) {
            String value = tag.text("value");
            if (name.equals(tag.text("key")) && value != null) {
                return value;
            }
        }
        return null;
    }

    static String parent(JsonObject run) throws TrackingException {
        return tag(run, PARENT);
    }
}
