package io.jenkins.plugins.mlflow.step;

import java.util.List;

/** Where a gate is when its controller dies, as its server sees it: a request that it has just sent, and what becomes of it. */
enum Moment {
    LOOK_UP(0, "GET runs/get", "", Fate.LOST),
    /** Nothing is held: the run goes on until the controller has died. */
    WAIT(1, null, "", Fate.LOST),
    /** Nothing is held: somebody approves once the controller is back. */
    APPROVAL(2, null, "", Fate.LOST),
    FIND_VERSION(2, "GET model-versions/search", "", Fate.LOST),
    CREATE_LOST(3, "POST model-versions/create", "", Fate.LOST),
    CREATE_LATE(3, "POST model-versions/create", "", Fate.LATE),
    CREATE_DONE(3, "POST model-versions/create", "create", Fate.DONE),
    AWAIT_READY(4, "GET model-versions/get", "create", Fate.LOST),
    READ_AGAIN(5, "GET runs/get", "create", Fate.LOST),
    READ_HOLDER(6, "GET registered-models/alias", "create", Fate.LOST),
    ALIAS_LOST(7, "POST registered-models/alias", "create", Fate.LOST),
    ALIAS_LATE(7, "POST registered-models/alias", "create", Fate.LATE),
    ALIAS_DONE(7, "POST registered-models/alias", "champion", Fate.DONE),
    STAGE_LOST(8, "POST model-versions/transition-stage", "champion", Fate.LOST),
    STAGE_LATE(8, "POST model-versions/transition-stage", "champion", Fate.LATE),
    STAGE_DONE(8, "POST model-versions/transition-stage", "Production", Fate.DONE),
    READ_BACK(9, "GET registered-models/alias", "Production", Fate.LOST),
    TAG_LOST(10, "POST model-versions/set-tag", "", Fate.LOST),
    TAG_DONE(10, "POST model-versions/set-tag", "", Fate.DONE);

    private enum Fate {
        /** It never takes effect. */
        LOST,
        /** It takes effect once the controller is dead. */
        LATE,
        /** It has taken effect, and the answer does not come. */
        DONE
    }

    private final int step;
    private final String request;
    private final String lastWrite;
    private final Fate fate;

    Moment(int step, String request, String lastWrite, Fate fate) {
        this.step = step;
        this.request = request;
        this.lastWrite = lastWrite;
        this.fate = fate;
    }

    boolean isAt(String asked, boolean done, List<String> writes) {
        String last = writes.isEmpty() ? "" : writes.get(writes.size() - 1);
        return asked.equals(request) && done == (fate == Fate.DONE) && last.startsWith(lastWrite);
    }

    boolean takesEffectLate() {
        return fate == Fate.LATE;
    }

    boolean isHeld() {
        return request != null;
    }

    /** Whether its promotion has begun, so that another one must wait for it, and after a restart too. */
    boolean isWithinPromotion() {
        return step > FIND_VERSION.step;
    }

    boolean isBeforeStage() {
        return step < STAGE_LOST.step;
    }

    /** Whether a gate that died here and was resumed comes to the other one. */
    boolean canBeFollowedBy(Moment next) {
        return next.isHeld() && (next.step > step || next.step == step && isHeld() && fate == Fate.LOST);
    }
}
