package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Cause;
import hudson.model.CauseAction;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.config.PromotionRights;
import io.jenkins.plugins.mlflow.step.TestRepository.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jenkins.branch.BranchSource;
import jenkins.scm.api.SCMSourceDescriptor;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.BuildWatcherExtension;

/**
 * What the author of a pull request can reach in a multibranch project whose Jenkinsfile is trusted: its checkout brings the
 * stranger's policy file into the workspace. Version 6 is the champion, version 7 the candidate with an accuracy of 0.93.
 */
class ChangeRequestTest extends PipelineTest {
    @RegisterExtension
    private static final BuildWatcherExtension BUILDS = new BuildWatcherExtension();

    /** The repository of a test. */
    public static final class Repository extends TestRepository {
        /** Makes it known to Jenkins. */
        @TestExtension
        public static final class DescriptorImpl extends SCMSourceDescriptor {
            @NonNull
            @Override
            public String getDisplayName() {
                return "Test repository";
            }
        }
    }

    /** Lets Jenkins read its files. */
    @TestExtension
    public static final class RepositoryFiles extends TestRepository.FilesBuilder {}

    private static final String WEAK = policy("accuracy: 0");
    private static final String STRICT = policy("accuracy: 0.99");
    private static final String PASSING = policy("accuracy: 0.9");

    private TestRepository repository;

    @BeforeEach
    void openRepository() throws Exception {
        repository = new Repository();
        // The builds of branches would wait for five seconds before they start.
        jenkins.jenkins.setQuietPeriod(0);
    }

    private static String policy(String rule) {
        return "version: 1\nmodels: {churn-classifier: {metrics: {" + rule + "}, promote: champion}}\n";
    }

    /** A Jenkinsfile whose checkout leaves this policy file in the workspace, as that of a change request would. */
    private static String pipeline(String checkedOut, String parameters) {
        return "node {\n writeFile file: 'eval_gate.yaml', text: '''" + checkedOut + "'''\n"
                + " def gate = mlflowEvalGate model: 'churn-classifier', onFailure: 'continue'" + parameters + "\n"
                + " echo \"after: ${gate.status} ${gate.promoted}\"\n}";
    }

    /** The same on the main branch, which does nothing there. */
    private static String ofChangeRequests(String parameters) {
        return "if (env.BRANCH_NAME != 'main') {\n" + pipeline(WEAK, parameters) + "\n}";
    }

    private void rights(String allowedJobs, boolean changeRequests) {
        MlflowServerConfiguration server = new MlflowServerConfiguration("stub", mlflow.uri());
        PromotionRights rights = new PromotionRights(allowedJobs);
        rights.setChangeRequests(changeRequests);
        server.setPromotion(rights);
        MlflowGlobalConfiguration.get().setServers(List.of(server));
    }

    /** Builds all branches and change requests of the repository, as the project ml/churn. */
    private WorkflowMultiBranchProject project() throws Exception {
        Folder folder = jenkins.createProject(Folder.class, "ml");
        WorkflowMultiBranchProject project = folder.createProject(WorkflowMultiBranchProject.class, "churn");
        project.getSourcesList().add(new BranchSource(repository));
        project.scheduleBuild2(0).getFuture().get();
        jenkins.waitUntilNoActivity();
        return project;
    }

    private WorkflowRun build(String branch, Result expected) throws Exception {
        WorkflowJob job = project().getItemByBranchName(branch);
        return jenkins.assertBuildStatus(expected, job.getLastBuild());
    }

    private Object origin(WorkflowRun run) throws Exception {
        return ((Map<?, ?>) Pipelines.report(jenkins, run).get("policy")).get("origin");
    }

    private String configurationError(WorkflowRun run) throws Exception {
        Map<?, ?> error = (Map<?, ?>) Pipelines.report(jenkins, run).get("error");
        assertEquals("CONFIGURATION", error.get("category"));
        assertEquals(List.of(), mlflow.requests);
        return (String) error.get("message");
    }

    private void assertNothingWasWritten() {
        assertEquals(List.of(), mlflow.changes);
        assertEquals(
                List.of(),
                mlflow.requests.stream()
                        .filter(request -> request.contains("set-tag"))
                        .toList());
    }

    @Test
    void aForkIsEvaluatedByThePolicyOfTheTrustedRevision() throws Exception {
        repository
                .branch("main", "Jenkinsfile", ofChangeRequests(""), "eval_gate.yaml", STRICT)
                .changeRequest(
                        "PR-7", Origin.STRANGER, "Jenkinsfile", "error 'nobody runs this'", "eval_gate.yaml", WEAK);

        WorkflowRun run = build("PR-7", Result.SUCCESS);

        jenkins.assertLogContains("after: FAILED false", run);
        assertEquals("eval_gate.yaml at tip-of-main (trusted)", origin(run));
        assertNothingWasWritten();
    }

