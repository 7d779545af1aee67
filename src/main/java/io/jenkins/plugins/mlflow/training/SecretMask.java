package io.jenkins.plugins.mlflow.training;

import hudson.console.ConsoleLogFilter;
import hudson.model.Run;
import hudson.util.Secret;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.Collection;
import java.util.regex.Pattern;
import org.jenkinsci.plugins.credentialsbinding.masking.SecretPatterns;

/** Masks secrets in the log of a block, in all the spellings that {@code withCredentials} masks. */
final class SecretMask extends ConsoleLogFilter implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Secret pattern;
    private final String charset;

    SecretMask(Collection<Secret> secrets, String charset) {
        pattern = Secret.fromString(SecretPatterns.getAggregateSecretPattern(
                        secrets.stream().map(Secret::getPlainText).toList())
                .pattern());
        this.charset = charset;
    }

    @Override
    public OutputStream decorateLogger(Run build, OutputStream logger) {
        return new SecretPatterns.MaskingOutputStream(logger, () -> Pattern.compile(pattern.getPlainText()), charset);
    }
}
