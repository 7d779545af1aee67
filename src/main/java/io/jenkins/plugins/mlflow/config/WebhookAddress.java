package io.jenkins.plugins.mlflow.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import jenkins.model.JenkinsLocationConfiguration;

/** Where MLflow sends its webhooks to. */
public final class WebhookAddress {
    /** Below the address of Jenkins. */
    public static final String URL_NAME = "mlflow-webhook";

    private WebhookAddress() {}

    /** Null if Jenkins was not told its own address. */
    @CheckForNull
    static String ofJenkins() {
        String root = JenkinsLocationConfiguration.get().getUrl();
        return root == null ? null : root + URL_NAME + "/";
    }
}
