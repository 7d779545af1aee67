package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.tracking.Credentials;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The way to a server that the variables HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY name, read as Python's requests
 * reads them: lower case wins, an empty one in lower case switches off.
 */
final class HttpProxy {
    private static final HttpProxy NONE = new HttpProxy(null, Credentials.none());
    private static final int USUAL_PORT = 80;
    private static final int HIGHEST_PORT = 65_535;
    private static final Pattern FORM =
            Pattern.compile("(?:([A-Za-z][A-Za-z0-9+.-]*)://)?(?:(.*)@)?([^@/?#]*)(?:/.*)?");

    private final InetSocketAddress address;
    private final Credentials credentials;

    private HttpProxy(InetSocketAddress address, Credentials credentials) {
        this.address = address;
        this.credentials = credentials;
    }

    /**
     * Null if no variable says anything of this server.
     *
     * @throws IllegalArgumentException if one names a proxy that cannot be used; the message does not show its value
     */
    static HttpProxy of(URI server, Variables variables) {
        for (String name : new String[] {server.getScheme() + "_proxy", "all_proxy"}) {
            String found = variables.has(name) ? name : name.toUpperCase(Locale.ROOT);
            String value = variables.get(found);
            if (value != null) {
                return isExcluded(server, variables) ? NONE : parse(value, found);
            }
        }
        return null;
    }

    private static boolean isExcluded(URI server, Variables variables) {
        String lower = variables.get("no_proxy");
        String list = lower != null ? lower : variables.get("NO_PROXY");
        if (list == null) {
            return false;
        }
        for (String entry : list.toLowerCase(Locale.ROOT).split(",")) {
            if (excludes(entry.strip(), server)) {
                return true;
            }
        }
        return false;
    }

    private static boolean excludes(String entry, URI server) {
        String host = server.getHost().toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
        String domain = entry.replaceFirst("^\\.+", "");
        if (domain.isEmpty()) {
            return false;
        }
        if (domain.equals("*") || isInNetwork(host, domain)) {
            return true;
        }
        String withPort = host + ":" + server.getPort();
        return host.equals(domain)
                || withPort.equals(domain)
                || host.endsWith("." + domain)
                || withPort.endsWith("." + domain);
    }

    /** Whether an IPv4 address is in a network such as {@code 10.0.0.0/8}. */
    private static boolean isInNetwork(String host, String network) {
        String[] parts = network.split("/", -1);
        Long address = ipv4(host);
        Long base = ipv4(parts[0]);
        if (address == null || base == null || parts.length != 2 || !parts[1].matches("[1-9]|[12][0-9]|3[0-2]")) {
            return false;
        }
        int free = Integer.SIZE - Integer.parseInt(parts[1]);
        return address >> free == base >> free;
    }

    private static Long ipv4(String text) {
        if (!text.matches("\\d{1,3}(\\.\\d{1,3}){3}")) {
            return null;
        }
        long address = 0;
        for (String part : text.split("\\.")) {
            address = address << Byte.SIZE | Integer.parseInt(part);
        }
        return address;
    }

    private static HttpProxy parse(String value, String variable) {
        Matcher form = FORM.matcher(value.strip());
        URI place = form.matches() ? place(form.group(3)) : null;
        if (place == null || place.getHost() == null || place.getPort() == 0 || place.getPort() > HIGHEST_PORT) {
            throw unusable(variable, "is not the address of a proxy");
        }
        if (form.group(1) != null && !form.group(1).equalsIgnoreCase("http")) {
            throw unusable(
                    variable,
                    "names a proxy of the kind " + form.group(1)
                            + ", and only HTTP proxies that are reached without TLS are supported");
        }
        int port = place.getPort() < 0 ? USUAL_PORT : place.getPort();
        return new HttpProxy(
                InetSocketAddress.createUnresolved(place.getHost().replaceAll("[\\[\\]]", ""), port),
                credentials(form.group(2), variable));
    }

    private static URI place(String hostAndPort) {
        try {
            return new URI("http://" + hostAndPort);
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static Credentials credentials(String userInfo, String variable) {
        if (userInfo == null || userInfo.isEmpty()) {
            return Credentials.none();
        }
        String[] parts = userInfo.split(":", 2);
        try {
            return Credentials.basic(
                    decoded(parts[0]), parts.length < 2 ? "" : decoded(parts[1]), "the variable " + variable);
        } catch (UndecodableException e) {
            throw unusable(
                    variable, "has a user or password with a % that begins no percent-encoding (write %25 for %)");
        }
    }

    private static final class UndecodableException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new UndecodableException();
        }
    }

    private static IllegalArgumentException unusable(String variable, String why) {
        return new IllegalArgumentException("the variable " + variable + " " + why
                + "; write it as http://host:port or http://user:password@host:port");
    }

    ProxySelector selector() {
        return address == null ? HttpClient.Builder.NO_PROXY : ProxySelector.of(address);
    }

    /** What to send to the proxy. */
    Credentials credentials() {
        return credentials;
    }

    boolean hasCredentials() {
        return credentials != Credentials.none();
    }

    /** Never a secret. */
    @Override
    public String toString() {
        return address == null ? "direct" : address.getHostString() + ":" + address.getPort();
    }
}
