package io.jenkins.plugins.mlflow.tracking;

import java.util.ArrayList;
import java.util.List;
import org.mlflow.api.proto.Service;

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
        PageTokens tokens = new PageTokens(MOST_PAGES, "The list of the " + subject + " did not end after " + MOST_PAGES + " pages.");
        ParsedResponse<Service.ListArtifacts.Response.Builder> response;
        do {
            response = transport.begin().ask(request.page(tokens.next()), Service.ListArtifacts.Response.newBuilder());
            for (Service.FileInfo file : response.message().getFilesList()) {
                response.require(!file.getPath().isEmpty(), "with an artifact that has no path");
                found.add(new Artifact(file.getPath(), file.getIsDir()));
            }
        } while (tokens.follow(response, response.message().getNextPageToken()));
        return found;
    }
}
