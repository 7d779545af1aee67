package io.jenkins.plugins.mlflow.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.AbstractFolderProperty;
import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.model.Descriptor;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.Items;
import hudson.util.FormValidation;
import hudson.util.Secret;
import java.io.StringReader;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.xml.transform.stream.StreamSource;
import jenkins.model.GlobalConfiguration;
import org.htmlunit.html.HtmlButton;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.html.HtmlTextArea;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.structs.SymbolLookup;
import org.jenkinsci.plugins.structs.describable.DescribableModel;
import org.jenkinsci.plugins.structs.describable.UninstantiatedDescribable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Servers, defaults and policies of folders: {@code ml/team/churn} and {@code nlp/tagger}. */
@WithJenkins
class MlflowFolderPropertyTest {
    private static final String POLICY = "version: 1\nmodels: {churn: {metrics: {accuracy: 0.92}}}\n";

    private JenkinsRule r;
    private Folder ml;
    private Folder team;
    private Folder nlp;
    private FreeStyleProject churn;
    private FreeStyleProject tagger;
    private FreeStyleProject root;

    @BeforeEach
    void folders(JenkinsRule rule) throws Exception {
        r = rule;
        ml = Folders.in(r.jenkins, "ml");
        team = Folders.in(ml, "team");
        nlp = Folders.in(r.jenkins, "nlp");
        churn = team.createProject(FreeStyleProject.class, "churn");
        tagger = nlp.createProject(FreeStyleProject.class, "tagger");
        root = r.createFreeStyleProject("root");
    }

    private static String uri(Item job, String name) throws ConfigurationException {
        return JobConfiguration.of(job).getServer(name).getTrackingUri();
    }

    private static String refused(Item job, String name) {
        return assertThrows(
                        ConfigurationException.class,
                        () -> JobConfiguration.of(job).getServer(name))
                .getMessage();
    }

    private static MlflowServerConfiguration server(String name, String host) {
        return new MlflowServerConfiguration(name, "https://" + host + ".example.com");
    }

    @Test
    void theNearestServerOfANameWins() throws Exception {
        MlflowGlobalConfiguration.get().setServers(List.of(server("production", "all"), server("staging", "staging")));
        Folders.configure(ml, "", "", server("production", "ml"));
        Folders.configure(team, "", "", server("production", "team"));

        assertEquals("https://team.example.com", uri(churn, "production"));
        assertEquals("https://staging.example.com", uri(churn, "staging"));
        assertEquals("https://all.example.com", uri(tagger, "production"));
        team.getProperties().removeAll(MlflowFolderProperty.class);
        assertEquals("https://ml.example.com", uri(churn, "production"));
        assertEquals(
                List.of("production", "staging"), JobConfiguration.of(churn).serverNames());
    }

    @Test
    void aJobThatIsMovedUsesTheServersOfItsNewFolder() throws Exception {
        Folders.configure(ml, "", "", server("production", "ml"), server("only-ml", "other"));
        Folders.configure(nlp, "", "", server("production", "nlp"));
        assertEquals("https://nlp.example.com", uri(tagger, null));

        Items.move(tagger, team);

        assertEquals("https://ml.example.com", uri(tagger, "production"));
        assertEquals(
                List.of("production", "only-ml"), JobConfiguration.of(tagger).serverNames());
        String message = refused(tagger, "nlp-only");
        assertFalse(message.contains("nlp.example"), message);
    }

