package io.jenkins.plugins.mlflow.step;

import hudson.FilePath;
import hudson.remoting.VirtualChannel;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.step.scheduling.GateScheduler;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import jenkins.MasterToSlaveFileCallable;

/** Reads a policy file from the workspace, wherever that is, and nothing that lies outside of it. */
final class WorkspacePolicy {
    private static final Duration SHORTEST_POLL = Duration.ofMillis(2);
    private static final Duration LONGEST_POLL = Duration.ofMillis(250);

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

    /**
     * Begins to read. No thread waits for the agent.
     *
     * @param deadline how long the agent may take
     * @return done with what was found, or else with why it could not be read
     */
    static CompletableFuture<Found> read(FilePath workspace, String path, Duration deadline) {
        CompletableFuture<Found> found = new CompletableFuture<>();
        String agent = agent(workspace);
        Future<?> late = GateScheduler.after(
                deadline,
                () -> found.completeExceptionally(new StepException(
                        ErrorCategory.TIMEOUT,
                        "Policy file '" + path + "' could not be read: the agent did not respond within "
                                + deadline.toSeconds() + " s. Check the agent.")));
        found.whenComplete((any, problem) -> late.cancel(false));
        GateScheduler.runForAgent(agent, () -> {
            if (found.isDone()) {
                return;
            }
            try {
                poll(agent, workspace.actAsync(new Reader(path)), path, found, SHORTEST_POLL);
            } catch (IOException | InterruptedException | RuntimeException e) {
                found.completeExceptionally(unreachable(path, e));
            }
        });
        return found;
    }

    private static void poll(
            String agent, Future<Found> reply, String path, CompletableFuture<Found> found, Duration pause) {
        if (found.isDone()) {
            GateScheduler.runForAgent(agent, () -> reply.cancel(true));
        } else if (reply.isDone()) {
            try {
                found.complete(reply.get());
            } catch (ExecutionException e) {
                found.completeExceptionally(unreachable(path, e.getCause()));
            } catch (InterruptedException | RuntimeException e) {
                found.completeExceptionally(unreachable(path, e));
            }
        } else {
            Duration longer = pause.multipliedBy(2);
            Duration next = longer.compareTo(LONGEST_POLL) < 0 ? longer : LONGEST_POLL;
            GateScheduler.after(pause, () -> poll(agent, reply, path, found, next));
        }
    }

    private static String agent(FilePath workspace) {
        return workspace.isRemote() ? String.valueOf(System.identityHashCode(workspace.getChannel())) : "";
    }

    private static StepException unreachable(String path, Throwable cause) {
        return new StepException(
                ErrorCategory.UNREACHABLE,
                "Policy file '" + path + "' could not be read from the agent: " + cause.getMessage()
                        + ". Check the agent.");
    }

    /** What was found by a reading that is done. */
    static Found get(CompletableFuture<Found> reading) throws StepException {
        try {
            return reading.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof StepException problem) {
                throw problem;
            }
            throw e;
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
