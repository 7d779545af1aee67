package io.jenkins.plugins.mlflow.trigger;

import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What is wrong with servers at the moment; Jenkins' log says it once, and once more when it is over. */
final class ServerProblems {
    private static final Logger LOGGER = Logger.getLogger(ServerProblems.class.getName());
    private static final int MOST = 10_000;

    private final Map<String, String> known = new ConcurrentHashMap<>();

    /** Whether every request to the server would fail alike. */
    static boolean isOfServer(Exception problem) {
        return problem instanceof ConfigurationException
                || problem instanceof TrackingException e
                        && (e.isTransient() || e.category() == ErrorCategory.UNAUTHORIZED);
    }

    void failed(ListeningTrigger trigger, Exception problem) {
        String what = isOfServer(problem) ? "" : " for model '" + trigger.model() + "'";
        String message = String.valueOf(problem.getMessage());
        if (known.size() > MOST) {
            known.clear();
        }
        boolean isNew = !message.equals(known.put(key(trigger, isOfServer(problem)), message));
        LOGGER.log(
                isNew ? Level.WARNING : Level.FINE,
                problem instanceof RuntimeException ? problem : null,
                () -> "MLflow triggers cannot use server '" + trigger.server().getName() + "'" + what
                        + ". Polls are retried, and so are events, for 7 days. " + message);
    }

    void succeeded(ListeningTrigger trigger) {
        boolean wasKnown = known.remove(key(trigger, true)) != null;
        wasKnown |= known.remove(key(trigger, false)) != null;
        if (wasKnown) {
            LOGGER.log(
                    Level.INFO,
                    "MLflow triggers can use server ''{0}'' again",
                    trigger.server().getName());
        }
    }

    private static String key(ListeningTrigger trigger, boolean ofServer) {
        return trigger.serverKey() + (ofServer ? "" : '\n' + trigger.model());
    }
}