    @Test
    void theNearestDefaultCountsAndAFolderWithOneServerNeedsNone() throws Exception {
        MlflowGlobalConfiguration.get().setServers(List.of(server("production", "all"), server("staging", "staging")));
        MlflowGlobalConfiguration.get().setDefaultServer("staging");
        assertEquals("https://staging.example.com", uri(churn, null));

        Folders.configure(ml, "production", "");
        assertEquals("https://all.example.com", uri(churn, null));
        Folders.configure(team, "", "", server("a", "a"), server("b", "b"));
        assertEquals("https://all.example.com", uri(churn, null), "a folder with several servers and no default");
        Folders.configure(team, "b", "", server("a", "a"), server("b", "b"));
        assertEquals("https://b.example.com", uri(churn, null));
        Folders.configure(team, "", "", server("a", "a"));
        assertEquals("https://a.example.com", uri(churn, null));
        Folders.configure(team, "nowhere", "", server("a", "a"));
        assertTrue(
                refused(churn, null).startsWith("The default MLflow server is not one for this job."),
                refused(churn, null));
        assertEquals("https://staging.example.com", uri(tagger, null));
    }

    @Test
    void theServersOfAFolderAreNotThereForJobsOutside() throws Exception {
        Folders.configure(ml, "", "", server("ml-server", "ml"));

        assertTrue(refused(tagger, "ml-server").startsWith("No MLflow server is configured for this job."));
        assertTrue(refused(root, null).startsWith("No MLflow server is configured for this job."));
        assertEquals(List.of(), JobConfiguration.of(tagger).serverNames());
        assertEquals(List.of("ml-server"), JobConfiguration.of(churn).serverNames());
    }

    @Test
    void credentialsAreThoseThatTheItemsOfTheFolderMayUse() throws Exception {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .addAll(List.of(
                        new StringCredentialsImpl(CredentialsScope.SYSTEM, "system", "", Secret.fromString("s")),
                        new StringCredentialsImpl(CredentialsScope.GLOBAL, "global", "", Secret.fromString("g"))));
        Folders.token(ml, "token", "of ml");
        Folders.token(nlp, "token", "of nlp");
        Folders.token(nlp, "only-nlp", "x");
        Folders.configure(
                ml,
                "",
                "",
                Folders.server("production", "https://a", "token"),
                Folders.server("global", "https://a", "global"),
                Folders.server("system", "https://a", "system"),
                Folders.server("foreign", "https://a", "only-nlp"));
        Folders.configure(nlp, "", "", Folders.server("production", "https://a", "token"));

        assertEquals("of ml", secret(churn, "production"));
        assertEquals("of nlp", secret(tagger, "production"));
        assertEquals("g", secret(churn, "global"));
        for (String server : List.of("system", "foreign")) {
            String message = assertThrows(
                            ConfigurationException.class,
                            () -> Connections.open(JobConfiguration.of(churn).getServer(server), null))
                    .getMessage();
            assertTrue(
                    message.contains(
                            "are missing, or are not for its address. Add them to the credentials of folder 'ml'"),
                    message);
        }
        MlflowGlobalConfiguration.get().setServers(List.of(Folders.server("controller", "https://b", "token")));
        assertThrows(
                ConfigurationException.class,
                () -> Connections.open(JobConfiguration.of(churn).getServer("controller"), null),
                "a server of the controller does not get the credentials of a folder");
    }

    private static String secret(Item job, String server) throws Exception {
        MlflowServerConfiguration found = JobConfiguration.of(job).getServer(server);
        return Connections.find(found.getCredentialsId(), StringCredentials.class, found)
                .getSecret()
                .getPlainText();
    }

    /** As after a config.xml that makes the loading of the folder fail after the property was read. */
    @Test
    void aServerIsThatOfItsFolderEvenIfTheFolderDidNotTellItsProperty() throws Exception {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new StringCredentialsImpl(CredentialsScope.SYSTEM, "system", "", Secret.fromString("secret")));
        MlflowFolderProperty property = new MlflowFolderProperty();
        property.setServers(List.of(Folders.server("evil", "https://evil.example.com", "system")));
        team.getProperties().add(property);

        MlflowServerConfiguration found = JobConfiguration.of(churn).getServer("evil");

