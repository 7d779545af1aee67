package io.jenkins.plugins.mlflow.report;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Addresses in MLflow's user interface. They are null where a part is not known. */
public final class MlflowLinks {
    private final String base;

    /** @param base address of the user interface; no link is made unless it is http or https */
    public MlflowLinks(String base) {
        this.base = validBase(base);
    }

    /** The address without trailing slashes if it is a plain http or https one, else null. */
    static String validBase(String address) {
        if (address == null) {
            return null;
        }
        try {
            URI uri = new URI(address.strip());
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            boolean web = scheme.equals("http") || scheme.equals("https");
            if (!web
                    || uri.getHost() == null
                    || uri.getRawUserInfo() != null
                    || uri.getRawQuery() != null
                    || uri.getRawFragment() != null) {
                return null;
            }
            return uri.toASCIIString().replaceAll("/+$", "");
        } catch (URISyntaxException e) {
            return null;
        }
    }

    /** MLflow finds the experiment itself if it is null. */
    public String run(String experimentId, String runId) {
        if (base == null || runId == null) {
            return null;
        }
        return base + "/#" + (experimentId == null ? "" : "/experiments/" + encoded(experimentId)) + "/runs/" + encoded(runId);
    }

    String version(String model, String version) {
        return base == null || model == null || version == null
                ? null
                : base + "/#/models/" + encoded(model) + "/versions/" + encoded(version);
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
