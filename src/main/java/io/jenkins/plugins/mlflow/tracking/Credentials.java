package io.jenkins.plugins.mlflow.tracking;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What identifies the user to an MLflow server: nothing, a user name and password, or a bearer token. It can hide its own
 * secrets in any text, since a server may send them back in an error page. The description (a credentials id, or the
 * name of a variable) is what messages may show.
 */
public final class Credentials {
    private static final String MASK = "****";
    private static final Credentials NONE = new Credentials("no credentials", null, null, Set.of());

    private final String description;
    private final String user;
    private final String header;
    private final List<String> secrets;

    private Credentials(String description, String user, String header, Set<String> secrets) {
        this.description = description;
        this.user = user;
        this.header = header;
        // Longest first, so that no part of a longer form is left over.
        this.secrets = secrets.stream()
                .filter(secret -> !secret.isEmpty())
                .sorted((one, other) -> Integer.compare(other.length(), one.length()))
                .toList();
    }

    public static Credentials none() {
        return NONE;
    }

    /** @throws IllegalArgumentException if they cannot be sent; the message shows neither user nor password */
    public static Credentials basic(String user, String password, String description) {
        if (user == null || user.isEmpty() || password == null) {
            throw new IllegalArgumentException("The user name of " + description + " is empty.");
        }
        if (user.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "The user name of " + description + " holds a colon, which basic authentication cannot carry.");
        }
        if ((user + password).chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("The user name or password of " + description
                    + " holds a line break or another control character. Store it again without.");
        }
        byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        String encoded = Base64.getEncoder().encodeToString(pair);
        Set<String> secrets = forms(password);
        secrets.addAll(forms(encoded));
        secrets.addAll(forms(Base64.getEncoder().withoutPadding().encodeToString(pair)));
        secrets.addAll(forms(Base64.getUrlEncoder().withoutPadding().encodeToString(pair)));
        return new Credentials(description, user, "Basic " + encoded, secrets);
    }

    /** @throws IllegalArgumentException if it cannot be sent; the message does not show the token */
    public static Credentials bearer(String token, String description) {
        if (token == null || token.isEmpty()) {
            throw new IllegalArgumentException("The token of " + description + " is empty.");
        }
        if (!visibleAscii(token)) {
            throw new IllegalArgumentException("The token of " + description
                    + " holds a line break, a blank or a character outside ASCII. Store it again without.");
        }
        return new Credentials(description, null, "Bearer " + token, forms(token));
    }

    /** The same credentials, which hide another secret too. */
    Credentials hiding(String secret) {
        Set<String> all = forms(secret);
        all.addAll(secrets);
        return new Credentials(description, user, header, all);
    }

    /** What messages may show: a credentials id, or the name of a variable. */
    public String description() {
        return description;
    }

    /** The text with every occurrence of a secret replaced, also in the ways that web pages and JSON spell it. */
    public String mask(String text) {
        String masked = text;
        for (String secret : secrets) {
            masked = masked.replace(secret, MASK);
        }
        return masked;
    }

    /** The user's name, or null if there is none or a token stands for it. */
    String user() {
        return user;
    }

    Optional<String> header() {
        return Optional.ofNullable(header);
    }

    static boolean visibleAscii(String text) {
        return text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    private static Set<String> forms(String secret) {
        Set<String> forms = new LinkedHashSet<>();
        forms.add(secret);
        String encoded = URLEncoder.encode(secret, StandardCharsets.UTF_8);
        forms.add(encoded);
        forms.add(encoded.replace("+", "%20"));
        forms.add(Pattern.compile("%[0-9A-F]{2}")
                .matcher(encoded)
                .replaceAll(hex -> hex.group().toLowerCase(Locale.ROOT)));
        String json = secret.replace("\\", "\\\\").replace("\"", "\\\"");
        forms.add(json);
        forms.add(json.replace("/", "\\/"));
        for (String special : List.of("[^\\x00-\\x7f]", "[<>&']", "[^\\x00-\\x7f]|[<>&']")) {
            for (String hex : List.of("\\u%04x", "\\u%04X")) {
                forms.add(Pattern.compile(special)
                        .matcher(json)
                        .replaceAll(found -> Matcher.quoteReplacement(found.group()
                                .chars()
                                .mapToObj(unit -> String.format(hex, unit))
                                .collect(Collectors.joining()))));
            }
        }
        String html = secret.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
        forms.add(html);
        forms.add(html.replace("'", "&#39;"));
        forms.add(html.replace("'", "&#x27;").replace("&quot;", "&#34;"));
        return forms;
    }

    /** Never a secret. */
    @Override
    public String toString() {
        return description;
    }
}