    @Test
    void theForksOwnFileNeverCountsWhereTheTrustedRevisionHasNone() throws Exception {
        repository
                .branch("main", "Jenkinsfile", ofChangeRequests(""))
                .changeRequest("PR-7", Origin.STRANGER, "eval_gate.yaml", WEAK);

        WorkflowMultiBranchProject project = project();
        WorkflowRun run = jenkins.assertBuildStatus(
                Result.FAILURE, project.getItemByBranchName("PR-7").getLastBuild());
        String message = configurationError(run);
        assertTrue(message.contains("whose own policy file does not count"), message);

        MlflowGlobalConfiguration.get().setPolicy(STRICT);
        WorkflowRun next = jenkins.buildAndAssertSuccess(project.getItemByBranchName("PR-7"));
        jenkins.assertLogContains("after: FAILED false", next);
        assertEquals("stored policy", origin(next));
    }

    @Test
    void aChangeRequestRollsNothingBack() throws Exception {
        String rollback =
                "if (env.BRANCH_NAME != 'main') mlflowRollback model: 'churn-classifier', alias: 'champion', from: 6";
        repository
                .branch("main", "Jenkinsfile", rollback)
                .changeRequest("PR-7", Origin.STRANGER, "eval_gate.yaml", WEAK);

        WorkflowRun run = build("PR-7", Result.FAILURE);

        jenkins.assertLogContains(
                "FORBIDDEN: job 'ml/churn/PR-7' builds a change request and is not allowed to promote on server 'stub'",
                run);
        assertEquals(List.of(), mlflow.requests);
    }

    @Test
    void aNamedFileIsThatOfTheTrustedRevisionToo() throws Exception {
        repository
                .branch(
                        "main",
                        "Jenkinsfile",
                        ofChangeRequests(", policy: 'gates/strict.yaml'"),
                        "gates/strict.yaml",
                        STRICT)
                .changeRequest("PR-7", Origin.STRANGER, "gates/strict.yaml", WEAK);

        WorkflowRun run = build("PR-7", Result.SUCCESS);

        jenkins.assertLogContains("after: FAILED false", run);
        assertEquals("gates/strict.yaml at tip-of-main (trusted)", origin(run));
    }

    @Test
    void aNamedFileThatOnlyTheForkHasIsAnError() throws Exception {
        repository
                .branch("main", "Jenkinsfile", ofChangeRequests(", policy: 'eval_gate.yaml'"))
                .changeRequest("PR-7", Origin.STRANGER, "eval_gate.yaml", WEAK);

        String message = configurationError(build("PR-7", Result.FAILURE));

        assertTrue(message.contains("'eval_gate.yaml' is not at revision tip-of-main"), message);
    }

    @Test
    void aPathOutOfTheRepositoryIsRefused() throws Exception {
        repository
                .branch("main", "Jenkinsfile", ofChangeRequests(", policy: '../eval_gate.yaml'"))
                .changeRequest("PR-7", Origin.STRANGER);

        String message = configurationError(build("PR-7", Result.FAILURE));

        assertTrue(message.contains("it lies outside of the repository"), message);
    }

    @Test
    void aHostThatDoesNotAnswerIsAnErrorAndNotAnAbsentFile() throws Exception {
        MlflowGlobalConfiguration.get().setPolicy(PASSING);
        repository
                .branch("main", "Jenkinsfile", ofChangeRequests(""), "eval_gate.yaml", STRICT)
                .changeRequest("PR-7", Origin.STRANGER);
        TestRepository.breakDown();

        WorkflowRun run = build("PR-7", Result.FAILURE);

        Map<?, ?> error = (Map<?, ?>) Pipelines.report(jenkins, run).get("error");
        assertEquals("UNREACHABLE", error.get("category"));
        assertTrue(error.get("message").toString().contains("the host of the repository is down"), error::toString);
    }

    @Test
    void aForkOfACollaboratorIsEvaluatedByTheRevisionThatIsBuilt() throws Exception {
        repository
                .branch("main", "Jenkinsfile", "echo 'main'", "eval_gate.yaml", WEAK)
                .changeRequest(
                        "PR-8", Origin.COLLABORATOR, "Jenkinsfile", pipeline(WEAK, ""), "eval_gate.yaml", STRICT);

        WorkflowRun run = build("PR-8", Result.SUCCESS);

        jenkins.assertLogContains("after: FAILED false", run);
        assertEquals("eval_gate.yaml at tip-of-PR-8 (trusted)", origin(run));
    }

    @Test
    void aChangeRequestPromotesNothingAndWritesNothingWhereNoJobsAreListed() throws Exception {
        repository
                .branch("main", "Jenkinsfile", ofChangeRequests(""), "eval_gate.yaml", PASSING)
                .changeRequest("PR-7", Origin.STRANGER)
                .changeRequest("PR-9", Origin.SAME_REPOSITORY, "Jenkinsfile", pipeline(WEAK, ""));

        WorkflowMultiBranchProject project = project();

        for (String branch : List.of("PR-7", "PR-9")) {
            WorkflowRun run = jenkins.assertBuildStatusSuccess(
                    project.getItemByBranchName(branch).getLastBuild());
            jenkins.assertLogContains("after: PASSED false", run);
            assertEquals(
                    "job 'ml/churn/" + branch
                            + "' builds a change request and is not allowed to promote on server 'stub'",
                    ((Map<?, ?>) Pipelines.report(jenkins, run).get("promotion")).get("reason"));
        }
        assertNothingWasWritten();
    }

