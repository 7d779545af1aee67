package io.jenkins.plugins.mlflow.step;

import hudson.FilePath;
import hudson.remoting.VirtualChannel;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jenkins.MasterToSlaveFileCallable;

/** Reads a policy file from the workspace, wherever that is, and nothing that lies outside of it. */
final class WorkspacePolicy {
    private WorkspacePolicy() {}

    /** What was found at the path: either bytes or a problem, or neither if there is no such file. */
    static final class Found implements Serializable {
        private static final long serialVersionUID = 1L;
        static final Found ABSENT = new Found(null, null);
        final byte[] bytes;
        final String problem;

        private Found(byte[] bytes, String problem) {
            this.bytes = bytes;
            this.problem = problem;
        }

        /** One byte more than allowed is enough, so that the reader of the policy can refuse it. */
        static Found bytes(byte[] bytes) {
            return new Found(bytes, null);
        }

        static Found problem(String problem) {
            return new Found(null, problem);
        }

        boolean isAbsent() {
            return bytes == null && problem == null;
        }
    }

    static Found read(FilePath workspace, String path, Duration deadline) throws StepProblem, InterruptedException {
        try {
            var answer = workspace.actAsync(new Reader(path));
            try {
                return answer.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                answer.cancel(true);
                throw new StepProblem(
                        ErrorCategory.TIMEOUT,
                        "Policy file '" + path + "' could not be read: the agent did not answer within "
                                + deadline.toSeconds() + " s. Check the agent.");
            }
        } catch (IOException | ExecutionException e) {
            Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
            throw new StepProblem(
                    ErrorCategory.UNREACHABLE,
                    "Policy file '" + path + "' could not be read from the agent: " + cause.getMessage()
                            + ". Check the agent.");
        }
    }

    private static final class Reader extends MasterToSlaveFileCallable<Found> {
        private static final long serialVersionUID = 1L;
        private final String path;

        Reader(String path) {
            this.path = path;
        }

        @Override
        public Found invoke(File workspace, VirtualChannel channel) throws IOException {
            Path root = workspace.toPath();
            Path file;
            try {
                file = root.resolve(path);
            } catch (InvalidPathException e) {
                return Found.problem("it is not a path");
            }
            if (!file.normalize().startsWith(root.normalize())) {
                return Found.problem("it lies outside of the workspace");
            }
            if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
                return Found.ABSENT;
            }
            try {
                Path real = file.toRealPath();
                if (!real.startsWith(root.toRealPath())) {
                    return Found.problem("it leads outside of the workspace");
                }
                if (!Files.isRegularFile(real)) {
                    return Found.problem("it is not a file");
                }
                try (InputStream in = Files.newInputStream(real)) {
                    return Found.bytes(in.readNBytes(PolicyDocument.MAX_BYTES + 1));
                }
            } catch (FileSystemException e) {
                return Found.problem("it cannot be read (" + e.getClass().getSimpleName() + ")");
            }
        }
    }
}
