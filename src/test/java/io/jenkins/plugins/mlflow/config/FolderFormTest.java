package io.jenkins.plugins.mlflow.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.util.Secret;
import io.jenkins.plugins.mlflow.WithSharedJenkins;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import java.net.URI;
import java.util.List;
import java.util.Set;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.htmlunit.WebResponse;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/**
 * The forms of two folders, from the side of a team that wants the other's server: "lead" configures the folder {@code ml} and the
 * job in it, and only sees the folder {@code nlp}.
 */
@WithSharedJenkins
class FolderFormTest {
    private static final String SERVER = "descriptorByName/" + MlflowServerConfiguration.class.getName() + "/";
    private static final String PROPERTY = "descriptorByName/" + MlflowFolderProperty.class.getName() + "/";
    private static final List<String> CHECKS = List.of(
            SERVER + "checkName?value=production",
            SERVER + "checkTrackingUri?value=https://h",
            SERVER + "checkCredentialsId?value=token&trackingUri=https://h",
            SERVER + "checkCaCertificates?value=x",
            SERVER
                    + "testConnection?name=x&trackingUri=http://127.0.0.1:9&connectTimeoutSeconds=1&requestTimeoutSeconds=1",
            "descriptorByName/" + ServerUsage.class.getName() + "/checkAllowedJobs?value=ml/**",
            "descriptorByName/" + PromotionRights.class.getName() + "/checkAllowedJobs?value=ml/**",
            PROPERTY + "checkDefaultServer?value=production",
            PROPERTY + "checkPolicy?value=x");
    private static final String FILL = SERVER + "fillCredentialsIdItems?credentialsId=current&trackingUri=https://h";

    private static JenkinsRule r;
    private Folder ml;
    private Folder nlp;
    private FreeStyleProject churn;

    @AfterEach
    void forbid() {
        Item.EXTENDED_READ.setEnabled(false);
    }

    @BeforeAll
    static void oneJenkinsForAll(JenkinsRule rule) {
        r = rule;
    }

