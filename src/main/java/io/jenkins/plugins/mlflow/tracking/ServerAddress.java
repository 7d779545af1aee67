package io.jenkins.plugins.mlflow.tracking;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A tracking URI that was checked once, so that nothing downstream has to doubt it: http or https, with a host, without
 * user info, query or fragment. A path prefix is kept, trailing slashes are not.
 */
public final class ServerAddress {
    private static final int HIGHEST_PORT = 65_535;

    private final String base;

    private ServerAddress(String base) {
        this.base = base;
    }

    /** @throws IllegalArgumentException saying what is wrong; it never repeats user info, which may hold a password */
    public static ServerAddress parse(String text) {
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException(
                    "The tracking URI is empty. Give the address of the MLflow server, such as https://mlflow.example.com");
        }
        URI uri = parsed(text.strip());
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new IllegalArgumentException("The tracking URI must begin with http:// or https://"
                    + (scheme.isEmpty() ? "." : ", not with " + scheme + ":")
                    + " The gate speaks to a tracking server only, not to folders or databases.");
        }
        String authority = uri.getRawAuthority();
        if (authority == null) {
            throw new IllegalArgumentException("The tracking URI has no host. Write it as " + scheme + "://host/path");
        }
        if (authority.contains("@")) {
            throw new IllegalArgumentException(
                    "The tracking URI must not hold a user name or password (before '@'). Use credentials instead.");
        }
        if (uri.getHost() == null) {
            throw new IllegalArgumentException("The tracking URI has no usable host: '" + authority
                    + "'. A host consists of ASCII letters, digits, hyphens and dots (no underscore), a port of digits.");
        }
        if (uri.getPort() == 0 || uri.getPort() > HIGHEST_PORT) {
            throw new IllegalArgumentException(
                    "The tracking URI has the port " + uri.getPort() + "; a port is 1 to " + HIGHEST_PORT + ".");
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException("The tracking URI must end before '"
                    + (uri.getRawQuery() != null ? "?" : "#") + "': give the server's address, not that of a page of it.");
        }
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        String path = URI.create(uri.toASCIIString()).getRawPath().replaceAll("/+$", "");
        return new ServerAddress(scheme + "://" + uri.getHost() + port + path);
    }

    private static URI parsed(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            // The reason and the index are the parser's own words; the text itself may hold a password.
            throw new IllegalArgumentException("The tracking URI is not a URI: " + e.getReason()
                    + (e.getIndex() >= 0 ? " (character " + (e.getIndex() + 1) + ")" : "")
                    + ". Write it as https://host/path");
        }
    }

    /**
     * Whether both lead to the same server as far as addresses can tell: capitals of the host, the usual port and http in place
     * of https do not make another one.
     */
    public boolean leadsWhere(ServerAddress other) {
        return place().equals(other.place());
    }

    private String place() {
        URI uri = URI.create(base).normalize();
        int usual = uri.getScheme().equals("https") ? 443 : 80;
        String port = uri.getPort() < 0 || uri.getPort() == usual ? "" : ":" + uri.getPort();
        return uri.getHost().toLowerCase(Locale.ROOT) + port + uri.getPath();
    }

    /** Where a call of MLflow's REST API goes; {@code path} such as {@code runs/get}. */
    public URI api(String path) {
        return URI.create(base + "/api/2.0/mlflow/" + path);
    }

    /** Where something goes that is no part of that API; {@code path} from the server's root, such as {@code /version}. */
    URI below(String path) {
        return URI.create(base + path);
    }

    /** The run's page in MLflow's UI. */
    public String runUrl(String experimentId, String runId) {
        return base + "/#/experiments/" + encoded(experimentId) + "/runs/" + encoded(runId);
    }

    /** The version's page in MLflow's UI. */
    public String versionUrl(String model, String version) {
        return base + "/#/models/" + encoded(model) + "/versions/" + encoded(version);
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ServerAddress that && base.equals(that.base);
    }

    @Override
    public int hashCode() {
        return base.hashCode();
    }

    /** The address without a trailing slash. */
    @Override
    public String toString() {
        return base;
    }
}
