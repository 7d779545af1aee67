package io.jenkins.plugins.mlflow.gate;

import java.util.List;

/**
 * One gate on one shape and one server.
 *
 * @param allowed the outcomes that the contract leaves, one of which is due
 * @param outcome what came out, in the words of {@code model_shapes.py}
 * @param faults what is wrong whatever the outcome, such as a champion that cannot be loaded
 * @param told what the gate said, for whoever has to find out why
 */
record IdentityCell(
        String server,
        String shape,
        String way,
        List<String> allowed,
        String outcome,
        List<String> faults,
        String told) {
    boolean isRight() {
        return allowed.contains(outcome) && faults.isEmpty();
    }

    @Override
    public String toString() {
        return shape + ", " + way + " on " + server + ": " + outcome + " " + faults + ", due is " + allowed + "\n"
                + told;
    }
}
