package io.jenkins.plugins.mlflow.report;

import hudson.model.Run;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.policy.CanonicalPolicy;
import io.jenkins.plugins.mlflow.policy.Digests;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.PolicyComparison;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import jenkins.model.Jenkins;

/**
 * The policy that let the last promotion of each model through, so that a weaker one is seen. One small file per registry and
 * model under {@code JENKINS_HOME/mlflow-eval-gate/promotions}, which outlives the builds; it holds what the build log shows,
 * and never a secret. A registry is named by where its server leads to, so that neither another name nor another spelling of the address
 * forgets anything.
 */
public final class PromotionMemory {
    private static final Logger LOGGER = Logger.getLogger(PromotionMemory.class.getName());
    private static final int LONGEST_POLICY = PolicyDocument.MAX_BYTES / 2;
    private static final long LARGEST_FILE = 4L * PolicyDocument.MAX_BYTES;
    private static final int SCHEMA_VERSION = 1;
    private static final String MODEL = "m";
    private static final String EARLIER = "earlier";
    private static final int MOST_EARLIER = 20;

    private PromotionMemory() {}

    /**
     * Remembers a verified promotion. Earlier ones are kept for a while, so that a rollback can return to them. One that is
     * remembered again, after a restart, takes its own place.
     *
     * @param registry as the configuration of the server identifies it
     * @param policy by which the promoted version was evaluated
     */
    public static synchronized void remember(String registry, GateReport report, GatePolicy policy, Run<?, ?> run)
            throws IOException {
        String text = CanonicalPolicy.describe(policy);
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("schema_version", SCHEMA_VERSION);
        record.put("model", report.getModel());
        record.put("server", report.getServer());
        record.put("version", report.getPromotion().getVersion());
        record.put("alias", report.getPromotion().getAlias());
        record.put("build", run.getParent().getFullName() + " #" + run.getNumber());
        record.put(
                "build_url",
                Jenkins.get().getRootUrl() == null ? null : Jenkins.get().getRootUrl() + run.getUrl());
        record.put("promoted_at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        record.put("policy_sha256", report.getPolicySha256());
        record.put("policy", text.length() > LONGEST_POLICY ? null : text);
        Path file = file(registry, report.getModel());
        List<Map<?, ?>> promotions = new ArrayList<>(List.of(record));
        List<Map<?, ?>> earlier = forUpdate(file);
        boolean again = !earlier.isEmpty() && isSame(record, earlier.get(0));
        promotions.addAll(again ? earlier.subList(1, earlier.size()) : earlier);
        write(file, promotions);
    }

    private static boolean isSame(Map<?, ?> one, Map<?, ?> other) {
        return Stream.of("build", "version", "alias").allMatch(key -> Objects.equals(one.get(key), other.get(key)));
    }

    /** Forgets the last promotion of this version to the alias, which was rolled back: what it let through does not count. */
    public static synchronized void forget(String registry, String model, String alias, String version)
            throws IOException {
        Path file = file(registry, model);
        List<Map<?, ?>> promotions = forUpdate(file);
        Optional<Map<?, ?>> last = promotions.stream()
                .filter(promotion -> version.equals(promotion.get("version")) && alias.equals(promotion.get("alias")))
                .findFirst();
        if (last.isPresent()) {
            promotions.remove(last.get());
            write(file, promotions);
        }
    }

    /** What this policy loosened or removed since the last promotion; null if none is known, or its policy cannot be read. */
    public static PolicyChanges compare(String registry, String model, GatePolicy policy) {
        Path file = file(registry, model);
        List<Map<?, ?>> promotions = known(file, model);
        if (promotions.isEmpty()) {
            return null;
        }
        try {
            Map<?, ?> last = promotions.get(0);
            return new PolicyChanges(
                    String.valueOf(last.get("build")),
                    PolicyComparison.loosened(read((String) last.get("policy")), policy));
        } catch (PolicyException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "Cannot read the policy of the last promotion from " + file);
            return null;
        }
    }

    /**
     * Whether the last promotion of this version to the alias needed an approval, as far as it is remembered. If its policy cannot
     * be read, it did.
     */
    public static boolean wasApproved(String registry, String model, String alias, String version) {
        Path file = file(registry, model);
        return known(file, model).stream()
                .filter(promotion -> version.equals(promotion.get("version")) && alias.equals(promotion.get("alias")))
                .findFirst()
                .map(promotion -> {
                    try {
                        GatePolicy policy = read((String) promotion.get("policy"));
                        return policy.promotion() == null
                                || !policy.promotion().approval().isNever();
                    } catch (PolicyException | RuntimeException e) {
                        LOGGER.log(Level.WARNING, e, () -> "Cannot read the policy of a promotion from " + file);
                        return true;
                    }
                })
                .orElse(false);
    }

    /** The promotions that are remembered, the last one first; none if they cannot be read. */
    private static List<Map<?, ?>> known(Path file, String model) {
        try {
            return stored(file);
        } catch (NoSuchFileException e) {
            LOGGER.log(Level.FINE, "No promotion of {0} is known", model);
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "Cannot read the policy of the last promotion from " + file);
        }
        return List.of();
    }

    /**
     * The same to add to, or take from, before the file is replaced: a file whose record is invalid is set aside.
     *
     * @throws IOException if the file cannot be read now; it must not be replaced then
     */
    private static List<Map<?, ?>> forUpdate(Path file) throws IOException {
        try {
            return stored(file);
        } catch (NoSuchFileException e) {
            return new ArrayList<>();
        } catch (InvalidRecordException e) {
            JsonFile.setAside(file, e);
            return new ArrayList<>();
        }
    }

    private static List<Map<?, ?>> stored(Path file) throws IOException {
        Map<?, ?> record = JsonFile.read(file, LARGEST_FILE, SCHEMA_VERSION);
        List<Map<?, ?>> promotions = new ArrayList<>(List.of(record));
        if (record.get(EARLIER) instanceof List<?> earlier) {
            earlier.stream().filter(Map.class::isInstance).forEach(one -> promotions.add((Map<?, ?>) one));
        }
        return promotions;
    }

    /** Keeps as many as are of use and fit. */
    private static void write(Path file, List<Map<?, ?>> promotions) throws IOException {
        if (promotions.isEmpty()) {
            Files.deleteIfExists(file);
            return;
        }
        Map<String, Object> last = withoutEarlier(promotions.get(0));
        List<Object> earlier = new ArrayList<>();
        int room = LONGEST_POLICY;
        for (Map<?, ?> promotion : promotions.subList(1, promotions.size())) {
            room -= promotion.get("policy") instanceof String policy ? policy.length() : 0;
            if (room < 0 || earlier.size() == MOST_EARLIER) {
                break;
            }
            earlier.add(withoutEarlier(promotion));
        }
        last.put(EARLIER, earlier);
        JsonFile.write(file, last);
    }

    private static Map<String, Object> withoutEarlier(Map<?, ?> promotion) {
        Map<String, Object> copy = new LinkedHashMap<>();
        promotion.forEach((key, value) -> copy.put((String) key, value));
        copy.remove(EARLIER);
        return copy;
    }

    private static GatePolicy read(String text) throws PolicyException {
        PolicyDocument file = PolicyDocument.read("the last promotion", CanonicalPolicy.file(MODEL, text));
        return PolicyReader.resolve(file, MODEL, PolicyOverrides.NONE);
    }

    private static Path file(String registry, String model) {
        return Jenkins.get()
                .getRootDir()
                .toPath()
                .resolve(GateReportAction.URL_NAME)
                .resolve("promotions")
                .resolve(Digests.sha256(registry + '\n' + model) + ".json");
    }
}
