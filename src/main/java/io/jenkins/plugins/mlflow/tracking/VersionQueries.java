package io.jenkins.plugins.mlflow.tracking;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the model registry. "There is none" is only believed in MLflow's own words; an unknown workspace, for example,
 * has the same error code as an unknown model.
 */
final class VersionQueries {
    private static final int PAGE = 100;
    private static final int MOST_PAGES = 100;
    /** Of a message in which MLflow says that there is no such alias or model; longer ones are not MLflow's. */
    private static final int LONGEST_REFUSAL = 10_000;

    private static final Pattern ALIAS = Pattern.compile("\\balias\\b");
    private static final Pattern ABSENT = Pattern.compile("not found|does not exist");
    private static final Pattern NO_MODEL =
            Pattern.compile("(?is)registered[ _-]?model\\b.*(not found|does not exist|not exist).*");

    private final HttpTransport transport;

    VersionQueries(HttpTransport transport) {
        this.transport = transport;
    }

    ModelVersion version(String model, String version) throws TrackingException, InterruptedException {
        ApiRequest request = ApiRequest.get(
                "model-versions/get",
                "version " + version + " of model '" + model + "'",
                "name",
                model,
                "version",
                version);
        JsonObject response = transport.begin().ask(request);
        ModelVersion found = VersionReader.readBody(response, model);
        response.require(found.version().equals(version), "with version " + found.version() + " instead");
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
        JsonObject response = transport.begin().ask(request);
        String files = response.text("artifact_uri");
        response.require(files != null, "without the address of the files");
        return ModelSource.parse(files);
    }

    Optional<ModelVersion> byAlias(String model, String alias) throws TrackingException, InterruptedException {
        ApiRequest request = ApiRequest.get(
                "registered-models/alias",
                "alias '" + alias + "' of model '" + model + "'",
                "name",
                model,
                "alias",
                alias);
        HttpResult result = transport.begin().send(request);
        if (isUnknownModel(result) || isUnknownAlias(result, alias)) {
            return Optional.empty();
        }
        transport.errors().check(request, result);
        return Optional.of(VersionReader.readBody(JsonObject.parse(request, result, transport.errors()), model));
    }

    /** 2.x responds 400 INVALID_PARAMETER_VALUE even where the model is missing; other 400s have other words. */
    private static boolean isUnknownAlias(HttpResult result, String alias) {
        boolean isOfKind = isAbsence(result)
                || result.status() == 400 && result.errorCode().equals("INVALID_PARAMETER_VALUE");
        return isOfKind && saysUnknown(result.errorMessage(), alias);
    }

    /** Whether the word, the alias and its absence follow one another. One after the other, since backtracking would take hours. */
    private static boolean saysUnknown(String message, String alias) {
        if (message.length() > LONGEST_REFUSAL) {
            return false;
        }
        String text = message.toLowerCase(Locale.ROOT);
        String name = alias.toLowerCase(Locale.ROOT);
        Matcher word = ALIAS.matcher(text);
        int at = word.find() ? text.indexOf(name, word.end()) : -1;
        return at >= 0 && ABSENT.matcher(text).find(at + name.length());
    }

    private static boolean isUnknownModel(HttpResult result) {
        return isAbsence(result) && NO_MODEL.matcher(result.errorMessage()).matches();
    }

    private static boolean isAbsence(HttpResult result) {
        return result.errorCode().equals("RESOURCE_DOES_NOT_EXIST")
                && (result.status() == 404 || result.status() == 400);
    }

    Optional<ModelVersion> inStage(String model, String stage) throws TrackingException, InterruptedException {
        ApiRequest request = ApiRequest.post(
                "registered-models/get-latest-versions",
                "stage " + stage + " of model '" + model + "'",
                ApiRequest.message("name", model, "stages", List.of(stage)));
        JsonObject response = transport.begin().ask(request);
        ModelVersion latest = null;
        for (JsonObject message : response.objects("model_versions")) {
            ModelVersion found = VersionReader.read(message, model);
            response.require(
                    stage.equalsIgnoreCase(found.stage()),
                    "with version " + found.version() + " in stage " + found.stage());
            latest = higher(response, latest, found);
        }
        return Optional.ofNullable(latest);
    }

    /** Empty only on MLflow's own response that there is no such model. */
    Optional<RegisteredModel> registeredModel(String model) throws TrackingException, InterruptedException {
        ApiRequest request = ApiRequest.get("registered-models/get", "model '" + model + "'", "name", model);
        HttpResult result = transport.begin().send(request);
        if (isUnknownModel(result)) {
            return Optional.empty();
        }
        transport.errors().check(request, result);
        JsonObject response = JsonObject.parse(request, result, transport.errors());
        JsonObject found = response.object("registered_model");
        response.require(found.text("name") != null, "without the registered model");
        response.require(model.equals(found.text("name")), "with the model '" + found.text("name") + "' instead");
        boolean prompt = false;
        for (JsonObject tag : found.objects("tags")) {
            prompt |= ModelVersion.PROMPT_TAG.equals(tag.text("key")) && "true".equalsIgnoreCase(tag.text("value"));
        }
        Map<String, String> aliases = new HashMap<>();
        for (JsonObject alias : found.objects("aliases")) {
            String version = alias.id("version");
            aliases.put(alias.textOrEmpty("alias"), version == null ? "" : version);
        }
        ModelVersion highest = null;
        for (JsonObject message : found.objects("latest_versions")) {
            highest = higher(response, highest, VersionReader.read(message, model));
        }
        return Optional.of(new RegisteredModel(
                model,
                prompt,
                found.instant("creation_timestamp"),
                aliases,
                highest == null ? null : number(response, highest)));
    }

