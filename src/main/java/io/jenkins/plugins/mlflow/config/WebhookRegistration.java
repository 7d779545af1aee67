package io.jenkins.plugins.mlflow.config;

import hudson.Util;
import hudson.util.FormValidation;
import hudson.util.Secret;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import io.jenkins.plugins.mlflow.tracking.Webhook;
import io.jenkins.plugins.mlflow.tracking.WebhookQueries;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * "Register webhook": makes the webhook to this Jenkins at an MLflow server, or gives the one that is there its events and secret
 * anew. Where the server does not allow that, it shows what to run instead.
 */
final class WebhookRegistration {
    static final List<String> EVENTS = List.of(
            "model_version.created",
            "model_version_alias.created",
            "model_version_alias.deleted",
            "model_version_tag.set",
            "model_version_tag.deleted");

    private static final int LONGEST_NAME = 63;

    private WebhookRegistration() {}

    static FormValidation of(MlflowServerConfiguration server) {
        Secret secret = WebhookSecrets.of(server);
        if (secret == null) {
            return FormValidation.error(Messages.WebhookRegistration_noSecret());
        }
        String url = WebhookAddress.ofJenkins();
        if (url == null) {
            return FormValidation.error(Messages.WebhookRegistration_noRootUrl());
        }
        try {
            WebhookQueries webhooks = Connections.open(server, null).webhooks(Secret.toString(secret));
            Optional<List<Webhook>> before = webhooks.list();
            if (before.isEmpty()) {
                return FormValidation.warningWithMarkup(
                        Util.escape(Messages.WebhookRegistration_notOffered()) + byHand(server, url));
            }
            List<Webhook> ours = toThisJenkins(before.get(), url);
            if (ours.isEmpty()) {
                webhooks.create(name(url), url, EVENTS);
            } else {
                webhooks.update(ours.get(0).id(), url, EVENTS);
            }
            return readBack(webhooks.list().orElse(List.of()), url, ours.isEmpty());
        } catch (TrackingException e) {
            return FormValidation.errorWithMarkup(Util.escape(e.category() + ": " + e.getMessage()
                            + (e.category() == ErrorCategory.PROTOCOL
                                    ? " " + Messages.WebhookRegistration_refused()
                                    : ""))
                    + byHand(server, url));
        } catch (ConfigurationException e) {
            return FormValidation.error(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FormValidation.error(Messages.ConnectionTest_interrupted());
        }
    }

    private static FormValidation readBack(List<Webhook> webhooks, String url, boolean isNew) {
        List<Webhook> ours = toThisJenkins(webhooks, url);
        if (ours.stream().noneMatch(WebhookRegistration::isComplete)) {
            return FormValidation.error(Messages.WebhookRegistration_notKept(url));
        }
        String done = isNew ? Messages.WebhookRegistration_created(url) : Messages.WebhookRegistration_updated(url);
        return ours.size() > 1
                ? FormValidation.warning(done + " " + Messages.WebhookRegistration_several(ours.size() - 1))
                : FormValidation.ok(done);
    }

    /** Whether a webhook to this Jenkins is there, as one sentence for "Test connection". */
    static String described(MlflowServerConfiguration server, WebhookQueries queries) throws InterruptedException {
        String url = WebhookAddress.ofJenkins();
        if (url == null) {
            return Messages.WebhookRegistration_noRootUrl();
        }
        try {
            Optional<List<Webhook>> all = queries.list();
            if (all.isEmpty()) {
                return Messages.WebhookRegistration_none();
            }
            List<Webhook> ours = toThisJenkins(all.get(), url);
            if (ours.isEmpty()) {
                return Messages.WebhookRegistration_notThere();
            }
            if (ours.stream().noneMatch(WebhookRegistration::isComplete)) {
                return Messages.WebhookRegistration_incomplete();
            }
            return WebhookSecrets.of(server) == null
                    ? Messages.WebhookRegistration_activeWithoutSecret()
                    : Messages.WebhookRegistration_active();
        } catch (TrackingException e) {
            return Messages.WebhookRegistration_unknown(e.category());
        }
    }

    /** A slash at the end does not count. */
    private static List<Webhook> toThisJenkins(List<Webhook> webhooks, String url) {
        return webhooks.stream()
                .filter(webhook -> url.equals(webhook.url()) || url.equals(webhook.url() + "/"))
                .toList();
    }

    private static boolean isComplete(Webhook webhook) {
        return webhook.active() && webhook.events().containsAll(EVENTS);
    }

    /** Of letters, digits, dots and dashes, as MLflow wants it. */
    private static String name(String url) {
        String host = url.replaceFirst("^[a-z]+://([^/:]*).*", "$1");
        String name = "jenkins-" + host.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]", "");
        return name.substring(0, Math.min(name.length(), LONGEST_NAME)).replaceAll("[^a-z0-9]+$", "");
    }

    /** Markup: the commands that do the same, without the secret. */
    private static String byHand(MlflowServerConfiguration server, String url) {
        String events = EVENTS.stream().map(event -> "'" + event + "'").collect(Collectors.joining(", "));
        return "<p>" + Util.escape(Messages.WebhookRegistration_byHand()) + "</p><pre>"
                + Util.escape("read -rs MLFLOW_WEBHOOK_SECRET && export MLFLOW_WEBHOOK_SECRET\n"
                        + "python3 -c \"import os; from mlflow import MlflowClient; MlflowClient('"
                        + quoted(server.getTrackingUri())
                        + "').create_webhook(name='" + name(url) + "', url='" + quoted(url) + "', events=[" + events
                        + "], secret=os.environ['MLFLOW_WEBHOOK_SECRET'])\"")
                + "</pre>";
    }

    /** An address that neither a shell nor Python reads anything into. */
    private static String quoted(String url) {
        return url.replace("'", "%27")
                .replace("$", "%24")
                .replace("`", "%60")
                .replace("\"", "%22")
                .replace("\\", "%5C");
    }
}
