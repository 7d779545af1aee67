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
 * whether we may promote, as far as that can be read: nothing is ever written. It is over when the server's timeouts are.
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
            return passed(server, mlflow.standing());
        } catch (ConfigurationException e) {
            return FormValidation.error(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FormValidation.error(Messages.ConnectionTest_interrupted());
        }
    }

    private static FormValidation passed(MlflowServerConfiguration server, ServerInfo standing) {
        String version = standing.version() == null
                ? Messages.ConnectionTest_answered()
                : Messages.ConnectionTest_answeredVersion(standing.version());
        String markup = Stream.of(version, who(server, standing), Messages.ConnectionTest_mayRead(), promotion(server, standing))
                .map(Util::escape)
                .collect(Collectors.joining("<br>"));
        return needsGrants(standing) ? FormValidation.warningWithMarkup(markup) : FormValidation.okWithMarkup(markup);
    }

    private static String who(MlflowServerConfiguration server, ServerInfo standing) {
        String id = server.getCredentialsId();
        if (standing.user() != null) {
            return standing.administrator()
                    ? Messages.ConnectionTest_administrator(standing.user())
                    : Messages.ConnectionTest_user(standing.user());
        }
        if (id == null) {
            return Messages.ConnectionTest_noLogin();
        }
        if (standing.open() == null) {
            return Messages.ConnectionTest_letIn(id);
        }
        return standing.open() ? Messages.ConnectionTest_notNeeded(id) : Messages.ConnectionTest_accepted(id);
    }

    private static String promotion(MlflowServerConfiguration server, ServerInfo standing) {
        if (standing.user() == null) {
            return server.getCredentialsId() == null || Boolean.TRUE.equals(standing.open())
                    ? Messages.ConnectionTest_nobodyAsks()
                    : Messages.ConnectionTest_mayPromoteUnknown();
        }
        if (standing.administrator() || standing.promotable().contains(ServerInfo.ALL)) {
            return Messages.ConnectionTest_mayPromoteAll();
        }
        return needsGrants(standing)
                ? Messages.ConnectionTest_noGrants(standing.user())
                : Messages.ConnectionTest_mayPromote(names(standing.promotable()));
    }

    private static boolean needsGrants(ServerInfo standing) {
        return standing.user() != null && !standing.administrator() && standing.promotable().isEmpty();
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
