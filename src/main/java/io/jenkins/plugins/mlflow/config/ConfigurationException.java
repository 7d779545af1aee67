package io.jenkins.plugins.mlflow.config;

/**
 * What the administrator configured, or left out, does not let the gate work: the error category CONFIGURATION. The
 * message says what to do, and is fit for the eyes of whoever reads the build log.
 */
public class ConfigurationException extends Exception {
    private static final long serialVersionUID = 1L;

    public ConfigurationException(String message) {
        super(message);
    }
}
