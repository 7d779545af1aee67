package io.jenkins.plugins.mlflow.config;

import hudson.Util;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Finds servers by name: the nearest of a name counts, and hides those of the same name that are farther away. A server that may not
 * be used is not found, and no message tells it from one that does not exist.
 */
final class ServerLookup {
    private final List<ConfigurationSource> sources;
    private final Predicate<MlflowServerConfiguration> usable;
    private final Map<String, MlflowServerConfiguration> nearest = new LinkedHashMap<>();

    /**
     * @param sources the nearest first
     * @param usable whether a server may be used by whoever asks
     */
    ServerLookup(List<ConfigurationSource> sources, Predicate<MlflowServerConfiguration> usable) {
        this.sources = sources;
        this.usable = usable;
        for (ConfigurationSource source : sources) {
            source.configured().forEach(server -> nearest.putIfAbsent(server.getName(), server));
        }
    }

    /** The names of the servers that may be used, in the order of the forms. */
    List<String> names() {
        return nearest.values().stream()
                .filter(usable)
                .map(MlflowServerConfiguration::getName)
                .toList();
    }

    /**
     * The server of this name.
     *
     * @param name null or blank for the default server
     * @throws ConfigurationException if there is none that may be used
     */
    MlflowServerConfiguration get(String name) throws ConfigurationException {
        String wanted = Util.fixEmptyAndTrim(name);
        List<String> names = names();
        if (names.isEmpty()) {
            throw new ConfigurationException(
                    "No MLflow server is configured for this job. An administrator can add one, or allow the"
                            + " job to use one, under " + MlflowGlobalConfiguration.WHERE + ".");
        }
        if (wanted == null) {
            return byDefault(names);
        }
        if (names.contains(wanted)) {
            return nearest.get(wanted);
        }
        throw new ConfigurationException(
                "There is no MLflow server named '" + wanted + "' for this job. Correct the parameter"
                        + " `server`, or ask an administrator to add the server, or to allow the job to use it, under "
                        + MlflowGlobalConfiguration.WHERE + "." + listed(names));
    }

    /** A folder that has several servers and no default leaves the choice to those around it. */
    private MlflowServerConfiguration byDefault(List<String> names) throws ConfigurationException {
        for (ConfigurationSource source : sources) {
            List<String> own = source.configured().stream()
                    .map(MlflowServerConfiguration::getName)
                    .filter(names::contains)
                    .toList();
            String chosen = source.defaultName().isEmpty() && own.size() == 1 ? own.get(0) : source.defaultName();
            if (names.contains(chosen)) {
                return nearest.get(chosen);
            }
            if (!chosen.isEmpty()) {
                throw new ConfigurationException(
                        "The default MLflow server is not one for this job. Name another with the parameter"
                                + " `server`, or ask an administrator to choose another default, or to allow the job to use it, under "
                                + MlflowGlobalConfiguration.WHERE + "." + listed(names));
            }
        }
        throw new ConfigurationException("Several MLflow servers are configured and none of them is the default."
                + " Name one with the parameter `server`, or choose the default under "
                + MlflowGlobalConfiguration.WHERE + "."
                + listed(names));
    }

    private static String listed(List<String> names) {
        return " This job may use: '" + String.join("', '", names) + "'.";
    }
}
