package io.jenkins.plugins.mlflow.tracking;

import java.net.URI;
import org.mlflow_project.google.protobuf.InvalidProtocolBufferException;
import org.mlflow_project.google.protobuf.Message;
import org.mlflow_project.google.protobuf.util.JsonFormat;

/**
 * One call of MLflow's REST API, and the words that a message uses for it: the address without its query, which may be
 * long, and the thing it is about.
 *
 * @param path below {@code api/2.0/mlflow/}, or with a slash in front from the root of the server
 * @param query with the question mark, or empty
 * @param body JSON, or null for a GET
 * @param subject such as {@code run 'abc'}
 */
record ApiRequest(String method, String path, String query, String body, String subject) {

    /** @param parameters names and values in turn */
    static ApiRequest get(String path, String subject, String... parameters) {
        StringBuilder query = new StringBuilder();
        for (int i = 0; i < parameters.length; i += 2) {
            query.append(i == 0 ? '?' : '&')
                    .append(ServerAddress.encoded(parameters[i]))
                    .append('=')
                    .append(ServerAddress.encoded(parameters[i + 1]));
        }
        return new ApiRequest("GET", path, query.toString(), null, subject);
    }

    /** The same for another page; the token is empty for the first. */
    ApiRequest page(String token) {
        return token.isEmpty()
                ? this
                : new ApiRequest(method, path, query + "&page_token=" + ServerAddress.encoded(token), body, subject);
    }

    /** Fields that were set are sent, a boolean that is false included. */
    static ApiRequest post(String path, String subject, Message message) {
        return sending("POST", path, subject, message);
    }

    static ApiRequest patch(String path, String subject, Message message) {
        return sending("PATCH", path, subject, message);
    }

    private static ApiRequest sending(String method, String path, String subject, Message message) {
        try {
            String json = JsonFormat.printer()
                    .omittingInsignificantWhitespace()
                    .preservingProtoFieldNames()
                    .print(message);
            return new ApiRequest(method, path, "", json, subject);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("MLflow's own message cannot be written as JSON", e);
        }
    }

    URI uri(ServerAddress address) {
        return URI.create(place(address) + query);
    }

    /** Method and address for messages, with the address that users may see. */
    String shown(ServerAddress address) {
        return method + " " + address.hide(place(address).toString());
    }

    private URI place(ServerAddress address) {
        return path.startsWith("/") ? address.below(path) : address.api(path);
    }
}
