package io.jenkins.plugins.mlflow.trigger;

import hudson.Extension;
import hudson.ExtensionList;
import hudson.model.UnprotectedRootAction;
import hudson.security.ACL;
import hudson.security.ACLContext;
import hudson.security.csrf.CrumbExclusion;
import hudson.util.Secret;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.config.WebhookAddress;
import io.jenkins.plugins.mlflow.config.WebhookSecrets;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;

/**
 * Takes MLflow's webhooks: {@code POST <Jenkins>/mlflow-webhook/}. Anybody may send a request here. What it costs is bounded, and
 * nothing of it is read before the secret of a configured server fits. An event is given to every {@link EventSink} first and
 * its delivery noted afterwards: if Jenkins is killed between, the sink takes an event twice, which starts one build, and none is
 * lost.
 */
@Extension
public final class WebhookAction implements UnprotectedRootAction {
    static final String URL_NAME = WebhookAddress.URL_NAME;

    private static final Logger LOGGER = Logger.getLogger(WebhookAction.class.getName());

    /** Of requests whose body is in memory. Far fewer than Jenkins has threads for requests. */
    private static final int MOST_BODIES = 32;

    /** The same of requests without an announced length. MLflow announces it; a proxy may not. */
    private static final int MOST_UNANNOUNCED = 4;

    static final Duration BODY_TIMEOUT = Duration.ofSeconds(5);

    private static final int TOO_MANY_REQUESTS = 429;
    private static final String RETRY_SECONDS = "5";

    private final Clock clock;
    private final DeliveryStore deliveries;
    private final RecentSecrets secrets;
    /** Until the whole body must have arrived. */
    private final Duration bodyTimeout;

    final Semaphore bodies = new Semaphore(MOST_BODIES);
    private final Semaphore unannounced = new Semaphore(MOST_UNANNOUNCED);

    /** What is compared with where no server has a secret, so that this takes the same time. */
    private final String nobodysSecret = UUID.randomUUID().toString();

    public WebhookAction() {
        this(new RecentSecrets(WebhookSecrets::all, Clock.systemUTC()), BODY_TIMEOUT);
    }

    WebhookAction(RecentSecrets secrets, Duration bodyTimeout) {
        this.clock = Clock.systemUTC();
        this.deliveries = new DeliveryStore(Jenkins.get()
                .getRootDir()
                .toPath()
                .resolve("mlflow-eval-gate")
                .resolve("trigger")
                .resolve("deliveries"));
        this.secrets = secrets;
        this.bodyTimeout = bodyTimeout;
    }

    /** Secrets that were looked up before count no longer. */
    void configurationChanged() {
        secrets.changed();
    }

    @Override
    public String getIconFileName() {
        return null;
    }

    @Override
    public String getDisplayName() {
        return null;
    }

    @Override
    public String getUrlName() {
        return URL_NAME;
    }

    /** Responds with a status and no body. It checks the method itself, because a page would reveal more than a status. */
    @SuppressWarnings("lgtm[jenkins/csrf]")
    public void doIndex(StaplerRequest2 req, StaplerResponse2 rsp) {
        int status;
        try {
            status = respond(req);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            status = HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
        } catch (IOException | RuntimeException | LinkageError e) {
            LOGGER.log(Level.WARNING, "A webhook of MLflow was not taken", withoutMessage(e));
            status = HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
        }
        if (status == HttpServletResponse.SC_METHOD_NOT_ALLOWED) {
            rsp.setHeader("Allow", "POST");
        } else if (status == TOO_MANY_REQUESTS) {
            rsp.setHeader("Retry-After", RETRY_SECONDS);
        }
        rsp.setStatus(status);
        rsp.setContentLength(0);
    }

    private int respond(HttpServletRequest request) throws IOException, InterruptedException {
        if (!request.getMethod().equals("POST")) {
            return HttpServletResponse.SC_METHOD_NOT_ALLOWED;
        }
        if (request.getContentLengthLong() > WebhookBody.LIMIT) {
            return HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE;
        }
        WebhookSignature signature = WebhookSignature.parse(name -> Collections.list(request.getHeaders(name)));
        if (signature == null || !signature.isRecent(clock.instant())) {
            LOGGER.fine("A webhook is refused: its headers are not those of MLflow, or its time is not ours");
            return HttpServletResponse.SC_UNAUTHORIZED;
        }
        Semaphore places = request.getContentLengthLong() < 0 ? unannounced : bodies;
        if (!places.tryAcquire()) {
            return TOO_MANY_REQUESTS;
        }
        try {
            return read(signature, request);
        } finally {
            places.release();
        }
    }

