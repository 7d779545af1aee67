package io.jenkins.plugins.mlflow.training;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Functions;
import hudson.console.ConsoleLogFilter;
import hudson.model.Run;
import hudson.util.Secret;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jenkinsci.plugins.credentialsbinding.masking.SecretPatterns;
import org.jenkinsci.plugins.workflow.steps.FailureHandler;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * Masks secrets in the log of a block, and in the exceptions that leave it, in all the spellings that {@code withCredentials} masks.
 */
final class SecretMask extends ConsoleLogFilter implements FailureHandler, Serializable {
    private static final long serialVersionUID = 1L;
    private static final String MASK = "****";

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

    @NonNull
    @Override
    public Throwable handle(@NonNull StepContext context, @NonNull Throwable failure) {
        return masked(
                failure, Pattern.compile(pattern.getPlainText()), Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    /** The exception itself unless its text, or that of a cause, holds a secret. */
    private static Throwable masked(Throwable failure, Pattern secrets, Set<Throwable> seen) {
        if (!seen.add(failure)) {
            return new Exception("an exception that causes itself");
        }
        if (secrets.pattern().isEmpty()
                || !secrets.matcher(Functions.printThrowable(failure)).find()) {
            return failure;
        }
        Exception masked = new Exception(
                secrets.matcher(Objects.toString(failure.getMessage(), "")).replaceAll(MASK));
        masked.setStackTrace(failure.getStackTrace());
        if (failure.getCause() != null) {
            masked.initCause(masked(failure.getCause(), secrets, seen));
        }
        for (Throwable suppressed : failure.getSuppressed()) {
            masked.addSuppressed(masked(suppressed, secrets, seen));
        }
        return masked;
    }
}
