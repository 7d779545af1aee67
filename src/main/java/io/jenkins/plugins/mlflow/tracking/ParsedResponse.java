package io.jenkins.plugins.mlflow.tracking;

import java.time.Instant;

/** An answer that was read into one of MLflow's messages, and what is needed to refuse it after all. */
record ParsedResponse<B>(ApiRequest request, HttpResult answer, B message, ErrorMapper refusals) {

    Instant serverTime() {
        return answer.date();
    }

    /** The answer is not about what was asked; {@code what} ends the sentence "… answered 200 …". */
    TrackingException contradiction(String what) {
        return refusals.notMlflow(request, answer, what);
    }

    void require(boolean condition, String otherwise) throws TrackingException {
        if (!condition) {
            throw contradiction(otherwise);
        }
    }
}