        assertEquals("ml/team", found.folderName());
        assertTrue(assertThrows(ConfigurationException.class, () -> Connections.open(found, null))
                .getMessage()
                .contains("are missing, or are not for its address"));
    }

    @Test
    void theRightsOfAnOuterEntryWithoutAWorkspaceBindEveryWorkspace() throws Exception {
        MlflowServerConfiguration outer = server("production", "mlflow");
        outer.setPromotion(new PromotionRights("ml/prod"));
        outer.setUsage(new ServerUsage("ml/**"));
        MlflowGlobalConfiguration.get().setServers(List.of(outer));
        MlflowServerConfiguration inner = server("own", "mlflow");
        inner.setWorkspace("growth");
        Folders.configure(team, "", "", inner);
        Folders.configure(nlp, "", "", server("own", "mlflow"));

        assertNotNull(JobConfiguration.of(churn).getServer("own").whyNotPromote(churn));
        refused(tagger, "own");
    }

    @Test
    void trainingCredentialsAreNeverThoseOfAGateAroundTheFolder() throws Exception {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new StringCredentialsImpl(CredentialsScope.GLOBAL, "promoter", "", Secret.fromString("g")));
        MlflowGlobalConfiguration.get().setServers(List.of(Folders.server("production", "https://a", "promoter")));
        MlflowServerConfiguration thief = server("thief", "thief");
        thief.setTrainingCredentialsId("promoter");
        Folders.configure(ml, "", "", thief);
        FreeStyleBuild build = r.buildAndAssertSuccess(churn);

        String message = assertThrows(
                        ConfigurationException.class,
                        () -> TrainingLogin.of(JobConfiguration.of(churn).getServer("thief"), build))
                .getMessage();
        assertTrue(message.contains("are those of a gate") && message.contains("folder 'ml'"), message);
    }

    @Test
    void theRightsOfAnOuterEntryForTheSameAddressBindInside() throws Exception {
        MlflowServerConfiguration strict = server("production", "mlflow");
        PromotionRights rights = new PromotionRights("ml/team/main");
        rights.setFourEyes(true);
        strict.setPromotion(rights);
        strict.setUsage(new ServerUsage("ml/**"));
        MlflowGlobalConfiguration.get().setServers(List.of(strict));
        for (String address : List.of(
                "https://mlflow.example.com", "http://MLFLOW.example.com:80/", "https://mlflow.example.com./a/..")) {
            MlflowServerConfiguration own = new MlflowServerConfiguration("own", address);
            PromotionRights loose = new PromotionRights("**");
            loose.setChangeRequests(true);
            own.setPromotion(loose);
            own.setUsage(new ServerUsage("**"));
            own.setWorkspace("default");
            for (Folder folder : List.of(ml, team, nlp)) {
                Folders.configure(folder, "", "", own);
            }

            MlflowServerConfiguration inside = JobConfiguration.of(churn).getServer("own");
            assertEquals(
                    "job 'ml/team/churn' is not allowed to promote on server 'own'",
                    inside.whyNotPromote(churn),
                    address);
            assertTrue(inside.needsFourEyes(churn), address);
            assertEquals(List.of(), JobConfiguration.of(tagger).serverNames(), address);
            assertTrue(refused(tagger, "own").startsWith("No MLflow server is configured for this job."), address);
        }
        MlflowServerConfiguration far = server("far", "far");
        Folders.configure(team, "", "", far);
        assertNull(JobConfiguration.of(churn).getServer("far").whyNotPromote(churn));
        assertFalse(JobConfiguration.of(churn).getServer("far").needsFourEyes(churn));
    }

    @Test
    void theRightsOfAnInnerEntryCountForTheJobsInIt() throws Exception {
        MlflowGlobalConfiguration.get().setServers(List.of(server("production", "mlflow")));
        MlflowServerConfiguration strict = server("strict", "mlflow");
        strict.setPromotion(new PromotionRights("ml/team/main"));
        Folders.configure(ml, "", "", strict);

        MlflowServerConfiguration production = JobConfiguration.of(churn).getServer("production");
        assertNotNull(production.whyNotPromote(churn));
        assertNull(production.whyNotPromote(tagger), "nothing of a folder counts outside of it");
    }

    @Test
    void serversOfOneAddressAreOneRegistryAndOthersStayApart() throws Exception {
        MlflowGlobalConfiguration.get().setServers(List.of(server("production", "a")));
        MlflowGlobalConfiguration.get().setServers(List.of(server("production", "b")));
        Folders.configure(ml, "", "", server("production", "c"));
        Folders.configure(nlp, "", "", server("production", "d"), server("same", "b"), server("before", "a"));
        String controller =
                MlflowGlobalConfiguration.get().getServer("production").registry();

        assertNotEquals(registry(churn, "production"), registry(tagger, "production"));
        assertEquals(controller, registry(tagger, "same"));
        assertNotEquals(
                controller, registry(tagger, "before"), "the records of an address that the controller's server had");
        Folders.configure(ml, "", "", server("renamed", "d"));
        assertEquals(registry(churn, "renamed"), registry(tagger, "production"));
    }

    private static String registry(Item job, String name) throws ConfigurationException {
        return JobConfiguration.of(job).getServer(name).registry();
    }

    @Test
    void theFileOfAFolderCannotClaimTheRecordsOfAnotherServer() throws Exception {
        MlflowGlobalConfiguration.get().setServers(List.of(server("production", "production")));
        Folders.configure(ml, "", "", server("forged", "forged"));
        String xml = ml.getConfigFile().asString();
        String forged =
                xml.replace("<trackingUri>", "<identity>production.example.com\ndefault</identity><trackingUri>");
        assertNotEquals(xml, forged);

        ml.updateByXml(new StreamSource(new StringReader(forged)));

        assertEquals("https://forged.example.com", uri(churn, "forged"));
        assertNotEquals(MlflowGlobalConfiguration.get().getServer("production").registry(), registry(churn, "forged"));
    }

    @Test
    void theNearestStoredPolicyThatHasTheModelCountsAndEachLockHolds() throws Exception {
        MlflowGlobalConfiguration.get()
                .setPolicy(
                        "version: 1\nmodels: {churn: {locked: true, metrics: {accuracy: 0.9}}, fraud: {metrics: {auc: 0.8}}}");
        Folders.configure(ml, "", "version: 1\nmodels: {churn: {locked: true, metrics: {accuracy: 0.91}}}");
        Folders.configure(team, "", POLICY);
        JobConfiguration inside = JobConfiguration.of(churn);

        assertEquals("ml/team", inside.storedPolicy("churn").orElseThrow().folder());
        assertNull(inside.storedPolicy("fraud").orElseThrow().folder());
        assertTrue(inside.storedPolicy("other").isEmpty());
        assertEquals(
                Arrays.asList("ml", null),
                inside.lockedPolicies("churn").stream()
                        .map(StoredPolicy::folder)
                        .toList());
        assertEquals(1, JobConfiguration.of(tagger).lockedPolicies("churn").size());
    }

    @Test
    void theFormSaysWhereAPolicyIsLooserThanALockAroundTheFolder() throws Exception {
        MlflowGlobalConfiguration.get()
                .setPolicy("version: 1\nmodels: {churn: {locked: true, metrics: {accuracy: 0.95}}}");
        Folders.configure(ml, "", "version: 1\nmodels: {churn: {locked: true, metrics: {accuracy: 0.91}}}");

        String inner = PolicyCheck.of("version: 1\nmodels: {churn: {metrics: {accuracy: 0.9}}}", team)
                .getMessage();
        assertTrue(
                inner.contains(
                        "less than the one that folder &#039;ml&#039; locked: accuracy min 0.91 was lowered to 0.9"),
                inner);
        assertTrue(
                inner.contains("less than the one that the administrator locked: accuracy min 0.95 was lowered to 0.9"),
                inner);
        String own = PolicyCheck.of("version: 1\nmodels: {churn: {metrics: {accuracy: 0.93}}}", ml)
                .getMessage();
        assertFalse(own.contains("0.91"), own);
        assertTrue(own.contains("0.95 was lowered to 0.93"), own);
        assertEquals(
                FormValidation.Kind.OK,
                PolicyCheck.of("version: 1\nmodels: {churn: {metrics: {accuracy: 0.96}}, x: {metrics: {a: 1}}}", team)
                        .kind);
    }

    private static MlflowServerConfiguration full() {
        MlflowServerConfiguration full =
                Folders.server("production", "https://mlflow.example.com/team", "mlflow-token");
        full.setUiUrl("https://ui.example.com");
        full.setTrainingCredentialsId("mlflow-training");
        full.setWorkspace("churn");
        full.setConnectTimeoutSeconds(7);
        full.setRequestTimeoutSeconds(70);
        full.setUsage(new ServerUsage("ml/**"));
        full.setPromotion(new PromotionRights("ml/team/main"));
        return full;
    }

    private static String told(MlflowFolderProperty property) {
        StringBuilder told = new StringBuilder(property.getDefaultServer() + '\n' + property.getPolicy());
        for (MlflowServerConfiguration s : property.getServers()) {
            told.append(List.of(
                    s.getName(),
                    s.getTrackingUri(),
                    String.valueOf(s.getUiUrl()),
                    String.valueOf(s.getCredentialsId()),
                    String.valueOf(s.getTrainingCredentialsId()),
                    String.valueOf(s.getWorkspace()),
                    s.getConnectTimeoutSeconds(),
                    s.getRequestTimeoutSeconds(),
                    s.getUsage() == null ? "" : s.getUsage().getAllowedJobs(),
                    s.getPromotion() == null ? "" : s.getPromotion().getAllowedJobs()));
        }
        return told.toString();
    }

    @Test
    void theFormComesBackAsItWasAlsoAfterAReload() throws Exception {
        Folders.configure(ml, "production", POLICY, full(), server("staging", "staging"));
        String before = told(ml.getProperties().get(MlflowFolderProperty.class));

        submit(ml);
        assertEquals(before, told(ml.getProperties().get(MlflowFolderProperty.class)));
        assertEquals(ml, JobConfiguration.of(churn).getServer("production").folder());

        r.jenkins.reload();
        Folder reloaded = r.jenkins.getItemByFullName("ml", Folder.class);
        assertEquals(before, told(reloaded.getProperties().get(MlflowFolderProperty.class)));
        Item job = r.jenkins.getItemByFullName("ml/team/churn");
        assertEquals(reloaded, JobConfiguration.of(job).getServer("production").folder());
    }

    private void submit(Folder folder) throws Exception {
        try (JenkinsRule.WebClient client = r.createWebClient()) {
            r.submit(client.getPage(folder, "configure").getFormByName("config"));
        }
    }

    @Test
    void aFormWithoutAnythingLeavesNothing() throws Exception {
        submit(ml);
        assertNull(ml.getProperties().get(MlflowFolderProperty.class));

        Folders.configure(ml, "", POLICY, server("staging", "staging"));
        try (JenkinsRule.WebClient client = r.createWebClient()) {
            HtmlPage page = client.getPage(ml, "configure");
            HtmlForm form = page.getFormByName("config");
            ((HtmlButton) page.getFirstByXPath(
                            "//button[contains(@class,'repeatable-delete') or @tooltip='Delete server'"
                                    + " or normalize-space(.)='Delete server']"))
                    .click();
            client.waitForBackgroundJavaScript(5_000);
            form.getTextAreaByName("_.policy").setText("");
            r.submit(form);
        }
        assertNull(ml.getProperties().get(MlflowFolderProperty.class));
    }

    @Test
    void whatIsRefusedGetsAMessageAndChangesNothing() throws Exception {
        Folders.configure(ml, "", POLICY, server("staging", "staging"));
        try (JenkinsRule.WebClient client = r.createWebClient()) {
            client.setThrowExceptionOnFailingStatusCode(false);
            HtmlForm form = client.getPage(ml, "configure").getFormByName("config");
            HtmlTextArea policy = form.getTextAreaByName("_.policy");
            policy.setText("version: 7");
            HtmlPage answer = r.submit(form);

            assertTrue(
                    answer.asNormalizedText().contains("MLflow was not configured. The policy cannot be used."),
                    answer.asNormalizedText());
            assertFalse(answer.getWebResponse().getContentAsString().contains("at io.jenkins.plugins"));
        }
        assertEquals(POLICY, ml.getProperties().get(MlflowFolderProperty.class).getPolicy());
    }

    @Test
    void aScriptOfJobDslOrCodeBindsItBySymbol() throws Exception {
        Descriptor<?> descriptor = SymbolLookup.get().findDescriptor(AbstractFolderProperty.class, "mlflow");
        assertEquals(MlflowFolderProperty.class, descriptor.clazz);
        assertEquals(
                MlflowGlobalConfiguration.class,
                SymbolLookup.get().find(GlobalConfiguration.class, "mlflow").getClass());

        MlflowFolderProperty made = new DescribableModel<>(MlflowFolderProperty.class)
                .instantiate(
                        Map.of(
                                "defaultServer",
                                "production",
                                "servers",
                                List.of(Map.of(
                                        "name", "production",
                                        "trackingUri", "https://mlflow.example.com",
                                        "credentialsId", "token",
                                        "usage", Map.of("allowedJobs", "ml/**"),
                                        "promotion", Map.of("allowedJobs", "ml/*/main", "fourEyes", true))),
                                "policy",
                                POLICY),
                        null);

        assertEquals("ml/**", made.getServers().get(0).getUsage().getAllowedJobs());
        assertTrue(made.getServers().get(0).getPromotion().isFourEyes());
        UninstantiatedDescribable back = DescribableModel.uninstantiate2_(made);
        assertEquals("mlflow", back.getSymbol());
        assertEquals(told(made), told((MlflowFolderProperty) back.instantiate(AbstractFolderProperty.class)));
        for (Map<String, Object> bad : List.<Map<String, Object>>of(
                Map.of("policy", "version: 7"),
                Map.of(
                        "servers",
                        List.of(
                                Map.of("name", "a", "trackingUri", "https://a"),
                                Map.of("name", "a", "trackingUri", "https://b"))),
                Map.of("servers", List.of(Map.of("name", "a", "trackingUri", "ftp://a"))))) {
            assertThrows(
                    Exception.class,
                    () -> new DescribableModel<>(MlflowFolderProperty.class).instantiate(bad, null),
                    bad::toString);
        }
    }

    @Test
    void aPolicyThatCannotBeReadEndsEveryGateInTheFolder() throws Exception {
        Folders.configure(ml, "", POLICY, server("staging", "staging"));
        ml.updateByXml(
                new StreamSource(new StringReader(ml.getConfigFile().asString().replace("version: 1", "version: 7"))));

        String message = assertThrows(
                        ConfigurationException.class,
                        () -> JobConfiguration.of(churn).lockedPolicies("any"))
                .getMessage();
        assertTrue(message.startsWith("The policy stored in folder 'ml' cannot be used."), message);
        assertTrue(JobConfiguration.of(tagger).lockedPolicies("any").isEmpty());
    }

    @Test
    void aServerThatNoFormWouldTakeIsAConfigurationErrorOfTheJobsInTheFolderOnly() throws Exception {
        MlflowGlobalConfiguration.get().setServers(List.of(server("production", "production")));
        Folders.configure(ml, "", "", server("production", "ml"));
        String xml = ml.getConfigFile().asString();
        ml.updateByXml(
                new StreamSource(new StringReader(xml.replace("https://ml.example.com", "ftp://ml.example.com"))));

        assertTrue(refused(churn, "production")
                .startsWith("An MLflow server that is configured for this job cannot be used."));
        assertEquals(List.of(), JobConfiguration.of(churn).serverNames());
        assertEquals("https://production.example.com", uri(tagger, "production"));
    }
}