    @Test
    void aChangeRequestThatIsListedPromotesOnlyIfTheServerSaysSo() throws Exception {
        repository
                .branch("main", "Jenkinsfile", ofChangeRequests(""), "eval_gate.yaml", PASSING)
                .changeRequest("PR-7", Origin.STRANGER);
        rights("ml/**", false);
        WorkflowMultiBranchProject project = project();
        WorkflowJob job = project.getItemByBranchName("PR-7");
        jenkins.assertLogContains("after: PASSED false", job.getLastBuild());

        rights("", true);
        jenkins.assertLogContains("after: PASSED false", jenkins.buildAndAssertSuccess(job));
        assertNothingWasWritten();

        rights("ml/churn/PR-*", true);
        jenkins.assertLogContains("after: PASSED true", jenkins.buildAndAssertSuccess(job));
        assertEquals("7", mlflow.holder("champion"));
    }

    @Test
    void theGateOfAnotherJobDoesNotPromoteTheRunOfAChangeRequest() throws Exception {
        mlflow.ofEveryBuild("r7");
        repository
                .branch("main", "Jenkinsfile", "")
                .changeRequest("PR-8", Origin.SAME_REPOSITORY, "Jenkinsfile", "withMlflow { }");
        WorkflowRun request = build("PR-8", Result.SUCCESS);
        WorkflowRun ordinary = Pipelines.build(jenkins, Result.SUCCESS, "withMlflow { }");
        WorkflowJob gate = Pipelines.job(
                jenkins,
                "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9], promote: 'champion', buildRuns: 'upstream'");

        Map<?, ?> refused = promotion(jenkins.assertBuildStatusSuccess(gate.scheduleBuild2(0, triggeredBy(request))));
        assertEquals(false, refused.get("promoted"));
        assertTrue(String.valueOf(refused.get("reason")).contains("builds a change request"), refused::toString);
        assertNothingWasWritten();
        Map<?, ?> promoted = promotion(jenkins.assertBuildStatusSuccess(gate.scheduleBuild2(0, triggeredBy(ordinary))));
        assertEquals(true, promoted.get("promoted"));

        WorkflowRun both =
                jenkins.assertBuildStatus(Result.FAILURE, gate.scheduleBuild2(0, triggeredBy(request, ordinary)));
        jenkins.assertLogContains("CONFLICT: several builds with runs triggered this one", both);
    }

    private static CauseAction triggeredBy(Run<?, ?>... upstreams) {
        List<Cause> causes = new ArrayList<>();
        for (Run<?, ?> upstream : upstreams) {
            causes.add(new Cause.UpstreamCause(upstream));
        }
        return new CauseAction(causes);
    }

    private Map<?, ?> promotion(WorkflowRun run) throws Exception {
        return (Map<?, ?>) Pipelines.report(jenkins, run).get("promotion");
    }

    @Test
    void aForkIsGivenNoTrainingCredentials() throws Exception {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new UsernamePasswordCredentialsImpl(CredentialsScope.SYSTEM, "login", "", "trainer", "c4nary"));
        MlflowServerConfiguration server = new MlflowServerConfiguration("stub", mlflow.uri());
        server.setTrainingCredentialsId("login");
        MlflowGlobalConfiguration.get().setServers(List.of(server));
        String training =
                "withMlflow { echo \"user ${env.MLFLOW_TRACKING_USERNAME}, password ${env.MLFLOW_TRACKING_PASSWORD}\" }";
        repository
                .branch("main", "Jenkinsfile", training)
                .changeRequest("PR-7", Origin.STRANGER, "Jenkinsfile", training)
                .changeRequest("PR-8", Origin.SAME_REPOSITORY, "Jenkinsfile", training);
        WorkflowMultiBranchProject project = project();

        WorkflowRun fork = jenkins.assertBuildStatusSuccess(
                project.getItemByBranchName("PR-7").getLastBuild());
        WorkflowRun own = jenkins.assertBuildStatusSuccess(
                project.getItemByBranchName("PR-8").getLastBuild());

        jenkins.assertLogContains("user null, password null", fork);
        jenkins.assertLogContains("No training credentials are given to this build", fork);
        jenkins.assertLogContains("user trainer, password ****", own);
    }

    @Test
    void aBranchWithASlashPromotesByThePatternThatPeopleWrite() throws Exception {
        rights("ml/*/release/*", false);
        String script = pipeline(PASSING, "");
        repository.branch("hotfix/release", "Jenkinsfile", script).branch("release/1.0", "Jenkinsfile", script);

        WorkflowMultiBranchProject project = project();

        jenkins.assertLogContains(
                "after: PASSED false",
                project.getItemByBranchName("hotfix/release").getLastBuild());
        WorkflowRun release = project.getItemByBranchName("release/1.0").getLastBuild();
        assertEquals("ml/churn/release%2F1.0", release.getParent().getFullName());
        assertEquals("eval_gate.yaml", origin(release));
        assertEquals("7", mlflow.holder("champion"));
    }
}
