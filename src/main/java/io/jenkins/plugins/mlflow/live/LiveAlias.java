package io.jenkins.plugins.mlflow.live;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;

/** What is recorded of an alias at this moment, for a build that would roll it back. */
public final class LiveAlias {
    private final LiveKey key;
    private final LiveRecord record;

    private LiveAlias(LiveKey key, LiveRecord record) {
        this.key = key;
        this.record = record;
    }

    public static LiveAlias of(MlflowServerConfiguration server, String model, String alias) {
        LiveKey key = new LiveKey(server.registry(), model, LiveKey.Kind.ALIAS, alias);
        return new LiveAlias(key, LiveStore.find(key.id()));
    }

    LiveKey key() {
        return key;
    }

    /** Whether a gate or a rollback ever saw it. */
    public boolean isKnown() {
        return record != null;
    }

    /** The version that holds it, as it was last seen; null for none. */
    @CheckForNull
    public String version() {
        return record == null ? null : record.getVersion();
    }

    /** The version that was live before; null if none is known. */
    @CheckForNull
    public String predecessor() {
        return record == null ? null : record.getPredecessor();
    }

    /** The version that a promotion by this build replaced; null if it is not recorded, or replaced none. */
    @CheckForNull
    public String replacedBy(Run<?, ?> run, String promoted) {
        return record == null ? null : record.replacedBy(BuildRef.of(run), promoted);
    }

    /** Where to a rollback leads that this build has begun, and of which it is not known what came of it; null if there is none. */
    @CheckForNull
    public String begunTo(Run<?, ?> run, String from) {
        LiveChange begun = begun(run, from);
        return begun == null ? null : begun.to;
    }

    @CheckForNull
    LiveChange begun(Run<?, ?> run, String from) {
        return record == null ? null : record.begun(BuildRef.of(run), from);
    }
}
