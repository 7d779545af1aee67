package io.jenkins.plugins.mlflow.policy;

import java.io.Serializable;
import java.util.Locale;

/**
 * The model version that the candidate is compared with.
 *
 * @param alias alias of the registered model, or null if the stage names the version
 * @param stage {@code Staging} or {@code Production}, or null if the alias names the version; exactly one of the two is given
 * @param rubberStamp whether change and drop rules pass while no version holds the alias or stage ({@code when_missing:
 *     rubber_stamp}); otherwise they do not
 * @param sameDataset what it means if the two runs were not evaluated on the same data
 */
public record BaselinePolicy(String alias, String stage, boolean rubberStamp, SameDataset sameDataset)
        implements Serializable {

    public BaselinePolicy(String alias, boolean rubberStamp) {
        this(alias, rubberStamp, SameDataset.WARN);
    }

    public BaselinePolicy(String alias, boolean rubberStamp, SameDataset sameDataset) {
        this(alias, null, rubberStamp, sameDataset);
    }

    /** For messages: {@code alias 'champion'} or {@code stage Production}. */
    public String target() {
        return stage == null ? "alias '" + alias + "'" : "stage " + stage;
    }

    /** What is made of the digests of the datasets that two runs logged. */
    public enum SameDataset {
        /** Change and drop rules are inconclusive if they differ or are absent. */
        REQUIRED,
        /** The report warns if they differ. */
        WARN,
        IGNORE;

        /** The word for it in policy files. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
