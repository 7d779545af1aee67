package io.jenkins.plugins.mlflow.report;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import hudson.model.FreeStyleBuild;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** The remembered policies: whatever becomes of their file, it is not overwritten unread. */
@WithJenkins
class PromotionMemoryTest {
    private static final String REGISTRY = "mlflow.example.com\ndefault";

    private static GatePolicy policy(double threshold) throws Exception {
        return PolicyReader.resolve(
                null,
                "churn",
                PolicyOverrides.builder()
                        .thresholds(Map.of("accuracy", threshold))
                        .promote("champion")
                        .build());
    }

    /** A crash after a promotion was remembered, and before Jenkins knew that its gate has ended. */
    @Test
    void aPromotionThatIsRememberedTwiceIsForgottenAtOnce(JenkinsRule jenkins) throws Exception {
        FreeStyleBuild build = jenkins.buildAndAssertSuccess(jenkins.createFreeStyleProject());
        PromotionMemory.remember(REGISTRY, Reports.passed(), policy(0.9), build);
        FreeStyleBuild next = jenkins.buildAndAssertSuccess(jenkins.createFreeStyleProject());
        PromotionMemory.remember(REGISTRY, Reports.passed(), policy(0.5), next);
        PromotionMemory.remember(REGISTRY, Reports.passed(), policy(0.5), next);

        PromotionMemory.forget(
                REGISTRY,
                "churn-classifier",
                "champion",
                Reports.passed().getPromotion().getVersion());

        assertThat(
                PromotionMemory.compare(REGISTRY, "churn-classifier", policy(0.5))
                        .getCount(),
                is(1));
    }

    @Test
    void aFileThatCannotBeUsedIsKeptBesideTheNewOne(JenkinsRule jenkins) throws Exception {
        FreeStyleBuild build = jenkins.buildAndAssertSuccess(jenkins.createFreeStyleProject());
        GatePolicy policy = policy(0.9);
        PromotionMemory.remember(REGISTRY, Reports.passed(), policy, build);
        Path folder = jenkins.jenkins
                .getRootDir()
                .toPath()
                .resolve("mlflow-eval-gate")
                .resolve("promotions");
        Path file;
        try (Stream<Path> files = Files.list(folder)) {
            file = files.findFirst().orElseThrow();
        }
        assertThat(PromotionMemory.compare(REGISTRY, "churn-classifier", policy), is(notNullValue()));

        for (Map.Entry<String, String> broken :
                Map.of(".corrupt", "{", ".newer", "{\"schema_version\": 2}").entrySet()) {
            Files.writeString(file, broken.getValue());
            assertThat(PromotionMemory.compare(REGISTRY, "churn-classifier", policy), is(nullValue()));
            assertThat(Files.readString(file), is(broken.getValue()));
            PromotionMemory.remember(REGISTRY, Reports.passed(), policy, build);
            assertThat(
                    Files.readString(file.resolveSibling(file.getFileName() + broken.getKey())), is(broken.getValue()));
            assertThat(Files.readString(file), containsString(build.getParent().getFullName()));
        }

        Files.delete(file);
        Files.createDirectory(file);
        assertThrows(IOException.class, () -> PromotionMemory.remember(REGISTRY, Reports.passed(), policy, build));
        assertThrows(IOException.class, () -> PromotionMemory.forget(REGISTRY, "churn-classifier", "champion", "7"));
        assertThat(Files.isDirectory(file), is(true));
    }
}
