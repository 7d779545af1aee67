package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Reads policy files from the local disk. */
final class PolicyFiles {
    private PolicyFiles() {}

    /** {@code resolvedLater} is the model that options may complete, or null. */
    static PolicyDocument read(Path directory, Path file, String resolvedLater) throws PolicyException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(directory.resolve(file))) {
            bytes = in.readNBytes(PolicyDocument.MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw unreadable(file, "there is no such file");
        } catch (IOException e) {
            throw unreadable(file, "it cannot be read (" + e.getMessage() + ")");
        }
        return PolicyDocument.read(file.toString(), bytes, resolvedLater);
    }

    private static PolicyException unreadable(Path file, String why) {
        return new PolicyException(List.of(new PolicyException.Problem(file.toString(), 0, 0, why)));
    }
}
