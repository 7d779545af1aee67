package io.jenkins.plugins.mlflow;

import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.domains.Domain;
import hudson.model.AbstractItem;
import hudson.model.Executor;
import hudson.model.Job;
import hudson.model.Node;
import hudson.model.Run;
import hudson.model.TopLevelItem;
import hudson.model.User;
import hudson.model.View;
import hudson.security.ACL;
import hudson.security.ACLContext;
import hudson.security.AuthorizationStrategy;
import hudson.security.SecurityRealm;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import jenkins.model.ArtifactManagerConfiguration;
import jenkins.model.Jenkins;
import jenkins.model.JenkinsLocationConfiguration;
import jenkins.util.io.PathRemover;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestCrumbIssuer;

/**
 * Empties the Jenkins of {@link WithSharedJenkins} after each test, and stops it after the last. What lives elsewhere, such as the
 * fields of a test extension or a system property, is for the test to reset.
 */
final class JenkinsReset implements AfterEachCallback, AfterAllCallback {
    private static final List<String> FOLDERS = List.of("mlflow-eval-gate", "fingerprints", "workspace");

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        Jenkins jenkins = Jenkins.get();
        JenkinsRule rule = rule(jenkins);
        try (ACLContext system = ACL.as2(ACL.SYSTEM2)) {
            closeBrowsers(rule);
            endBuilds(jenkins);
            deleteItems(jenkins);
            restoreSettings(jenkins, rule);
            for (String folder : FOLDERS) {
                delete(jenkins.getRootDir().toPath().resolve(folder));
            }
        }
    }

    /** The harness would leave it running until the next one starts. */
    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        Jenkins jenkins = Jenkins.getInstanceOrNull();
        if (jenkins != null) {
            rule(jenkins).after();
        }
    }

    private static JenkinsRule rule(Jenkins jenkins) {
        return jenkins.getActions().stream()
                .filter(JenkinsRule.class::isInstance)
                .map(JenkinsRule.class::cast)
                .findFirst()
                .orElseThrow();
    }

    /** Their scripts would poll until the end of the class, and the harness keeps them where only it can reach them. */
    private static void closeBrowsers(JenkinsRule rule) throws ReflectiveOperationException {
        Field field = JenkinsRule.class.getDeclaredField("clients");
        field.setAccessible(true);
        List<?> clients = (List<?>) field.get(rule);
        clients.forEach(client -> ((JenkinsRule.WebClient) client).close());
        clients.clear();
    }

    private static void endBuilds(Jenkins jenkins) {
        jenkins.getQueue().clear();
        for (Job<?, ?> job : jenkins.allItems(Job.class)) {
            for (Run<?, ?> run : job.getBuilds()) {
                end(run);
            }
        }
    }

    private static void end(Run<?, ?> run) {
        if (!run.isBuilding()) {
            return;
        }
        Executor executor = run.getExecutor();
        if (run instanceof WorkflowRun pipeline) {
            pipeline.doKill();
        } else if (executor != null) {
            executor.interrupt();
        }
        Await.until("the end of " + run, () -> !run.isBuilding());
    }

    private static void deleteItems(Jenkins jenkins) throws Exception {
        for (TopLevelItem item : jenkins.getItems()) {
            ((AbstractItem) item).delete();
        }
        for (View view : List.copyOf(jenkins.getViews())) {
            if (view != jenkins.getPrimaryView()) {
                jenkins.deleteView(view);
            }
        }
        for (Node node : jenkins.getNodes()) {
            jenkins.removeNode(node);
        }
        for (User user : User.getAll()) {
            user.delete();
        }
    }

    private static void restoreSettings(Jenkins jenkins, JenkinsRule rule) throws IOException {
        jenkins.setSecurityRealm(SecurityRealm.NO_AUTHENTICATION);
        jenkins.setAuthorizationStrategy(AuthorizationStrategy.UNSECURED);
        jenkins.setCrumbIssuer(new TestCrumbIssuer());
        jenkins.setProxy(null);
        jenkins.getGlobalNodeProperties().clear();
        ArtifactManagerConfiguration.get().getArtifactManagerFactories().clear();
        JenkinsLocationConfiguration.get().setUrl(rule.getURL().toString());
        SystemCredentialsProvider.getInstance().setDomainCredentialsMap(Map.of(Domain.global(), List.of()));
        SystemCredentialsProvider.getInstance().save();
        MlflowGlobalConfiguration mlflow = MlflowGlobalConfiguration.get();
        mlflow.setServers(List.of());
        mlflow.setPolicy("");
        Files.deleteIfExists(jenkins.getRootDir().toPath().resolve(MlflowGlobalConfiguration.class.getName() + ".xml"));
    }

    private static void delete(Path folder) throws IOException {
        PathRemover.newSimpleRemover().forceRemoveRecursive(folder);
    }
}
