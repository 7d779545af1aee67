package io.jenkins.plugins.mlflow.report;

import io.jenkins.plugins.mlflow.policy.DisplayText;

/** A text of unknown length: what is shown of it at first, and all of it. */
public final class TruncatedText {
    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_SENTENCE = 240;

    private final String all;
    private final int longest;

    private TruncatedText(String all, int longest) {
        this.all = all;
        this.longest = longest;
    }

    /** What names something; it may be null. */
    static TruncatedText name(String all) {
        return new TruncatedText(all, LONGEST_NAME);
    }

    /** What explains something; it may be null. */
    static TruncatedText sentence(String all) {
        return new TruncatedText(all, LONGEST_SENTENCE);
    }

    public String getAll() {
        return all;
    }

    public String getStart() {
        return isCut() ? DisplayText.plain(all, longest) : all;
    }

    public boolean isCut() {
        return all != null && all.length() > longest;
    }
}
