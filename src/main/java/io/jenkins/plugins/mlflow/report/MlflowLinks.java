package io.jenkins.plugins.mlflow.report;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Addresses in MLflow's user interface. They are null where a part is not known. */
public final class MlflowLinks {
    /** For a gate whose server is not known. */
    public static final MlflowLinks NONE = new MlflowLinks(null, null);

    private final String base;
    private final String workspace;

    /**
     * @param base address of the user interface; no link is made unless it is http or https
     * @param workspace that the links are to be opened in; null for a server without workspaces
     */
    public MlflowLinks(String base, String workspace) {
        this.base = validBase(base);
        this.workspace = workspace;
    }

    String base() {
        return base;
    }

    String workspace() {
        return workspace;
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
        return base + "/#" + (experimentId == null ? "" : "/experiments/" + encoded(experimentId)) + "/runs/"
                + encoded(runId) + query();
    }

    /** Null if one of them is, or there is no address that a page may link to. */
    public String version(String model, String version) {
        return base == null || model == null || version == null
                ? null
                : base + "/#/models/" + encoded(model) + "/versions/" + encoded(version) + query();
    }

    /** Without it, the user interface opens the workspace that was used last. */
    private String query() {
        return workspace == null ? "" : "?workspace=" + encoded(workspace);
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
