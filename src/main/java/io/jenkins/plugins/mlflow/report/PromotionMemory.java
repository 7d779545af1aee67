package io.jenkins.plugins.mlflow.report;

import hudson.model.Run;
import hudson.util.AtomicFileWriter;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.policy.PolicyCanon;
import io.jenkins.plugins.mlflow.policy.PolicyComparison;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;

/**
 * The policy that let the last promotion of each model through, so that a weaker one is seen. One small file per registry and
 * model under {@code JENKINS_HOME/mlflow-eval-gate/promotions}, which outlives the builds; it holds what the build log shows,
 * and never a secret. A registry is named by its address, so that giving a server another name forgets nothing.
 */
public final class PromotionMemory {
    private static final Logger LOGGER = Logger.getLogger(PromotionMemory.class.getName());
    private static final int LONGEST_POLICY = PolicyDocument.MAX_BYTES / 2;
    private static final long LARGEST_FILE = 4L * PolicyDocument.MAX_BYTES;
    private static final String MODEL = "m";

    private PromotionMemory() {}

    /**
     * Remembers a verified promotion in place of the one before.
     *
     * @param registry the address of the registry, with its workspace
     * @param policy by which the promoted version was judged
     */
    public static void remember(String registry, GateReport report, GatePolicy policy, Run<?, ?> run) throws IOException {
        String text = PolicyCanon.describe(policy);
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("schema_version", 1);
        record.put("model", report.getModel());
        record.put("server", report.getServer());
        record.put("version", report.getPromotion().getVersion());
        record.put("build", run.getParent().getFullName() + " #" + run.getNumber());
        record.put("build_url", Jenkins.get().getRootUrl() == null ? null : Jenkins.get().getRootUrl() + run.getUrl());
        record.put("promoted_at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        record.put("policy_sha256", report.getPolicySha256());
        record.put("policy", text.length() > LONGEST_POLICY ? null : text);
        try (AtomicFileWriter writer = new AtomicFileWriter(file(registry, report.getModel()), StandardCharsets.UTF_8)) {
            writer.write(ReportFiles.encodable(Json.writePretty(record)));
            writer.commit();
        }
    }

    /** What this policy loosened or removed since the last promotion; null if none is known, or its policy cannot be read. */
    public static PolicyChanges compare(String registry, String model, GatePolicy policy) {
        Path file = file(registry, model);
        try {
            if (Files.size(file) > LARGEST_FILE) {
                throw new IOException("it is larger than any that was written");
            }
            Map<?, ?> record = (Map<?, ?>) Json.read(Files.readString(file));
            return new PolicyChanges(
                    String.valueOf(record.get("build")),
                    PolicyComparison.loosened(read((String) record.get("policy")), policy));
        } catch (NoSuchFileException e) {
            LOGGER.log(Level.FINE, "No promotion of {0} is known", model);
        } catch (IOException | PolicyException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "Cannot read the policy of the last promotion from " + file);
        }
        return null;
    }

    private static GatePolicy read(String text) throws PolicyException {
        String file = "version: 1\nmodels:\n  " + MODEL + ":\n" + text.indent(4);
        return PolicyReader.resolve(PolicyDocument.read("the last promotion", file), MODEL, PolicyOverrides.NONE);
    }

    private static Path file(String registry, String model) {
        return Jenkins.get().getRootDir().toPath()
                .resolve(GateReportAction.URL_NAME)
                .resolve("promotions")
                .resolve(sha256(registry + '\n' + model) + ".json");
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
