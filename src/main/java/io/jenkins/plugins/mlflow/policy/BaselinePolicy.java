package io.jenkins.plugins.mlflow.policy;

import java.io.Serializable;
import java.util.Locale;

/**
 * The model version that the candidate is compared with.
 *
 * @param alias alias of the registered model
 * @param rubberStamp whether change and drop rules pass while no version holds the alias ({@code when_missing:
 *     rubber_stamp}); otherwise they do not
 * @param sameDataset what it means if the two runs were not evaluated on the same data
 */
public record BaselinePolicy(String alias, boolean rubberStamp, SameDataset sameDataset) implements Serializable {

    public BaselinePolicy(String alias, boolean rubberStamp) {
        this(alias, rubberStamp, SameDataset.WARN);
    }

    /** What is made of the digests of the datasets that two runs logged. */
    public enum SameDataset {
        /** Change and drop rules are inconclusive if they differ or are absent. */
        REQUIRED,
        /** The report says so if they differ. */
        WARN,
        IGNORE;

        /** The word for it in policy files. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
