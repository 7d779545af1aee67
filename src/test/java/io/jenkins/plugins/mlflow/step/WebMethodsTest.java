package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import hudson.ExtensionList;
import hudson.model.Descriptor;
import hudson.model.Item;
import hudson.model.Result;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import io.jenkins.plugins.mlflow.live.ModelsAction;
import io.jenkins.plugins.mlflow.live.ModelsView;
import io.jenkins.plugins.mlflow.trigger.WebhookAction;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.htmlunit.WebResponse;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;
import org.kohsuke.stapler.WebMethod;
import org.kohsuke.stapler.verb.GET;
import org.kohsuke.stapler.verb.POST;

/**
 * Every method of ours that an HTTP request can call, found in the classes, so that none can be forgotten: those that check or
 * change something by GET and by people who may not, those that only show something by people who may not see it. "reader" may
 * see the job. What takes webhooks is for strangers, and has tests of its own.
 */
@WithJenkins
class WebMethodsTest {
    /** Something for every parameter that a method may have. */
    private static final String PARAMETERS =
            "?value=given&name=given&trackingUri=http://127.0.0.1:9&credentialsId=given"
                    + "&connectTimeoutSeconds=1&requestTimeoutSeconds=1&server=given&model=given&from=given&to=given&reason=given";

    private static final List<String> STRANGERS = Arrays.asList("manager", "outsider", null);

    private JenkinsRule jenkins;
    private HttpMlflow mlflow;
    private WorkflowJob job;
    private WorkflowRun build;
    private String record;

    @AfterEach
    void forbid() {
        Jenkins.MANAGE.setEnabled(false);
        Jenkins.SYSTEM_READ.setEnabled(false);
        mlflow.close();
    }

