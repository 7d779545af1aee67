package io.jenkins.plugins.mlflow.tracking;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A tracking URI that was checked once, so that nothing downstream has to doubt it: http or https, with a host, without
 * user info, query or fragment. A path prefix is kept, trailing slashes are not. Users may see another address in its place.
 */
public final class ServerAddress {
    private static final int HIGHEST_PORT = 65_535;

    private static final Pattern ENCODED_SEPARATOR = Pattern.compile("%(?:2e|2f|5c)", Pattern.CASE_INSENSITIVE);
    private static final Pattern IP_ADDRESS = Pattern.compile("\\[.*]|[0-9.]+");

    private static final String TRACKING_URI = "tracking URI";

    private final String base;
    /** What users see in place of {@link #base}; null for that itself. */
    private final ServerAddress shown;

    private ServerAddress(String base, ServerAddress shown) {
        this.base = base;
        this.shown = shown;
    }

    /** @throws IllegalArgumentException saying what is wrong; it never repeats user info, which may hold a password */
    public static ServerAddress parse(String text) {
        return parse(TRACKING_URI, text);
    }

    /**
     * The same of an address that is called otherwise.
     *
     * @param what what messages call it, such as {@code UI address}
     */
    public static ServerAddress parse(String what, String text) {
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException("The " + what
                    + " is empty. Give the address of the MLflow server, such as https://mlflow.example.com");
        }
        URI uri = parsed(what, text.strip());
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new IllegalArgumentException("The " + what + " must begin with http:// or https://"
                    + (scheme.isEmpty() ? "." : ", not with " + scheme + ":")
                    + (what.equals(TRACKING_URI)
                            ? " The gate speaks to a tracking server only, not to folders or databases."
                            : ""));
        }
        String authority = uri.getRawAuthority();
        if (authority == null) {
            throw new IllegalArgumentException("The " + what + " has no host. Write it as " + scheme + "://host/path");
        }
        if (authority.contains("@")) {
            throw new IllegalArgumentException(
                    "The " + what + " must not hold a user name or password (before '@'). Use credentials instead.");
        }
        if (uri.getHost() == null) {
            throw new IllegalArgumentException(
                    "The " + what + " has no usable host: '" + authority
                            + "'. A host consists of ASCII letters, digits, hyphens and dots (no underscore), a port of digits.");
        }
        if (uri.getPort() == 0 || uri.getPort() > HIGHEST_PORT) {
            throw new IllegalArgumentException(
                    "The " + what + " has the port " + uri.getPort() + "; a port is 1 to " + HIGHEST_PORT + ".");
        }
        if (uri.getRawPath() != null
                && ENCODED_SEPARATOR.matcher(uri.getRawPath()).find()) {
            throw new IllegalArgumentException(
                    "The " + what + " has an encoded dot, slash or backslash in its path (%2E, %2F, %5C),"
                            + " which servers read in different ways. Write the path without it.");
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "The " + what + " must end before '" + (uri.getRawQuery() != null ? "?" : "#")
                            + "': give the server's address, not that of a page of it.");
        }
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        String path = URI.create(uri.toASCIIString()).getRawPath().replaceAll("/+$", "");
        return new ServerAddress(scheme + "://" + uri.getHost() + port + path, null);
    }

    private static URI parsed(String what, String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            // The reason and the index are the parser's own words; the text itself may hold a password.
            throw new IllegalArgumentException("The " + what + " is not a URI: " + e.getReason()
                    + (e.getIndex() >= 0 ? " (character " + (e.getIndex() + 1) + ")" : "")
                    + ". Write it as https://host/path");
        }
    }

    /**
     * The same server, of which users see this address.
     *
     * @param other null for its own
     */
    public ServerAddress shownAs(ServerAddress other) {
        return new ServerAddress(base, other == null || other.base.equals(base) ? null : other);
    }

    /** The address that users may see, without a trailing slash. */
    public String shown() {
        return shown == null ? base : shown.base;
    }

    /** Whether users see another address than that of the server. */
    boolean isHidden() {
        return shown != null;
    }

    /** The text with the shown address wherever it holds that of the server, whole or only its host. */
    String hide(String text) {
        if (shown == null) {
            return text;
        }
        URI own = URI.create(base);
        URI other = URI.create(shown.base);
        Map<String, String> places = new LinkedHashMap<>();
        places.put(base, shown.base);
        places.put(own.getRawAuthority(), other.getRawAuthority());
        String host = own.getHost().replaceAll("[\\[\\]]", "");
        if (host.contains(".") || host.contains(":")) {
            // Any other name of a host is a word that may mean something else.
            places.put(host, other.getHost());
        }
        String any = places.keySet().stream().map(Pattern::quote).collect(Collectors.joining("|"));
        return Pattern.compile("(?:(?<=%2F)|(?<![\\w.-]))(?:" + any + ")(?![\\w-]|\\.\\w)", Pattern.CASE_INSENSITIVE)
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(places.entrySet().stream()
                        .filter(place -> place.getKey().equalsIgnoreCase(found.group()))
                        .findFirst()
                        .orElseThrow()
                        .getValue()));
    }

    /**
     * The same for all addresses of one server, as far as they show it: capitals and a last dot of the host, the spelling of an IP
     * address, the usual port, encoded letters of the path and http in place of https do not make another one. Not to be shown.
     */
    public String destination() {
        URI uri = URI.create(base).normalize();
        int usual = uri.getScheme().equals("https") ? 443 : 80;
        String port = uri.getPort() < 0 || uri.getPort() == usual ? "" : ":" + uri.getPort();
        return canonicalHost(uri.getHost()) + port + uri.getPath().replaceAll("/+$", "");
    }

    private static String canonicalHost(String host) {
        String name = host.toLowerCase(Locale.ROOT).replaceAll("\\.$", "");
        if (!IP_ADDRESS.matcher(name).matches()) {
            return name;
        }
        try {
            // An address that is written in digits is not looked up.
            return InetAddress.getByName(name.replaceAll("^\\[|%.*$|]$", "")).getHostAddress();
        } catch (UnknownHostException e) {
            return name;
        }
    }

    /** Where a call of MLflow's REST API goes; {@code path} such as {@code runs/get}. */
    public URI api(String path) {
        return URI.create(base + "/api/2.0/mlflow/" + path);
    }

    /** Where something goes that is no part of that API; {@code path} from the server's root, such as {@code /version}. */
    URI below(String path) {
        return URI.create(base + path);
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
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
