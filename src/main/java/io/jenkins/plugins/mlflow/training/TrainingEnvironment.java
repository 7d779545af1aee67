package io.jenkins.plugins.mlflow.training;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.util.Secret;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jenkinsci.plugins.workflow.steps.EnvironmentExpander;

/** The variables of a block. Pipeline keeps a {@link Secret} encrypted. */
final class TrainingEnvironment extends EnvironmentExpander {
    private static final long serialVersionUID = 1L;

    /** A variable with an empty value is removed. */
    private final LinkedHashMap<String, String> open;

    private final LinkedHashMap<String, Secret> secret;

    TrainingEnvironment(Map<String, String> open, Map<String, Secret> secret) {
        this.open = new LinkedHashMap<>(open);
        this.secret = new LinkedHashMap<>(secret);
    }

    @Override
    public void expand(@NonNull EnvVars env) {
        open.forEach(env::override);
        secret.forEach((name, value) -> env.override(name, value.getPlainText()));
    }

    @NonNull
    @Override
    public Set<String> getSensitiveVariables() {
        return new TreeSet<>(secret.keySet());
    }
}