    /** The versions that have the tag with this value now; databases that ignore case find others, too. */
    List<ModelVersion> withTagValue(String model, String tag, String value)
            throws TrackingException, InterruptedException {
        String condition = " = "
                + quoted(
                        value,
                        "MLflow cannot search for a tag's value that holds both kinds of quotes. Use another value.");
        return tagged(model, tag, condition, value::equals, Integer.MAX_VALUE);
    }

    /**
     * The first page would do if every server kept to the requested order. A page that is out of order, or too short to
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
     * All versions in a stage. MLflow's response about a stage has only the newest of it, and its search does not filter by stage,
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
     * @param fits what every version of the response must be
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
        PageTokens tokens = new PageTokens(
                MOST_PAGES,
                "The search for the " + subject + " did not end after " + MOST_PAGES
                        + " pages. Give the candidate's version or run.");
        ModelVersion highest = null;
        JsonObject response;
        do {
            boolean first = tokens.next().isEmpty();
            response = search(transport, filter, subject, PAGE, tokens.next());
            List<ModelVersion> versions = VersionReader.readAll(response, model);
            boolean ordered = true;
            ModelVersion previous = null;
            for (ModelVersion found : versions) {
                response.require(
                        fits.test(found), "with version " + found.version() + " of the run '" + found.runId() + "'");
                ordered &= previous == null || number(response, previous) > number(response, found);
                if (counts.test(found)) {
                    highest = higher(response, highest, found);
                }
                previous = found;
            }
            if (first && ordered && versions.size() > 1 && highest != null) {
                break;
            }
        } while (tokens.follow(response));
        return Optional.ofNullable(highest);
    }

    int withTag(String model, String tag, int enough) throws TrackingException, InterruptedException {
        long found = tagged(model, tag, " != ''", value -> value != null && !value.isEmpty(), enough).stream()
                .map(ModelVersion::version)
                .distinct()
                .count();
        return (int) Math.min(found, enough);
    }

    /**
     * The server filters, but each version is looked at: one that ignores the filter must not be believed.
     *
     * @param condition of the tag, as MLflow's filters have it
     * @param fits the same of the tag's value, which is null without the tag
     * @param enough after so many different versions, no further page is read
     */
    private List<ModelVersion> tagged(String model, String tag, String condition, Predicate<String> fits, int enough)
            throws TrackingException, InterruptedException {
        String filter = "name = " + quoted(model) + " and tags.`" + tag + "`" + condition;
        String subject = "versions of model '" + model + "' with tag '" + tag + "'";
        PageTokens tokens = new PageTokens(
                MOST_PAGES, "The search for the " + subject + " did not end after " + MOST_PAGES + " pages.");
        List<ModelVersion> tagged = new ArrayList<>();
        Set<String> different = new HashSet<>();
        JsonObject response;
        do {
            response = search(transport, filter, subject, PAGE, tokens.next());
            for (ModelVersion found : VersionReader.readAll(response, model)) {
                if (fits.test(found.tags().get(tag))) {
                    tagged.add(found);
                    different.add(found.version());
                }
            }
        } while (different.size() < enough && tokens.follow(response));
        return tagged;
    }

    /** One page of versions, asked for with the highest number first. */
    static JsonObject search(HttpTransport transport, String filter, String subject, int size, String token)
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
        return transport.begin().ask(request.page(token));
    }

    static String quoted(String text) throws TrackingException {
        return quoted(
                text,
                "MLflow cannot search for the name " + text
                        + ", which holds both kinds of quotes. Give the candidate's version.");
    }

    /** @param otherwise message of the error if the text holds both kinds of quotes, which no filter can write */
    static String quoted(String text, String otherwise) throws TrackingException {
        if (text.indexOf('\'') < 0) {
            return "'" + text + "'";
        }
        if (text.indexOf('"') < 0) {
            return "\"" + text + "\"";
        }
        throw TrackingException.permanent(ErrorCategory.CONFIGURATION, otherwise);
    }

    private static ModelVersion higher(JsonObject response, ModelVersion one, ModelVersion other)
            throws TrackingException {
        long number = number(response, other);
        return one == null || number > number(response, one) ? other : one;
    }

    private static long number(JsonObject response, ModelVersion version) throws TrackingException {
        try {
            return Long.parseLong(version.version());
        } catch (NumberFormatException e) {
            throw response.contradiction("with the version '" + version.version() + "', which is not a number");
        }
    }
}
