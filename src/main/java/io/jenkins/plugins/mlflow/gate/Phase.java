package io.jenkins.plugins.mlflow.gate;

/** The phase of a gate. From {@link #FIND_VERSION} on, only one gate per model and server may be in a promotion. */
enum Phase {
    FIND_CANDIDATE,
    WAIT,
    /** Finds out whether a person must approve the promotion. */
    CHECK_APPROVAL,
    /** Waits for that user; no request is sent. */
    AWAIT_APPROVAL,
    FIND_VERSION,
    CREATE_VERSION,
    AWAIT_READY,
    READ_AGAIN,
    READ_HOLDER,
    SET_ALIAS,
    SET_STAGE,
    READ_BACK,
    TAG_PROMOTED,
    /** Tags a candidate that did not pass; not part of a promotion. */
    TAG_REFUSED,
    DONE;

    boolean isWriting() {
        return this == CREATE_VERSION || this == SET_ALIAS || this == SET_STAGE;
    }

    boolean isPromoting() {
        return compareTo(FIND_VERSION) >= 0 && compareTo(TAG_PROMOTED) <= 0;
    }

    boolean isApproving() {
        return this == CHECK_APPROVAL || this == AWAIT_APPROVAL;
    }

    boolean isTagging() {
        return this == TAG_PROMOTED || this == TAG_REFUSED;
    }
}
