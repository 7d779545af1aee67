package io.jenkins.plugins.mlflow.tracking;

import java.time.Instant;

/** A response whose body is a JSON object, and what is needed to refuse it after all. */
final class ParsedResponse {
    private final ApiRequest request;
    private final HttpResult result;
    private final ErrorMapper errors;
    private final JsonObject body;

    private ParsedResponse(ApiRequest request, HttpResult result, ErrorMapper errors) throws TrackingException {
        this.request = request;
        this.result = result;
        this.errors = errors;
        this.body = JsonObject.parse(result.bytes(), this);
    }

    /** Parses a response that {@link ErrorMapper#check} let pass. Unknown fields are fine, anything else unexpected is not. */
    static ParsedResponse parse(ApiRequest request, HttpResult result, ErrorMapper errors) throws TrackingException {
        ParsedResponse response = new ParsedResponse(request, result, errors);
        errors.remember();
        return response;
    }

    JsonObject body() {
        return body;
    }

    /** What the next page is asked for with; empty on the last one. */
    String nextPageToken() throws TrackingException {
        return body.textOrEmpty("next_page_token");
    }

    Instant serverTime() {
        return result.date();
    }

    /** The response is not about what was asked; {@code what} ends the sentence "… returned 200 …". */
    TrackingException contradiction(String what) {
        return errors.notMlflow(request, result, what);
    }

    void require(boolean condition, String otherwise) throws TrackingException {
        if (!condition) {
            throw contradiction(otherwise);
        }
    }
}
