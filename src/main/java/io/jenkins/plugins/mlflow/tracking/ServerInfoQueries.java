package io.jenkins.plugins.mlflow.tracking;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.mlflow_project.google.protobuf.Struct;

/**
 * Requests the version of a server and the user of the credentials. Not every MLflow responds to these requests:
 * {@code /version} may be hidden by a proxy, and only MLflow's own basic-auth has users, in two dialects (2.x with the permissions in
 * {@code users/get}, 3.x with {@code users/current} and a list of grants). A response that is missing or odd leaves its part
 * unknown.
 */
final class ServerInfoQueries {
    private static final Pattern VERSION = Pattern.compile("\\d{1,4}\\.\\d{1,4}[\\w.+-]{0,30}");
    /** Of MLflow's permissions those that allow an alias or stage to be moved. */
    private static final Set<String> TO_PROMOTE = Set.of("EDIT", "MANAGE");

    private final HttpTransport transport;

    ServerInfoQueries(HttpTransport transport) {
        this.transport = transport;
    }

    /** Reads within two request timeouts. Every MLflow that accepts the credentials responds to {@code probe}. */
    ServerInfo serverInfo(ApiRequest probe) throws InterruptedException {
        HttpTransport.Call call = transport.begin();
        String version = version(call);
        Struct current = read(call, ApiRequest.get("users/current", "the current user"));
        Struct user = user(current);
        if (user == null && transport.user() != null) {
            user = user(read(call, ApiRequest.get("users/get", "the user itself", "username", transport.user())));
        }
        String name = user == null ? null : StructReader.text(user, "username");
        if (name == null) {
            return new ServerInfo(version, null, false, List.of(), transport.hasCredentials() ? isOpen(probe).orElse(null) : null);
        }
        Set<String> promotable = new LinkedHashSet<>();
        for (Struct grant : StructReader.objects(user, "registered_model_permissions")) {
            add(promotable, StructReader.text(grant, "permission"), StructReader.text(grant, "name"));
        }
        if (current != null && !StructReader.isTrue(user, "is_admin")) {
            Struct grants = read(call, ApiRequest.get("/api/3.0/mlflow/users/current/permissions", "the user's permissions"));
            for (Struct grant : StructReader.objects(grants, "permissions")) {
                String kind = StructReader.text(grant, "resource_type");
                if ("registered_model".equals(kind)) {
                    add(promotable, StructReader.text(grant, "permission"), StructReader.text(grant, "resource_pattern"));
                } else if ("workspace".equals(kind)) {
                    add(promotable, StructReader.text(grant, "permission"), ServerInfo.ALL);
                }
            }
        }
        return new ServerInfo(version, name, StructReader.isTrue(user, "is_admin"), List.copyOf(promotable), null);
    }

    private static Struct user(Struct response) {
        return StructReader.has(response, "user") ? StructReader.object(response, "user") : null;
    }

    private static void add(Set<String> models, String permission, String model) {
        if (model != null && TO_PROMOTE.contains(permission)) {
            models.add(model);
        }
    }

    private static String version(HttpTransport.Call call) throws InterruptedException {
        try {
            HttpResult result = call.send(ApiRequest.get("/version", "the server's version"));
            String text = result.body().strip();
            return result.successful() && VERSION.matcher(text).matches() ? text : null;
        } catch (TrackingException e) {
            return null;
        }
    }

    /** Empty if the server did not respond. */
    private Optional<Boolean> isOpen(ApiRequest probe) throws InterruptedException {
        HttpTransport anonymous = transport.withoutCredentials();
        try {
            anonymous.begin().ask(probe, Struct.newBuilder());
            return Optional.of(true);
        } catch (TrackingException e) {
            return switch (e.category()) {
                case NOT_FOUND -> Optional.of(true);
                case UNAUTHORIZED, FORBIDDEN, PROTOCOL -> Optional.of(false);
                default -> Optional.empty();
            };
        }
    }

    /** Null unless it is a good response. */
    private static Struct read(HttpTransport.Call call, ApiRequest request) throws InterruptedException {
        try {
            return call.ask(request, Struct.newBuilder()).message().build();
        } catch (TrackingException e) {
            return null;
        }
    }
}
