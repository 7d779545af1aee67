package io.jenkins.plugins.mlflow.policy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects what is wrong with a policy, so that the user sees all of it at once; each problem once. */
final class PolicyProblems {
    /** More would help nobody, and a hostile file could make any number. */
    private static final int MOST = 50;

    /** A problem with the place it was found at; of equal messages at one place one is kept. */
    record Found(PolicyNode.Place place, String message) {
        PolicyException.Problem problem() {
            String path = place.path();
            return new PolicyException.Problem(
                    place.where(),
                    place.line(),
                    place.column(),
                    path.isEmpty() ? message : "`" + path + "`: " + message);
        }
    }

    private final Set<Found> found = new LinkedHashSet<>();
    private boolean more;

    void add(PolicyNode.Place place, String message) {
        add(new Found(place, message));
    }

    void addAll(Collection<Found> others) {
        others.forEach(this::add);
    }

    private void add(Found problem) {
        if (found.size() < MOST) {
            found.add(problem);
        } else {
            more = true;
        }
    }

    Set<Found> found() {
        return found;
    }

    /** Ends the reading with this problem and those that were found before. */
    PolicyException fatal(PolicyNode.Place place, String message) {
        add(place, message);
        return exception();
    }

    void throwIfAny() throws PolicyException {
        if (!found.isEmpty()) {
            throw exception();
        }
    }

    private PolicyException exception() {
        List<PolicyException.Problem> problems = new ArrayList<>(
                new LinkedHashSet<>(found.stream().map(Found::problem).toList()));
        problems.sort(Comparator.comparingInt(PolicyException.Problem::line)
                .thenComparingInt(PolicyException.Problem::column));
        if (more) {
            problems.add(new PolicyException.Problem(
                    problems.get(0).where(),
                    0,
                    0,
                    "there are more problems than these " + MOST + "; correct them first"));
        }
        return new PolicyException(problems);
    }
}
