package io.jenkins.plugins.mlflow.live;

import hudson.model.Job;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.JobConfiguration;
import io.jenkins.plugins.mlflow.evaluation.BaselineInfo;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.evaluation.PromotionInfo;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Takes down what a gate that ended did and saw. */
public final class GateRecorder {
    private static final Logger LOGGER = Logger.getLogger(GateRecorder.class.getName());

    private GateRecorder() {}

    /**
     * Adds a gate to the trend of its job, and to what is known to be live. The gate is over: what cannot be written down is in
     * Jenkins' log and fails nothing.
     *
     * @param number of the report in the build
     */
    public static void note(Run<?, ?> run, int number, GateReport report) {
        noteInTrend(run, number, report, null);
        noteLive(run, report, null);
    }

    /**
     * Adds a gate, whose report is stored, to the trend of its job.
     *
     * @param registry which the gate asked, whatever has its server's name now; null if it is that of the server of this name
     */
    public static void noteInTrend(Run<?, ?> run, int number, GateReport report, String registry) {
        if (!isInTrend(report)) {
            return;
        }
        try {
            new TrendIndex(run.getParent())
                    .add(TrendPoint.of(run.getNumber(), number, report, registry(run, report, registry)));
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "Cannot add " + run + " to the trend of its gates");
        }
    }

    /**
     * Adds a gate to what is known to be live, whether or not its report is stored.
     *
     * @param registry as for {@link #noteInTrend}
     */
    public static void noteLive(Run<?, ?> run, GateReport report, String registry) {
        if (!isInTrend(report)) {
            return;
        }
        try {
            addLive(run, report, registry(run, report, registry));
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "Cannot record the live versions seen by the gate of " + run);
        }
    }

    private static String registry(Run<?, ?> run, GateReport report, String known) {
        return known == null ? registry(run.getParent(), report.getServer()) : known;
    }

    /** A gate that was disabled evaluated nothing, and one whose promotion is to be approved has not finished. */
    static boolean isInTrend(GateReport report) {
        return report.getStatus() != GateStatus.DISABLED
                && report.getStatus() != GateStatus.PENDING
                && report.getModel() != null;
    }

    /**
     * Whether the gate found out which version an alias or stage of its model is at. Only then may the page of its job show what
     * is live of the model.
     */
    static boolean readAlias(GateReport report) {
        BaselineInfo baseline = report.getBaseline();
        PromotionInfo promotion = report.getPromotion();
        return baseline != null && baseline.isResolved()
                || promotion != null && (promotion.isPromoted() || promotion.getPreviousVersion() != null);
    }

    /** Null if the job has no such server any longer. */
    static String registry(Job<?, ?> job, String server) {
        try {
            return server == null
                    ? null
                    : JobConfiguration.of(job).getConfigured(server).registry();
        } catch (ConfigurationException e) {
            LOGGER.log(Level.FINE, "The server of a gate is no longer configured", e);
            return null;
        }
    }

    private static void addLive(Run<?, ?> run, GateReport report, String registry) throws IOException {
        if (registry == null || report.getServer() == null || report.getTiming() == null) {
            return;
        }
        Place place = new Place(registry, report.getServer(), report.getModel(), BuildRef.of(run));
        BaselineInfo baseline = report.getBaseline();
        if (baseline != null && baseline.isResolved()) {
            if (baseline.getAlias() != null) {
                place.saw(LiveKey.Kind.ALIAS, baseline.getAlias(), baseline.getVersion(), started(report));
            } else if (baseline.getStage() != null) {
                place.saw(LiveKey.Kind.STAGE, baseline.getStage(), baseline.getVersion(), started(report));
            }
        }
        PromotionInfo promotion = report.getPromotion();
        if (promotion == null) {
            return;
        }
        if (promotion.isPromoted()) {
            place.promoted(promotion);
        } else if (report.getStatus() == GateStatus.PASSED
                && promotion.getStage() == null
                && promotion.getPreviousVersion() != null) {
            // Who held the alias was read, and found not to need a promotion.
            place.saw(LiveKey.Kind.ALIAS, promotion.getAlias(), promotion.getPreviousVersion(), started(report));
        }
    }

    /** What the gate saw, it saw at this time or later. */
    private static Instant started(GateReport report) {
        try {
            String started = report.getTiming().getStartedAt();
            return started == null ? Instant.EPOCH : Instant.parse(started);
        } catch (DateTimeParseException e) {
            return Instant.EPOCH;
        }
    }

    /** Where a gate looked, and from which build. */
    private record Place(String registry, String server, String model, BuildRef build) {

        void saw(LiveKey.Kind kind, String name, String version, Instant when) throws IOException {
            LiveKey key = new LiveKey(registry, model, kind, name);
            if (version != null || LiveStore.find(key.id()) != null) {
                LiveStore.update(key, server, record -> record.seen(version, when, build));
            }
        }

        void promoted(PromotionInfo promotion) throws IOException {
            Instant now = Instant.now();
            if (promotion.getAlias() != null) {
                boolean aliasOnly = promotion.getStage() == null;
                LiveStore.update(
                        new LiveKey(registry, model, LiveKey.Kind.ALIAS, promotion.getAlias()), server, record -> {
                            // With a stage, the version before may be that of the stage: then only a known one is
                            // believed.
                            String before = promotion.getPreviousVersion();
                            boolean known = aliasOnly || Objects.equals(before, record.getVersion());
                            record.promoted(known ? before : record.getVersion(), promotion.getVersion(), now, build);
                        });
            }
            if (promotion.getStage() != null) {
                LiveStore.update(
                        new LiveKey(registry, model, LiveKey.Kind.STAGE, promotion.getStage()),
                        server,
                        record -> record.promoted(
                                promotion.getAlias() == null ? promotion.getPreviousVersion() : record.getVersion(),
                                promotion.getVersion(),
                                now,
                                build));
            }
        }
    }
}