    @BeforeEach
    void twoTeams() throws Exception {
        Item.EXTENDED_READ.setEnabled(true);
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .addAll(List.of(
                        new StringCredentialsImpl(
                                CredentialsScope.SYSTEM, "of-the-system", "", Secret.fromString("c4nary-system")),
                        new StringCredentialsImpl(
                                CredentialsScope.GLOBAL, "of-all", "", Secret.fromString("c4nary-all"))));
        ml = Folders.in(r.jenkins, "ml");
        nlp = Folders.in(r.jenkins, "nlp");
        churn = ml.createProject(FreeStyleProject.class, "churn");
        nlp.createProject(FreeStyleProject.class, "tagger");
        Folders.token(ml, "of-ml", "c4nary-ml");
        Folders.token(nlp, "of-nlp", "c4nary-nlp");
        Folders.configure(ml, "", "", Folders.server("ml-server", "https://ml.example.com", "of-ml"));
        Folders.configure(
                nlp,
                "",
                "version: 1\nmodels: {nlp-model: {metrics: {accuracy: 0.9}}}",
                Folders.server("nlp-server", "https://nlp.example.com", "of-nlp"));
        r.jenkins.setSecurityRealm(r.createDummySecurityRealm());
        r.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin")
                .grant(Jenkins.READ, Item.READ)
                .everywhere()
                .to("lead")
                .grant(Item.CONFIGURE)
                .onItems(ml, churn)
                .to("lead"));
    }

    private WebResponse ask(String user, HttpMethod method, String path) throws Exception {
        try (JenkinsRule.WebClient client = r.createWebClient()) {
            client.withThrowExceptionOnFailingStatusCode(false)
                    .withJavaScriptEnabled(false)
                    .withBasicApiToken(user);
            return client.loadWebResponse(new WebRequest(new URI(r.getURL() + path).toURL(), method));
        }
    }

    private String post(String user, String path) throws Exception {
        WebResponse answer = ask(user, HttpMethod.POST, path);
        return answer.getStatusCode() + " " + answer.getContentAsString();
    }

    private static void assertTellsNothing(String text) {
        for (String secret : List.of("nlp-server", "nlp.example.com", "of-nlp", "nlp-model", "c4nary")) {
            assertFalse(text.contains(secret), () -> secret + " in " + text);
        }
    }

    @Test
    void whoMayConfigureAFolderIsAnsweredThereAndNowhereElse() throws Exception {
        for (String check : CHECKS) {
            assertTrue(post("lead", ml.getUrl() + check).startsWith("200 "), check);
            assertTrue(post("admin", nlp.getUrl() + check).startsWith("200 "), check);
            for (String place : List.of(nlp.getUrl(), "", churn.getUrl(), "job/nlp/job/tagger/")) {
                String refused = post("lead", place + check);
                assertTrue(refused.startsWith("403 "), () -> place + check + ": " + refused);
                assertTellsNothing(refused);
            }
            int byGet = ask("lead", HttpMethod.GET, ml.getUrl() + check).getStatusCode();
            assertTrue(byGet == 404 || byGet == 405, () -> check + ": " + byGet);
        }
    }

    @Test
    void aFormOffersTheCredentialsThatItsItemsMayUseToWhoMayConfigureIt() throws Exception {
        String offered = post("lead", ml.getUrl() + FILL);
        assertTrue(offered.contains("of-ml") && offered.contains("of-all") && offered.contains("current"), offered);
        assertFalse(offered.contains("of-the-system"), offered);
        assertTellsNothing(offered);
        assertTrue(post("admin", FILL).contains("of-the-system"));
        for (String place : List.of(nlp.getUrl(), "", churn.getUrl())) {
            String withheld = post("lead", place + FILL);
            assertFalse(
                    withheld.contains("of-ml") || withheld.contains("of-all") || withheld.contains("of-the"), withheld);
            assertTellsNothing(withheld);
        }
    }

    @Test
    void aTestOfTheConnectionSendsOnlyCredentialsThatTheFolderMayUse() throws Exception {
        try (HttpMlflow mlflow = new HttpMlflow()) {
            String test = SERVER + "testConnection?name=x&trackingUri=" + mlflow.uri()
                    + "&connectTimeoutSeconds=5&requestTimeoutSeconds=5&credentialsId=";
            for (String id : List.of("of-nlp", "of-the-system")) {
                String answer = post("lead", ml.getUrl() + test + id);
                assertTrue(answer.contains("are missing, or are not for its address"), answer);
                assertFalse(answer.contains("c4nary"), answer);
            }
            assertEquals(Set.of(), mlflow.logins);

            post("lead", ml.getUrl() + test + "of-ml");
            assertTrue(mlflow.logins.contains("Bearer c4nary-ml"), mlflow.logins::toString);
        }
    }

    @Test
    void theFormHasTheTestForWhoMayConfigureTheFolder() throws Exception {
        assertTrue(ask("lead", HttpMethod.GET, ml.getUrl() + "configure")
                .getContentAsString()
                .contains("testConnection"));
        assertTrue(ask("admin", HttpMethod.GET, "manage/configure")
                .getContentAsString()
                .contains("MLflow"));
    }

    @Test
    void whoMayNotReadTheConfigurationOfAFolderLearnsNothingOfIt() throws Exception {
        for (String page : List.of(
                "configure",
                "config.xml",
                "api/json?depth=5",
                "api/xml?depth=5",
                "properties",
                "properties/0/",
                "properties/0/servers/0/",
                "properties/0/servers/0/trackingUri",
                "properties/0/configured/0/",
                "properties/0/policy",
                "properties/0/config",
                PROPERTY,
                PROPERTY + "config",
                "job/tagger/api/json?depth=5",
                "")) {
            WebResponse answer = ask("lead", HttpMethod.GET, nlp.getUrl() + page);
            assertTellsNothing(answer.getContentAsString());
        }
        for (String page : List.of(
                "api/json?depth=5",
                "view/all/api/json?depth=5",
                "configuration-as-code/viewExport",
                "manage/configuration-as-code/viewExport")) {
            assertTellsNothing(ask("lead", HttpMethod.GET, page).getContentAsString());
        }
        assertTrue(ask("lead", HttpMethod.GET, ml.getUrl() + "config.xml")
                .getContentAsString()
                .contains("https://ml.example.com"));
        assertFalse(ask("lead", HttpMethod.GET, ml.getUrl() + "config.xml")
                .getContentAsString()
                .contains("c4nary"));
    }

    @Test
    void aJobOfTheOtherFolderIsNotOfferedTheServer() throws Exception {
        String select = "descriptorByName/io.jenkins.plugins.mlflow.step.MlflowEvalGateStep/fillServerItems?server=";
        String offered = post("lead", churn.getUrl() + select);
        assertTrue(offered.contains("ml-server"), offered);
        assertTellsNothing(offered);
        assertTellsNothing(post("lead", "job/nlp/job/tagger/" + select));
        assertTellsNothing(post("lead", ml.getUrl() + PROPERTY + "checkDefaultServer?value=nlp-"));
        assertTrue(post("lead", ml.getUrl() + PROPERTY + "checkDefaultServer?value=nlp-x")
                .contains("No saved server has this name"));
    }

    @Test
    void everyFieldHasHelp() throws Exception {
        for (String field : List.of("servers", "defaultServer", "policy")) {
            assertEquals(
                    200,
                    ask(
                                    "admin",
                                    HttpMethod.GET,
                                    "descriptor/" + MlflowFolderProperty.class.getName() + "/help/" + field)
                            .getStatusCode());
        }
    }
}
