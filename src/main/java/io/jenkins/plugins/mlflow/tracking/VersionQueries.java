package io.jenkins.plugins.mlflow.tracking;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.mlflow.api.proto.ModelRegistry;

/**
 * Reads the model registry. "There is none" is only believed in MLflow's own words; an unknown workspace, for one, has
 * the same error code as an unknown model.
 */
final class VersionQueries {
    private static final int PAGE = 100;
    private static final int MOST_PAGES = 100;
    private static final Pattern NO_MODEL =
            Pattern.compile("(?is)registered[ _-]?model\\b.*(not found|does not exist|not exist).*");

    private final HttpTransport transport;

    VersionQueries(HttpTransport transport) {
        this.transport = transport;
    }

    ModelVersion version(String model, String version) throws TrackingException, InterruptedException {
        ApiRequest request = ApiRequest.get(
                "model-versions/get", "version " + version + " of model '" + model + "'", "name", model, "version", version);
        ParsedResponse<ModelRegistry.GetModelVersion.Response.Builder> reading =
                transport.begin().ask(request, ModelRegistry.GetModelVersion.Response.newBuilder());
        ModelVersion found = VersionReader.read(reading, reading.message().getModelVersion(), model);
        reading.require(found.version().equals(version), "with version " + found.version() + " instead");
        return found;
    }

    ModelSource files(String model, String version) throws TrackingException, InterruptedException {
        ApiRequest request = ApiRequest.get(
                "model-versions/get-download-uri",
                "files of version " + version + " of model '" + model + "'",
                "name",
                model,
                "version",
                version);
        ParsedResponse<ModelRegistry.GetModelVersionDownloadUri.Response.Builder> reading =
                transport.begin().ask(request, ModelRegistry.GetModelVersionDownloadUri.Response.newBuilder());
        reading.require(reading.message().hasArtifactUri(), "without the address of the files");
        return ModelSource.parse(reading.message().getArtifactUri());
    }

    Optional<ModelVersion> byAlias(String model, String alias) throws TrackingException, InterruptedException {
        ApiRequest request = ApiRequest.get(
                "registered-models/alias", "alias '" + alias + "' of model '" + model + "'", "name", model, "alias", alias);
        HttpResult answer = transport.begin().send(request);
        if (saysNoModel(answer) || saysNoAlias(answer, alias)) {
            return Optional.empty();
        }
        transport.refusals().check(request, answer);
        ParsedResponse<ModelRegistry.GetModelVersionByAlias.Response.Builder> reading = ParsedResponse.parse(
                request, answer, ModelRegistry.GetModelVersionByAlias.Response.newBuilder(), transport.refusals());
        return Optional.of(VersionReader.read(reading, reading.message().getModelVersion(), model));
    }

    /** 2.x answers 400 INVALID_PARAMETER_VALUE even where the model is missing; other 400s have other words. */
    private static boolean saysNoAlias(HttpResult answer, String alias) {
        String message = answer.errorMessage();
        boolean words = Pattern.compile(
                        "(?is).*\\balias\\b.*" + Pattern.quote(alias) + ".*(not found|does not exist).*")
                .matcher(message)
                .matches();
        return switch (answer.errorCode()) {
            case "INVALID_PARAMETER_VALUE" -> answer.status() == 400 && words;
            case "RESOURCE_DOES_NOT_EXIST" -> isAbsence(answer) && words;
            default -> false;
        };
    }

    private static boolean saysNoModel(HttpResult answer) {
        return isAbsence(answer) && NO_MODEL.matcher(answer.errorMessage()).matches();
    }

    private static boolean isAbsence(HttpResult answer) {
        return answer.errorCode().equals("RESOURCE_DOES_NOT_EXIST")
                && (answer.status() == 404 || answer.status() == 400);
    }

    Optional<ModelVersion> inStage(String model, String stage) throws TrackingException, InterruptedException {
        ApiRequest request = ApiRequest.post(
                "registered-models/get-latest-versions",
                "stage " + stage + " of model '" + model + "'",
                ModelRegistry.GetLatestVersions.newBuilder()
                        .setName(model)
                        .addStages(stage)
                        .build());
        ParsedResponse<ModelRegistry.GetLatestVersions.Response.Builder> reading =
                transport.begin().ask(request, ModelRegistry.GetLatestVersions.Response.newBuilder());
        ModelVersion latest = null;
        for (ModelRegistry.ModelVersion message : reading.message().getModelVersionsList()) {
            ModelVersion found = VersionReader.read(reading, message, model);
            reading.require(
                    stage.equalsIgnoreCase(found.stage()),
                    "with version " + found.version() + " in stage " + found.stage());
            latest = higher(reading, latest, found);
        }
        return Optional.ofNullable(latest);
    }

    /** Empty only on MLflow's own answer that there is no such model. */
    Optional<RegisteredModel> registeredModel(String model) throws TrackingException, InterruptedException {
        ApiRequest request = ApiRequest.get("registered-models/get", "model '" + model + "'", "name", model);
        HttpResult answer = transport.begin().send(request);
        if (saysNoModel(answer)) {
            return Optional.empty();
        }
        transport.refusals().check(request, answer);
        ParsedResponse<ModelRegistry.GetRegisteredModel.Response.Builder> reading = ParsedResponse.parse(
                request, answer, ModelRegistry.GetRegisteredModel.Response.newBuilder(), transport.refusals());
        ModelRegistry.RegisteredModel found = reading.message().getRegisteredModel();
        reading.require(found.hasName(), "without the registered model");
        reading.require(found.getName().equals(model), "with the model '" + found.getName() + "' instead");
        boolean prompt = found.getTagsList().stream()
                .anyMatch(tag -> tag.getKey().equals(ModelVersion.PROMPT_TAG) && tag.getValue().equalsIgnoreCase("true"));
        return Optional.of(new RegisteredModel(model, prompt));
    }

