package io.jenkins.plugins.mlflow.tracking;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
        List<Artifact> found = new ArrayList<>();
        Set<String> tokens = new HashSet<>();
        String token = "";
        for (int page = 0; page < MOST_PAGES; page++) {
            List<String> parameters = new ArrayList<>(List.of("run_id", runId));
            if (path != null) {
                parameters.addAll(List.of("path", path));
            }
            if (!token.isEmpty()) {
                parameters.addAll(List.of("page_token", token));
            }
            ApiRequest request = ApiRequest.get("artifacts/list", subject, parameters.toArray(String[]::new));
            ParsedResponse<Service.ListArtifacts.Response.Builder> reading =
                    transport.begin().ask(request, Service.ListArtifacts.Response.newBuilder());
            for (Service.FileInfo file : reading.message().getFilesList()) {
                reading.require(!file.getPath().isEmpty(), "with an artifact that has no path");
                found.add(new Artifact(file.getPath(), file.getIsDir()));
            }
            token = reading.message().getNextPageToken();
            if (token.isEmpty()) {
                return found;
            }
            reading.require(tokens.add(token), "with the same page token again");
        }
        throw TrackingException.permanent(
                ErrorCategory.PROTOCOL, "The list of the " + subject + " did not end after " + MOST_PAGES + " pages.");
    }
}
