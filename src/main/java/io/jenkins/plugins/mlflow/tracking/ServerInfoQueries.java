package io.jenkins.plugins.mlflow.tracking;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

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

    private record User(String name, boolean isAdmin, Set<String> promotable) {}

    /** Reads within two request timeouts. Every MLflow that accepts the credentials responds to {@code probe}. */
    ServerInfo serverInfo(ApiRequest probe) throws InterruptedException {
        HttpTransport.Call call = transport.begin();
        String version = version(call);
        Optional<User> current = user(call, ApiRequest.get("users/current", "the current user"));
        Optional<User> found = current.isEmpty() && transport.user() != null
                ? user(call, ApiRequest.get("users/get", "the user itself", "username", transport.user()))
                : current;
        if (found.isEmpty()) {
            return new ServerInfo(
                    version,
                    null,
                    false,
                    List.of(),
                    transport.hasCredentials() ? isOpen(probe).orElse(null) : null);
        }
        User user = found.get();
        if (current.isPresent() && !user.isAdmin()) {
            addGrants(call, user.promotable());
        }
        return new ServerInfo(version, user.name(), user.isAdmin(), List.copyOf(user.promotable()), null);
    }

    /** Empty unless it is a good response. */
    private static Optional<User> user(HttpTransport.Call call, ApiRequest request) throws InterruptedException {
        try {
            JsonObject user = call.ask(request).object("user");
            if (user.text("username") == null) {
                return Optional.empty();
            }
            Set<String> promotable = new LinkedHashSet<>();
            for (JsonObject grant : user.objectsAmong("registered_model_permissions")) {
                add(promotable, grant.text("permission"), grant.text("name"));
            }
            return Optional.of(new User(user.text("username"), user.isTrue("is_admin"), promotable));
        } catch (TrackingException e) {
            return Optional.empty();
        }
    }

    private static void addGrants(HttpTransport.Call call, Set<String> promotable) throws InterruptedException {
        try {
            JsonObject grants =
                    call.ask(ApiRequest.get("/api/3.0/mlflow/users/current/permissions", "the user's permissions"));
            for (JsonObject grant : grants.objectsAmong("permissions")) {
                String kind = grant.text("resource_type");
                if ("registered_model".equals(kind)) {
                    add(promotable, grant.text("permission"), grant.text("resource_pattern"));
                } else if ("workspace".equals(kind)) {
                    add(promotable, grant.text("permission"), ServerInfo.ALL);
                }
            }
        } catch (TrackingException e) {
            // The grants stay unknown.
        }
    }

    private static void add(Set<String> models, String permission, String model) {
        if (model != null && permission != null && TO_PROMOTE.contains(permission)) {
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
            anonymous.begin().ask(probe);
            return Optional.of(true);
        } catch (TrackingException e) {
            return switch (e.category()) {
                case NOT_FOUND -> Optional.of(true);
                case UNAUTHORIZED, FORBIDDEN, PROTOCOL -> Optional.of(false);
                default -> Optional.empty();
            };
        }
    }
}
