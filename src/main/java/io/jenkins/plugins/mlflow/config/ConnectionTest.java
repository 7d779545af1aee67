package io.jenkins.plugins.mlflow.config;

import hudson.util.FormValidation;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.TrackingException;

/**
 * "Test connection": asks for the experiment that every new MLflow server has, and tells how far that came. That there is
 * no such experiment is an answer of MLflow, too. It is over when the server's timeouts are.
 */
final class ConnectionTest {
    private static final String EXPERIMENT = "Default";

    private ConnectionTest() {}

    static FormValidation of(MlflowServerConfiguration server) {
        try {
            Connections.open(server, null).experimentByName(EXPERIMENT);
            return passed();
        } catch (ConfigurationException e) {
            return FormValidation.error(e.getMessage());
        } catch (TrackingException e) {
            return e.category() == ErrorCategory.NOT_FOUND ? passed() : FormValidation.error(told(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FormValidation.error("The test was interrupted.");
        }
    }

    private static FormValidation passed() {
        return FormValidation.ok("The server is reachable, lets these credentials in, and MLflow answered.");
    }

    private static String told(TrackingException problem) {
        String howFar =
                switch (problem.category()) {
                    case UNREACHABLE, TIMEOUT -> "No answer of MLflow.";
                    case UNAUTHORIZED, FORBIDDEN -> "Reachable, but not authorised.";
                    case CONFIGURATION -> "Reachable, but not with this configuration.";
                    default -> "Reachable, but this was not MLflow's answer.";
                };
        return howFar + " " + problem.category() + ": " + problem.getMessage();
    }
}