    private void promoted(JenkinsRule rule) throws Exception {
        jenkins = rule;
        mlflow = new HttpMlflow().championAndCandidate();
        MlflowGlobalConfiguration.get()
                .setServers(List.of(new MlflowServerConfiguration("hidden-server", mlflow.uri())));
        MlflowGlobalConfiguration.get().setPolicy("version: 1\nmodels: {churn-classifier: {metrics: {accuracy: 0.9}}}");
        job = rule.createProject(WorkflowJob.class, "job");
        job.setDefinition(new CpsFlowDefinition(
                "mlflowEvalGate model: 'churn-classifier', promote: 'champion', baseline: 'champion'", true));
        build = rule.buildAndAssertStatus(Result.SUCCESS, job);
        rule.jenkins.addView(new ModelsView("models"));
        mlflow.writes.clear();
        Jenkins.MANAGE.setEnabled(true);
        Jenkins.SYSTEM_READ.setEnabled(true);
        rule.jenkins.setSecurityRealm(rule.createDummySecurityRealm());
        rule.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin")
                .grant(Jenkins.MANAGE, Jenkins.SYSTEM_READ, Jenkins.READ)
                .everywhere()
                .to("manager")
                .grant(Jenkins.READ)
                .everywhere()
                .to("outsider", "reader")
                .grant(Item.READ)
                .onItems(job)
                .to("reader"));
        Matcher link = Pattern.compile("rollback/([^/\"]+)/")
                .matcher(ask("admin", HttpMethod.GET, job.getUrl() + "mlflow-eval-gate/")
                        .getContentAsString());
        assertTrue(link.find());
        record = link.group(1);
    }

    @Test
    void noWebMethodAnswersWhoMayNotOrChangesAnythingByGet(JenkinsRule rule) throws Exception {
        promoted(rule);
        List<Method> methods = webMethods();
        assertTrue(methods.size() >= 20, methods::toString);
        for (Method method : methods) {
            boolean posts = method.isAnnotationPresent(POST.class);
            assertTrue(posts || method.isAnnotationPresent(GET.class), () -> method + " is neither @POST nor @GET");
            assertTrue(
                    posts || !takesInput(method) || isReading(method),
                    () -> method + " has parameters, but is not @POST");
            for (String place : places(method.getDeclaringClass())) {
                String path = place + name(method) + PARAMETERS;
                HttpMethod right = posts ? HttpMethod.POST : HttpMethod.GET;
                int reached = ask("admin", right, path).getStatusCode();
                assertFalse(List.of(403, 404, 405, 500).contains(reached), () -> path + " was not reached: " + reached);
                List<String> strangers = new ArrayList<>(STRANGERS);
                if (posts) {
                    int byGet = ask("admin", HttpMethod.GET, path).getStatusCode();
                    assertTrue(List.of(404, 405).contains(byGet), () -> path + " answered GET with " + byGet);
                    strangers.add("reader");
                }
                for (String stranger : strangers) {
                    assertTellsNothing(ask(stranger, right, path), stranger + " at " + path);
                }
            }
        }
        assertEquals(List.of(), mlflow.writes);
        assertEquals("7", mlflow.holder("champion"));
    }

    /** What a form fills and checks for nobody is empty; all else is refused. */
    private static void assertTellsNothing(WebResponse answer, String which) {
        String text = answer.getContentAsString();
        boolean form =
                Pattern.compile("/(fill\\w+Items|check\\w+)\\?").matcher(which).find();
        assertTrue(
                answer.getStatusCode() == 403 || answer.getStatusCode() == 404 || form && answer.getStatusCode() == 200,
                () -> which + " is answered with " + answer.getStatusCode());
        assertFalse(
                form && answer.getStatusCode() == 200 && text.contains("error"), () -> which + " is checked: " + text);
        for (String secret : List.of("hidden-server", "churn-classifier", "champion", "accuracy")) {
            assertFalse(text.contains(secret), () -> which + " tells " + secret + ": " + text);
        }
    }

    private static boolean takesInput(Method method) {
        return Arrays.stream(method.getParameterAnnotations()).anyMatch(annotations -> annotations.length > 0);
    }

    /** The one method with parameters that is meant for GET: which gates of the trend to show. */
    private static boolean isReading(Method method) {
        return method.getDeclaringClass() == ModelsAction.class
                && method.getName().equals("doTrendJson");
    }

    private static List<Method> webMethods() throws ClassNotFoundException {
        List<Method> found = new ArrayList<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.jenkins.plugins.mlflow")) {
            if (type.isEquivalentTo(WebhookAction.class)) {
                continue;
            }
            Class<?> loaded = Class.forName(type.getName(), false, WebMethodsTest.class.getClassLoader());
            Stream.of(loaded.getDeclaredMethods())
                    .filter(WebMethodsTest::isWebMethod)
                    .forEach(found::add);
        }
        return found;
    }

    private static boolean isWebMethod(Method method) {
        return Modifier.isPublic(method.getModifiers())
                && !method.isSynthetic()
                && (method.getName().matches("do[A-Z].*")
                        || method.getName().matches("js[A-Z].*")
                        || Arrays.stream(method.getAnnotations())
                                .map(annotation -> annotation.annotationType().getName())
                                .anyMatch(name -> name.startsWith("org.kohsuke.stapler.")
                                        && !name.contains("DataBound")
                                        && !name.contains(".export.")));
    }

    private static String name(Method method) {
        WebMethod named = method.getAnnotation(WebMethod.class);
        return named != null
                ? named.name()[0]
                : method.getName().substring(2, 3).toLowerCase()
                        + method.getName().substring(3);
    }

    /** Where the objects of a class are found. */
    private List<String> places(Class<?> type) {
        if (Descriptor.class.isAssignableFrom(type)) {
            String descriptor =
                    "descriptorByName/" + ((Descriptor<?>) ExtensionList.lookupSingleton(type)).getId() + "/";
            return List.of(descriptor, job.getUrl() + descriptor);
        }
        String page = "mlflow-eval-gate/";
        List<String> places =
                switch (type.getName().replaceFirst("^.*\\.", "")) {
                    case "GateReportPage" -> List.of(build.getUrl() + page + "1/");
                    case "GateReportPage$DocumentApi" -> List.of(build.getUrl() + page + "1/api/");
                    case "ModelsAction" -> List.of(job.getUrl() + page);
                    case "ModelsView" -> List.of("view/models/");
                    case "RollbackPage" ->
                        List.of(
                                job.getUrl() + page + "rollback/" + record + "/",
                                "manage/mlflow-models/rollback/" + record + "/");
                    default -> null;
                };
        assertNotNull(places, () -> "tell this test where " + type + " is found");
        return places;
    }

    private WebResponse ask(String user, HttpMethod method, String path) throws Exception {
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            client.withThrowExceptionOnFailingStatusCode(false).withJavaScriptEnabled(false);
            if (user != null) {
                client.withBasicApiToken(user);
            }
            return client.loadWebResponse(new WebRequest(new URL(jenkins.getURL(), path), method));
        }
    }
}
