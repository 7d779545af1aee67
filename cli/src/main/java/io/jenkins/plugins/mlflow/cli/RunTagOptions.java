package io.jenkins.plugins.mlflow.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.Option;

/** The option {@code --tag}: tags that a training's run gets, and by which the gate finds it. */
final class RunTagOptions {
    private static final String TAG = "tag";

    private RunTagOptions() {}

    static Option option(String description) {
        return Arguments.repeatable(TAG, "NAME=VALUE", description);
    }

    /**
     * The tags by their names; empty if there is none.
     *
     * @throws IllegalArgumentException with a message for people
     */
    static Map<String, String> of(Arguments given) {
        List<String> texts = given.texts(TAG);
        Map<String, String> tags = new LinkedHashMap<>();
        for (String text : texts == null ? List.<String>of() : texts) {
            int equals = text.indexOf('=');
            String name = equals < 0 ? "" : text.substring(0, equals).strip();
            String value = equals < 0 ? "" : text.substring(equals + 1).strip();
            if (name.isEmpty() || value.isEmpty()) {
                throw new IllegalArgumentException("option `--tag` is `" + text
                        + "`; write NAME=VALUE, for example ci.run=42. An empty value would not"
                        + " tell one build from another");
            }
            if (tags.put(name, value) != null) {
                throw new IllegalArgumentException(
                        "option `--tag` gives tag `" + name + "` more than once; give it once");
            }
        }
        return tags;
    }
}