    private int read(WebhookSignature signature, HttpServletRequest request) throws IOException, InterruptedException {
        byte[] body;
        try {
            body = WebhookBody.read(request.getInputStream(), request.getContentLengthLong(), bodyTimeout);
        } catch (WebhookBody.TooLargeException e) {
            return HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE;
        } catch (WebhookBody.TooSlowException e) {
            return HttpServletResponse.SC_REQUEST_TIMEOUT;
        } catch (IOException e) {
            return HttpServletResponse.SC_UNAUTHORIZED;
        }
        Collection<MlflowServerConfiguration> servers = signers(signature, body);
        if (servers.isEmpty()) {
            LOGGER.fine("A webhook is refused: no secret of a configured server fits");
            return HttpServletResponse.SC_UNAUTHORIZED;
        }
        return take(signature, body, servers);
    }

    /**
     * One server of every registry, and of every folder, whose secret the body was signed with. The current secrets are fetched
     * only if a recent one fits, to check that it is still valid.
     */
    private Collection<MlflowServerConfiguration> signers(WebhookSignature signature, byte[] body) {
        Collection<MlflowServerConfiguration> recent = signers(signature, body, secrets.get());
        return recent.isEmpty() ? recent : signers(signature, body, secrets.now());
    }

    /** Every secret is tried. */
    private Collection<MlflowServerConfiguration> signers(
            WebhookSignature signature, byte[] body, List<WebhookSecrets.Entry> secrets) {
        Map<String, MlflowServerConfiguration> found = new LinkedHashMap<>();
        if (secrets.isEmpty()) {
            signature.isOf(body, nobodysSecret);
        }
        for (WebhookSecrets.Entry entry : secrets) {
            if (signature.isOf(body, Secret.toString(entry.secret()))) {
                found.putIfAbsent(
                        entry.server().folderName() + '\n' + entry.server().destination(), entry.server());
            }
        }
        return found.values();
    }

    private int take(WebhookSignature signature, byte[] body, Collection<MlflowServerConfiguration> servers)
            throws IOException {
        Optional<VersionEvent> event;
        try {
            event = WebhookEvent.parse(body);
        } catch (IllegalArgumentException e) {
            LOGGER.fine("A webhook is refused: it is signed, but is no event of MLflow");
            return HttpServletResponse.SC_BAD_REQUEST;
        }
        if (event.isEmpty()) {
            return HttpServletResponse.SC_OK;
        }
        switch (deliveries.begin(signature, signer(servers), clock.instant())) {
            case TAKEN:
                return HttpServletResponse.SC_OK;
            case BUSY:
                return TOO_MANY_REQUESTS;
            default:
                boolean isTaken = false;
                try {
                    isTaken = offer(event.get(), servers);
                } finally {
                    deliveries.finish(signature, isTaken);
                }
                return isTaken ? HttpServletResponse.SC_OK : TOO_MANY_REQUESTS;
        }
    }

    /** Whose places a delivery takes: those of the first server that it may come from, which is one of the controller if any is. */
    static String signer(Collection<MlflowServerConfiguration> servers) {
        MlflowServerConfiguration first = servers.iterator().next();
        return first.folderName().isEmpty()
                ? "server " + first.destination()
                : "folder " + EventInbox.outermost(first.folderName());
    }

    private static boolean offer(VersionEvent event, Collection<MlflowServerConfiguration> servers) {
        boolean isTaken = true;
        try (ACLContext context = ACL.as2(ACL.SYSTEM2)) {
            for (EventSink sink : ExtensionList.lookup(EventSink.class)) {
                for (MlflowServerConfiguration server : servers) {
                    isTaken &= sink.offer(server, event);
                }
            }
        }
        return isTaken;
    }

    /** A message may repeat what was sent. */
    private static Throwable withoutMessage(Throwable problem) {
        Throwable shown = new Throwable(problem.getClass().getName());
        shown.setStackTrace(problem.getStackTrace());
        return shown;
    }

    /** MLflow cannot know Jenkins' crumb; its signature stands for it. */
    @Extension
    public static final class WithoutCrumb extends CrumbExclusion {
        private static final String PATH = "/" + URL_NAME + "/";

        @Override
        public boolean process(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            if (!PATH.equals(request.getPathInfo())) {
                return false;
            }
            chain.doFilter(request, response);
            return true;
        }
    }
}
