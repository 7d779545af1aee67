package io.jenkins.plugins.mlflow.gate;

import java.io.Serializable;

/**
 * One stage's part of a {@link GateState}. Its fields are values that are replaced, never changed, so that a copy of the part
 * is independent of the original.
 */
abstract class StatePart<T extends StatePart<T>> implements Serializable, Cloneable {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("unchecked")
    final T copy() {
        try {
            return (T) super.clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }
}
