package io.jenkins.plugins.mlflow.step;

import hudson.model.Computer;
import hudson.model.Job;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jenkins.scm.api.SCMFile;
import jenkins.scm.api.SCMFileSystem;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.SCMRevision;
import jenkins.scm.api.SCMRevisionAction;
import jenkins.scm.api.SCMSource;

/**
 * Reads a policy file for a change request of a fork: from the revision that its source trusts, as {@code readTrusted} does, and
 * never from the workspace, where a stranger's file may be. To be loaded only where scm-api is.
 */
final class TrustedPolicy {
    private final SCMSource source;
    private final SCMHead head;
    private final SCMRevision trusted;

    private TrustedPolicy(SCMSource source, SCMHead head, SCMRevision trusted) {
        this.source = source;
        this.head = head;
        this.trusted = trusted;
    }

    /**
     * The file, or that there is none.
     *
     * @param path from the root of the repository
     * @throws StepException if it is not known
     */
    static PolicyFile read(Run<?, ?> run, TaskListener listener, String path, Duration deadline)
            throws StepException, InterruptedException {
        Future<PolicyFile> read = Computer.threadPoolForRemoting.submit(() -> {
            try (ACLContext ignored = ACL.as2(ACL.SYSTEM2)) {
                return of(run, listener).file(path, listener);
            }
        });
        try {
            return read.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            read.cancel(true);
            throw new StepException(
                    ErrorCategory.TIMEOUT,
                    "Policy file '" + path
                            + "' of the trusted revision could not be read: the source of the change request did"
                            + " not respond within " + deadline.toSeconds() + " s. Check the host of the repository.");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StepException problem) {
                throw problem;
            }
            throw new StepException(
                    ErrorCategory.UNREACHABLE,
                    "Policy file '" + path + "' of the trusted revision could not be read: "
                            + e.getCause().getMessage() + ". Check the host of the repository.");
        }
    }

    private static TrustedPolicy of(Run<?, ?> run, TaskListener listener)
            throws StepException, IOException, InterruptedException {
        Job<?, ?> job = run.getParent();
        SCMSource source = SCMSource.SourceByItem.findSource(job);
        SCMHead head = SCMHead.HeadByItem.findHead(job);
        if (source == null || head == null) {
            throw new StepException(
                    "the source of the change request that job '" + job.getFullName()
                            + "' builds is no longer configured, so that nothing tells which policy to trust. Scan the multibranch project.");
        }
        SCMRevision tip = SCMRevisionAction.getRevision(source, run);
        if (tip == null) {
            tip = source.fetch(head, listener);
        }
        if (tip == null) {
            throw new StepException(
                    "the revision of the change request that job '" + job.getFullName()
                            + "' builds is unknown, so that nothing tells which policy to trust. Scan the multibranch project.");
        }
        return new TrustedPolicy(source, head, source.getTrustedRevision(tip, listener));
    }

    private PolicyFile file(String path, TaskListener listener) throws IOException, InterruptedException {
        try (SCMFileSystem files = files()) {
            if (files == null) {
                listener.getLogger()
                        .println(
                                "[mlflowEvalGate] The files of revision " + trusted
                                        + " cannot be read without a checkout, so that no policy file of this change request counts.");
            }
            return new PolicyFile(
                    path + " at " + trusted + " (trusted)",
                    "at revision " + trusted + ", which is the one to trust for this change request of a fork",
                    files == null ? WorkspacePolicy.Found.ABSENT : found(files, path));
        }
    }

    /** Null if there is no way to see this revision. A file system without a revision could show that of the fork. */
    private SCMFileSystem files() throws IOException, InterruptedException {
        SCMFileSystem files = fixed(SCMFileSystem.of(source, trusted.getHead(), trusted));
        return files != null ? files : fixed(SCMFileSystem.of(source, head, trusted));
    }

    private SCMFileSystem fixed(SCMFileSystem files) throws IOException {
        if (files == null || trusted.equals(files.getRevision())) {
            return files;
        }
        files.close();
        return null;
    }

    private static WorkspacePolicy.Found found(SCMFileSystem files, String path)
            throws IOException, InterruptedException {
        Path relative;
        try {
            relative = Path.of(path).normalize();
        } catch (InvalidPathException e) {
            return WorkspacePolicy.Found.problem("it is not a path");
        }
        if (relative.isAbsolute() || relative.startsWith("..")) {
            return WorkspacePolicy.Found.problem("it lies outside of the repository");
        }
        SCMFile file = files.child(relative.toString().replace('\\', '/'));
        return switch (file.getType()) {
            case NONEXISTENT -> WorkspacePolicy.Found.ABSENT;
            case REGULAR_FILE -> {
                try (InputStream in = file.content()) {
                    yield WorkspacePolicy.Found.bytes(in.readNBytes(PolicyDocument.MAX_BYTES + 1));
                }
            }
            default -> WorkspacePolicy.Found.problem("it is not a file");
        };
    }
}
