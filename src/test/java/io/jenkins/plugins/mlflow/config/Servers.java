package io.jenkins.plugins.mlflow.config;

import java.util.List;

/** Configurations that the tests begin with. */
final class Servers {
    static final String POLICY = """
            version: 1
            models:
              churn-classifier:
                metrics:
                  accuracy: 0.92
            """;

    private Servers() {}

    static MlflowServerConfiguration server(String name, String uri) {
        return new MlflowServerConfiguration(name, uri);
    }

    static MlflowServerConfiguration server(String name) {
        return server(name, "https://" + name + ".example.com/team");
    }

    /** Two servers, the first one the default, and a policy. */
    static MlflowGlobalConfiguration stored() {
        MlflowServerConfiguration production = server("production");
        production.setUiUrl("https://ui.example.com/mlflow/");
        production.setCredentialsId("mlflow-token");
        production.setTrainingCredentialsId("mlflow-training");
        production.setWebhookSecretId("mlflow-webhook");
        production.setWorkspace("churn");
        production.setConnectTimeoutSeconds(7);
        production.setRequestTimeoutSeconds(70);
        production.setUsage(new ServerUsage("ml/**\nrelease/**"));
        PromotionRights rights = new PromotionRights("ml/*/main\nrelease/**");
        rights.setChangeRequests(true);
        rights.setFourEyes(true);
        production.setPromotion(rights);
        MlflowGlobalConfiguration configuration = MlflowGlobalConfiguration.get();
        configuration.setServers(List.of(production, server("staging")));
        configuration.setDefaultServer("production");
        configuration.setPolicy(POLICY);
        return configuration;
    }

    private static String rights(PromotionRights rights) {
        return rights == null
                ? null
                : rights.getAllowedJobs() + " " + rights.isChangeRequests() + " " + rights.isFourEyes();
    }

    /** What is configured, in one comparable text. */
    static String told(MlflowGlobalConfiguration configuration) {
        StringBuilder told = new StringBuilder(configuration.getDefaultServer());
        for (MlflowServerConfiguration s : configuration.getServers()) {
            told.append('\n').append(s.getName()).append(' ').append(s.getTrackingUri());
            told.append(' ').append(s.getUiUrl());
            told.append(' ').append(s.getCredentialsId()).append(' ').append(s.getWorkspace());
            told.append(' ').append(s.getTrainingCredentialsId()).append(' ').append(s.getWebhookSecretId());
            told.append(' ').append(s.getCaCertificates());
            told.append(' ').append(s.getConnectTimeoutSeconds()).append(' ').append(s.getRequestTimeoutSeconds());
            told.append(' ').append(s.getUsage() == null ? null : s.getUsage().getAllowedJobs());
            told.append(' ').append(rights(s.getPromotion()));
        }
        return told.append('\n').append(configuration.getPolicy()).toString();
    }
}
