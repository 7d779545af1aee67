package io.jenkins.plugins.mlflow.trigger;

import hudson.Extension;
import hudson.ExtensionList;
import hudson.XmlFile;
import hudson.model.ItemGroup;
import hudson.model.Saveable;
import hudson.model.listeners.SaveableListener;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.WebhookSecrets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The secrets of webhooks as they were a moment ago, so that the requests of strangers cost one look-up over all folders in that
 * time, however many there are. They can only refuse a request: if a recent secret fits, the signature is validated again with {@link #now}.
 */
final class RecentSecrets {
    /** A secret that was changed where no listener is called, as in a store of credentials, may be refused for this long. */
    static final Duration MOST_AGE = Duration.ofSeconds(1);

    private final Supplier<List<WebhookSecrets.Entry>> source;
    private final Clock clock;
    /** Not under the lock: who saves a folder must not wait for a look-up, which may wait for that folder. */
    private final AtomicInteger changes = new AtomicInteger();

    private List<WebhookSecrets.Entry> secrets;
    private Instant lookedUp;
    private int changesBefore;

    RecentSecrets(Supplier<List<WebhookSecrets.Entry>> source, Clock clock) {
        this.source = source;
        this.clock = clock;
    }

    /** Those that were found last, if that is not long ago and no configuration was saved since. */
    synchronized List<WebhookSecrets.Entry> get() {
        int current = changes.get();
        if (secrets == null || changesBefore != current || !isRecent()) {
            secrets = source.get();
            changesBefore = current;
            lookedUp = clock.instant();
        }
        return secrets;
    }

    /** The clock may have been set back. */
    private boolean isRecent() {
        Duration age = Duration.between(lookedUp, clock.instant());
        return !age.isNegative() && age.compareTo(MOST_AGE) < 0;
    }

    /** Those of this moment. */
    List<WebhookSecrets.Entry> now() {
        return source.get();
    }

    /** What was looked up counts no longer. */
    void changed() {
        changes.incrementAndGet();
    }

    /** A server that was just configured must not be refused: MLflow does not send its event again. */
    @Extension
    public static final class ConfigurationListener extends SaveableListener {
        @Override
        public void onChange(Saveable saved, XmlFile file) {
            if (saved instanceof MlflowGlobalConfiguration || saved instanceof ItemGroup<?>) {
                ExtensionList.lookup(WebhookAction.class).forEach(WebhookAction::configurationChanged);
            }
        }
    }
}
