package io.jenkins.plugins.mlflow.trigger;

import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.RegisteredModel;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import io.jenkins.plugins.mlflow.trigger.TriggerState.ModelState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Asks a server what is true of an event, and starts the builds that are due for it. */
final class EventProcessor {
    /**
     * MLflow tells of a version when it is created, and gives up after a few attempts. A version that was created longer before
     * the event than this is not new. The margin allows for MLflow's retries and for clocks that differ.
     */
    static final Duration LONGEST_DELIVERY = Duration.ofHours(1);

    private static final Logger LOGGER = Logger.getLogger(EventProcessor.class.getName());

    private EventProcessor() {}

    /** What the server says of the subject of an event. */
    private record Facts(RegisteredModel model, ModelVersion version) {}

    /**
     * @param triggers those of one server and one model that the event may concern
     * @param learned when the event came
     * @return false if the server does not know the version
     * @throws IOException if the state of a trigger cannot be kept; then no build was started for that trigger
     */
    static boolean process(TrackingServer server, List<ListeningTrigger> triggers, VersionEvent event, Instant learned)
            throws TrackingException, IOException, InterruptedException {
        boolean isDeletion =
                event.getKind() == VersionEvent.Kind.ALIAS && event.getVersion().isEmpty();
        if (!isDeletion && !isNumber(event.getVersion())) {
            // No server of MLflow has such a version.
            return true;
        }
        Optional<Facts> facts = facts(server, event);
        if (facts.isEmpty()) {
            return false;
        }
        if (event.getKind() == VersionEvent.Kind.CREATED && isOld(facts.get().version(), learned)) {
            LOGGER.log(Level.FINE, "{0} is an event of a version that is not new. No build starts.", event);
            return true;
        }
        for (ListeningTrigger trigger : triggers) {
            start(
                    trigger,
                    facts.get().model(),
                    (detector, state) -> events(detector, trigger, event, facts.get()),
                    found -> facts.get().version());
        }
        return true;
    }

    private static boolean isOld(ModelVersion version, Instant learned) {
        return version.created() != null && version.created().isBefore(learned.minus(LONGEST_DELIVERY));
    }

    private static Optional<Facts> facts(TrackingServer server, VersionEvent event)
            throws TrackingException, InterruptedException {
        Optional<RegisteredModel> model = server.registeredModel(event.getModel());
        if (model.isEmpty()) {
            return Optional.empty();
        }
        String version = event.getVersion();
        if (event.getKind() == VersionEvent.Kind.ALIAS) {
            version = holder(model.get(), event.getName());
            if (version.isEmpty()) {
                return Optional.of(new Facts(model.get(), null));
            }
        }
        return version(server, event.getModel(), version).map(found -> new Facts(model.get(), found));
    }

    /** The version that has the alias, or an empty string for none. */
    static String holder(RegisteredModel model, String alias) {
        String holder = model == null ? "" : model.aliases().getOrDefault(alias, "");
        return isNumber(holder) ? holder : "";
    }

    private static boolean isNumber(String version) {
        return version.matches("[1-9][0-9]{0,17}");
    }

    /** Empty if the server does not have it. */
    static Optional<ModelVersion> version(TrackingServer server, String model, String version)
            throws TrackingException, InterruptedException {
        try {
            return Optional.of(server.version(model, version));
        } catch (TrackingException e) {
            if (e.category() == ErrorCategory.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static List<VersionEvent> events(
            EventDetector detector, ListeningTrigger trigger, VersionEvent event, Facts facts) {
        List<VersionEvent> events = new ArrayList<>();
        for (EventCondition condition : trigger.conditions()) {
            if (!condition.isAbout(event)) {
                continue;
            }
            events.addAll(
                    switch (condition.kind()) {
                        case CREATED ->
                            detector.created(Long.parseLong(facts.version().version()));
                        case ALIAS ->
                            detector.alias(
                                    condition.name(),
                                    event.getVersion(),
                                    facts.version() == null
                                            ? ""
                                            : facts.version().version());
                        case TAG ->
                            detector.tag(
                                    condition,
                                    facts.version().version(),
                                    facts.version().tags());
                    });
        }
        return events;
    }

    /** A copy of what a trigger has seen of the model as it is now. */
    static ModelState seen(ListeningTrigger trigger, RegisteredModel model) throws IOException {
        return seen(TriggerStates.copy(trigger.job()), trigger, model);
    }

    private static ModelState seen(TriggerState state, ListeningTrigger trigger, RegisteredModel model) {
        state.keepOnly(trigger.registry(), trigger.model());
        ModelState seen = state.model(trigger.registry(), trigger.model());
        if (model != null && model.created() != null) {
            seen.beginAnewIfOther(model.created().toEpochMilli());
        }
        new EventDetector(trigger.model(), seen).keepOnly(trigger.conditions());
        return seen;
    }

    /** Finds the events that need a build, from a state that is written afterwards. */
    interface Detection {
        List<VersionEvent> events(EventDetector detector, ModelState state);
    }

    /**
     * Brings the state of a trigger up to date, and starts the builds that are due. A job that is disabled gets none, now or later.
     *
     * @param model null if the registry has no such model
     * @param versions the version of each event that is found
     */
    static void start(
            ListeningTrigger trigger,
            RegisteredModel model,
            Detection detection,
            Function<VersionEvent, ModelVersion> versions)
            throws IOException {
        List<PlannedBuild> builds = new ArrayList<>();
        TriggerStates.update(trigger.job(), state -> {
            ModelState seen = seen(state, trigger, model);
            for (VersionEvent event : detection.events(new EventDetector(trigger.model(), seen), seen)) {
                if (trigger.isEnabled()) {
                    builds.add(BuildPlanner.plan(state, trigger, event, versions.apply(event)));
                }
            }
        });
        TriggerEngine.get().watch(trigger.job());
        BuildPlanner.schedule(trigger.job(), builds);
    }
}
