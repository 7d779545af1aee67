package io.jenkins.plugins.mlflow.cli;

/**
 * Java reads arguments and variables in the character set of the locale. What does not fit, as every letter that is not
 * ASCII with {@code LC_ALL=C}, is replaced by U+FFFD, and cannot be recognised.
 */
final class EncodingLoss {
    /** What follows the name of an argument or variable. */
    static final String ADVICE = "has characters that Java cannot read in this locale (its character set is "
            + System.getProperty("sun.jnu.encoding") + "); set LC_ALL=C.UTF-8";

    private EncodingLoss() {}

    static boolean isIn(String text) {
        return text.indexOf('\uFFFD') >= 0;
    }
}
