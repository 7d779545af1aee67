package io.jenkins.plugins.mlflow.config;

import hudson.Util;
import hudson.util.FormValidation;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.RestTrackingServer;
import io.jenkins.plugins.mlflow.tracking.ServerInfo;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * "Test connection": asks for the experiment that every new MLflow server has, and tells how far that came. That there is
 * no such experiment is an answer of MLflow, too. If it came that far, the answer tells MLflow's version, who we are to it, and
 * whether we may promote and whether webhooks come, as far as that can be read: nothing is ever written. It is over when the server's timeouts are.
 */
final class ConnectionTest {
    private static final String EXPERIMENT = "Default";
    private static final int MOST_NAMES = 10;

    private ConnectionTest() {}

    static FormValidation of(MlflowServerConfiguration server) {
        try {
            RestTrackingServer mlflow = Connections.open(server, null);
            try {
                mlflow.experimentByName(EXPERIMENT);
            } catch (TrackingException e) {
                if (e.category() != ErrorCategory.NOT_FOUND) {
                    return FormValidation.error(told(e));
                }
            }
            return passed(server, mlflow.serverInfo(), WebhookRegistration.described(server, mlflow.webhooks(null)));
        } catch (ConfigurationException e) {
            return FormValidation.error(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FormValidation.error(Messages.ConnectionTest_interrupted());
        }
    }

    private static FormValidation passed(MlflowServerConfiguration server, ServerInfo serverInfo, String webhook) {
        String version = serverInfo.version() == null
                ? Messages.ConnectionTest_answered()
                : Messages.ConnectionTest_answeredVersion(serverInfo.version());
        String markup = Stream.of(
                        version,
                        who(server, serverInfo),
                        Messages.ConnectionTest_mayRead(),
                        promotion(server, serverInfo),
                        webhook)
                .map(Util::escape)
                .collect(Collectors.joining("<br>"));
        return needsGrants(serverInfo) ? FormValidation.warningWithMarkup(markup) : FormValidation.okWithMarkup(markup);
    }

    private static String who(MlflowServerConfiguration server, ServerInfo serverInfo) {
        String id = server.getCredentialsId();
        if (serverInfo.user() != null) {
            return serverInfo.administrator()
                    ? Messages.ConnectionTest_administrator(serverInfo.user())
                    : Messages.ConnectionTest_user(serverInfo.user());
        }
        if (id == null) {
            return Messages.ConnectionTest_noLogin();
        }
        if (serverInfo.open() == null) {
            return Messages.ConnectionTest_letIn(id);
        }
        return serverInfo.open() ? Messages.ConnectionTest_notNeeded(id) : Messages.ConnectionTest_accepted(id);
    }

    private static String promotion(MlflowServerConfiguration server, ServerInfo serverInfo) {
        if (serverInfo.user() == null) {
            return server.getCredentialsId() == null || Boolean.TRUE.equals(serverInfo.open())
                    ? Messages.ConnectionTest_nobodyAsks()
                    : Messages.ConnectionTest_mayPromoteUnknown();
        }
        if (serverInfo.administrator() || serverInfo.promotable().contains(ServerInfo.ALL)) {
            return Messages.ConnectionTest_mayPromoteAll();
        }
        return needsGrants(serverInfo)
                ? Messages.ConnectionTest_noGrants(serverInfo.user())
                : Messages.ConnectionTest_mayPromote(names(serverInfo.promotable()));
    }

    private static boolean needsGrants(ServerInfo serverInfo) {
        return serverInfo.user() != null
                && !serverInfo.administrator()
                && serverInfo.promotable().isEmpty();
    }

    private static String names(List<String> models) {
        String first = models.stream().limit(MOST_NAMES).collect(Collectors.joining(", "));
        return models.size() <= MOST_NAMES ? first : Messages.ConnectionTest_andMore(first, models.size() - MOST_NAMES);
    }

    private static String told(TrackingException problem) {
        String howFar =
                switch (problem.category()) {
                    case UNREACHABLE, TIMEOUT -> Messages.ConnectionTest_noAnswer();
                    case UNAUTHORIZED, FORBIDDEN -> Messages.ConnectionTest_notAuthorised();
                    case CONFIGURATION -> Messages.ConnectionTest_notConfigured();
                    default -> Messages.ConnectionTest_notMlflow();
                };
        return howFar + " " + problem.category() + ": " + problem.getMessage();
    }
}
