package io.jenkins.plugins.mlflow;

import org.jvnet.hudson.test.JenkinsRule;

/** Browsers of a Jenkins under test. */
public final class Browsers {
    private Browsers() {}

    /** Logs the user in without the scripts of the page that follows, which would take longer than most tests. */
    public static JenkinsRule.WebClient logIn(JenkinsRule.WebClient client, String user) throws Exception {
        return client.withJavaScriptEnabled(false).login(user).withJavaScriptEnabled(true);
    }
}
