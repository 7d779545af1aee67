package io.jenkins.plugins.mlflow.tracking;

import java.util.ArrayList;
import java.util.List;

/** Lists the artifacts of runs. */
final class ArtifactQueries {
    private static final int MOST_PAGES = 20;

    private final HttpTransport transport;

    ArtifactQueries(HttpTransport transport) {
        this.transport = transport;
    }

    /** {@code path} is null for the run's root. */
    List<Artifact> list(String runId, String path) throws TrackingException, InterruptedException {
        String subject = "artifacts of run '" + runId + "'" + (path == null ? "" : " at '" + path + "'");
        ApiRequest request = path == null
                ? ApiRequest.get("artifacts/list", subject, "run_id", runId)
                : ApiRequest.get("artifacts/list", subject, "run_id", runId, "path", path);
        List<Artifact> found = new ArrayList<>();
        PageTokens tokens = new PageTokens(
                MOST_PAGES, "The list of the " + subject + " did not end after " + MOST_PAGES + " pages.");
        JsonObject response;
        do {
            response = transport.begin().ask(request.page(tokens.next()));
            for (JsonObject file : response.objects("files")) {
                response.require(file.text("path") != null, "with an artifact that has no path");
                found.add(new Artifact(file.text("path"), file.isTrue("is_dir")));
            }
        } while (tokens.follow(response));
        return found;
    }
}
