package io.jenkins.plugins.mlflow.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The policy that an administrator locked: what a pipeline requires may be stricter and may promote less, never the opposite.
 * Nothing here promotes or evaluates; that {@code runMode} and {@code onFailure} are free is because they never promote more.
 */
public final class PolicyLock {
    private final GatePolicy locked;

    public PolicyLock(GatePolicy locked) {
        this.locked = locked;
    }

    /**
     * The pipeline's policy for an exact candidate. Such a candidate replaces the whole selection, but the locked experiment,
     * which the run must then be in, and the locked age stay.
     */
    public GatePolicy forExactCandidate(GatePolicy wanted) {
        CandidateSelection mine = locked.candidate();
        CandidateSelection theirs = wanted.candidate();
        return new GatePolicy(
                new CandidateSelection(
                        theirs.experiment() == null ? mine.experiment() : theirs.experiment(),
                        theirs.filter(),
                        theirs.best(),
                        theirs.orderBy(),
                        theirs.maxAge() == null ? mine.maxAge() : theirs.maxAge(),
                        theirs.nested(),
                        theirs.alias(),
                        theirs.stage(),
                        mine.evaluationRun()),
                wanted.waiting(),
                wanted.baseline(),
                wanted.rules(),
                wanted.promotion());
    }

    /** In which points the pipeline's policy requires less than the locked one or leads elsewhere; none if it may be used. */
    public List<String> violations(GatePolicy wanted) {
        List<String> found = new ArrayList<>(PolicyComparison.loosened(locked, wanted));
        kept(
                found,
                "candidate experiment",
                locked.candidate().experiment(),
                wanted.candidate().experiment());
        kept(
                found,
                "candidate filter",
                locked.candidate().filter(),
                wanted.candidate().filter());
        kept(
                found,
                "candidate alias",
                locked.candidate().alias(),
                wanted.candidate().alias());
        kept(
                found,
                "candidate stage",
                locked.candidate().stage(),
                wanted.candidate().stage());
        if (wanted.promotion() != null) {
            promotion(found, wanted.promotion());
        }
        return found;
    }

    private static void kept(List<String> found, String what, String mine, String theirs) {
        if (mine != null && theirs == null) {
            found.add(what + " " + mine + " was removed");
        } else if (mine != null && !mine.equals(theirs)) {
            found.add(what + " was changed from " + mine + " to " + theirs);
        }
    }

    private void promotion(List<String> found, PromotionPolicy theirs) {
        PromotionPolicy mine = locked.promotion();
        if (mine == null) {
            found.add("promote was added, but the locked policy promotes nothing");
            return;
        }
        notRedirected(found, "promote alias", mine.alias(), theirs.alias());
        notRedirected(found, "promote stage", mine.stage(), theirs.stage());
        if (theirs.isArchivable()
                && theirs.stage().equals(mine.stage())
                && theirs.archiveExisting() != mine.archiveExisting()) {
            found.add("promote archive_existing was changed from " + mine.archiveExisting() + " to "
                    + theirs.archiveExisting());
        }
        if (!mine.artifactPathOrDefault().equals(theirs.artifactPathOrDefault())) {
            found.add("promote artifact_path was changed from " + mine.artifactPathOrDefault() + " to "
                    + theirs.artifactPathOrDefault());
        } else if (mine.artifactPath() != null && theirs.artifactPath() == null) {
            found.add("promote artifact_path " + mine.artifactPath() + " was removed");
        }
    }

    private static void notRedirected(List<String> found, String what, String mine, String theirs) {
        if (theirs == null || Objects.equals(mine, theirs)) {
            return;
        }
        found.add(
                mine == null
                        ? what + " " + theirs + " was added"
                        : what + " was changed from " + mine + " to " + theirs);
    }
}