    /**
     * The first page would do if every server kept to the order asked for. A page that is out of order, or too short to
     * show an order, makes it read all pages.
     */
    Optional<ModelVersion> highest(String model, String runId, Predicate<ModelVersion> counts)
            throws TrackingException, InterruptedException {
        return highest(
                model,
                runId == null ? "" : " and run_id = " + quoted(runId),
                runId == null ? "" : " and run '" + runId + "'",
                found -> runId == null || runId.equals(found.runId()),
                counts);
    }

    Optional<ModelVersion> highestOf(String model, String source, Predicate<ModelVersion> counts)
            throws TrackingException, InterruptedException {
        return highest(
                model,
                " and source_path = " + quoted(source),
                " and source " + source,
                found -> source.equals(found.source()),
                counts);
    }

    /**
     * All versions in a stage. MLflow's answer about a stage has only the newest of it, and its search does not filter by stage,
     * so this reads every version of the model.
     */
    List<ModelVersion> allInStage(String model, String stage) throws TrackingException, InterruptedException {
        List<ModelVersion> found = new ArrayList<>();
        highest(model, "", "", version -> true, version -> {
            if (stage.equalsIgnoreCase(version.stage())) {
                found.add(version);
            }
            return false;
        });
        return found;
    }

    /**
     * @param fits what every version of the answer must be
     * @param counts which of them are wanted
     */
    private Optional<ModelVersion> highest(
            String model,
            String condition,
            String inWords,
            Predicate<ModelVersion> fits,
            Predicate<ModelVersion> counts)
            throws TrackingException, InterruptedException {
        String filter = "name = " + quoted(model) + condition;
        String subject = "versions of model '" + model + "'" + inWords;
        PageTokens tokens = new PageTokens(MOST_PAGES, "The search for the " + subject + " did not end after " + MOST_PAGES
                + " pages. Give the candidate's version or run.");
        ModelVersion highest = null;
        ParsedResponse<ModelRegistry.SearchModelVersions.Response.Builder> reading;
        do {
            boolean first = tokens.next().isEmpty();
            reading = search(transport, filter, subject, PAGE, tokens.next());
            List<ModelVersion> versions = VersionReader.readAll(reading, model);
            boolean ordered = true;
            ModelVersion previous = null;
            for (ModelVersion found : versions) {
                reading.require(
                        fits.test(found),
                        "with version " + found.version() + " of the run '" + found.runId() + "'");
                ordered &= previous == null || number(reading, previous) > number(reading, found);
                if (counts.test(found)) {
                    highest = higher(reading, highest, found);
                }
                previous = found;
            }
            if (first && ordered && versions.size() > 1 && highest != null) {
                break;
            }
        } while (tokens.follow(reading, reading.message().getNextPageToken()));
        return Optional.ofNullable(highest);
    }

    /** The server filters, but each version is looked at: one that ignores the filter must not be believed. */
    int withTag(String model, String tag, int enough) throws TrackingException, InterruptedException {
        String filter = "name = " + quoted(model) + " and tags.`" + tag + "` != ''";
        String subject = "versions of model '" + model + "' with tag '" + tag + "'";
        PageTokens tokens =
                new PageTokens(MOST_PAGES, "The search for the " + subject + " did not end after " + MOST_PAGES + " pages.");
        Set<String> tagged = new HashSet<>();
        ParsedResponse<ModelRegistry.SearchModelVersions.Response.Builder> reading;
        do {
            reading = search(transport, filter, subject, PAGE, tokens.next());
            for (ModelVersion found : VersionReader.readAll(reading, model)) {
                if (!found.tags().getOrDefault(tag, "").isEmpty()) {
                    tagged.add(found.version());
                }
            }
        } while (tagged.size() < enough && tokens.follow(reading, reading.message().getNextPageToken()));
        return Math.min(tagged.size(), enough);
    }

    /** One page of versions, asked for with the highest number first. */
    static ParsedResponse<ModelRegistry.SearchModelVersions.Response.Builder> search(
            HttpTransport transport, String filter, String subject, int size, String token)
            throws TrackingException, InterruptedException {
        ApiRequest request = ApiRequest.get(
                "model-versions/search",
                subject,
                "filter",
                filter,
                "order_by",
                "version_number DESC",
                "max_results",
                String.valueOf(size));
        return transport.begin().ask(request.page(token), ModelRegistry.SearchModelVersions.Response.newBuilder());
    }

    static String quoted(String text) throws TrackingException {
        if (text.indexOf('\'') < 0) {
            return "'" + text + "'";
        }
        if (text.indexOf('"') < 0) {
            return "\"" + text + "\"";
        }
        throw TrackingException.permanent(
                ErrorCategory.CONFIGURATION,
                "MLflow cannot search for the name " + text
                        + ", which holds both kinds of quotes. Give the candidate's version.");
    }

    private static ModelVersion higher(ParsedResponse<?> reading, ModelVersion one, ModelVersion other)
            throws TrackingException {
        long number = number(reading, other);
        return one == null || number > number(reading, one) ? other : one;
    }

    private static long number(ParsedResponse<?> reading, ModelVersion version) throws TrackingException {
        try {
            return Long.parseLong(version.version());
        } catch (NumberFormatException e) {
            throw reading.contradiction("with the version '" + version.version() + "', which is not a number");
        }
    }
}
