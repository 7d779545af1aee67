package io.jenkins.plugins.mlflow.policy;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A whole policy file that was read and found right, all of its models included. What it requires of one model is resolved by
 * {@link PolicyReader}.
 */
public final class PolicyDocument {
    /** The largest policy file, in bytes of UTF-8. */
    public static final int MAX_BYTES = 1024 * 1024;

    static final List<String> KEYS = List.of("version", "defaults", "models");
    /** A key of a model or the defaults that no rule depends on: only a stored policy may have it. */
    static final String LOCKED = "locked";

    private static final int LONGEST_NAME = 256;

    private final String origin;
    private final PolicyNode.Mapping written;
    private final Map<String, PolicyNode.Mapping> models;
    private final Set<String> locked;

    private PolicyDocument(
            String origin, PolicyNode.Mapping written, Map<String, PolicyNode.Mapping> models, Set<String> locked) {
        this.origin = origin;
        this.written = written;
        this.models = Collections.unmodifiableMap(models);
        this.locked = Set.copyOf(locked);
    }

    /**
     * Reads the policy that an administrator stored: a file of which every model must be complete in itself, and may be locked
     * with {@code locked: true}.
     */
    public static PolicyDocument readStored(String origin, String yaml) throws PolicyException {
        return read(origin, yaml, null, true);
    }

    /** Reads a file of which every model must be complete in itself. */
    public static PolicyDocument read(String origin, String yaml) throws PolicyException {
        return read(origin, yaml, null);
    }

    /** Reads a file of which every model must be complete in itself; it must be UTF-8, with or without a byte order mark. */
    public static PolicyDocument read(String origin, byte[] yaml) throws PolicyException {
        return read(origin, yaml, null);
    }

    /** The same as {@link #read(String, String, String)}; the bytes must be UTF-8, with or without a byte order mark. */
    public static PolicyDocument read(String origin, byte[] yaml, String resolvedLater) throws PolicyException {
        checkSize(origin, yaml.length);
        return read(origin, decoded(origin, yaml), resolvedLater);
    }

    /**
     * Reads a file.
     *
     * @param origin the file as the user gave it, for messages
     * @param resolvedLater the model that {@link PolicyReader#resolve} will be called for: parameters may still give what
     *     it lacks, so that only what it holds is checked here; or null
     * @throws PolicyException with all problems of the file
     */
    public static PolicyDocument read(String origin, String yaml, String resolvedLater) throws PolicyException {
        return read(origin, yaml, resolvedLater, false);
    }

    private static PolicyDocument read(String origin, String yaml, String resolvedLater, boolean stored)
            throws PolicyException {
        checkSize(origin, yaml.length());
        checkSize(origin, yaml.getBytes(StandardCharsets.UTF_8).length);
        PolicyProblems problems = new PolicyProblems();
        String text = yaml.startsWith("\uFEFF") ? yaml.substring(1) : yaml;
        PolicyNode tree = PolicyYaml.read(origin, text, problems);
        PolicyDocument document = document(origin, tree, resolvedLater, stored, problems);
        problems.throwIfAny();
        return document;
    }

    /**
     * Refuses a file that is too large, before it is read into memory.
     *
     * @throws PolicyException if there are more than {@link #MAX_BYTES}
     */
    public static void checkSize(String origin, long bytes) throws PolicyException {
        if (bytes > MAX_BYTES) {
            throw new PolicyException(List.of(new PolicyException.Problem(
                    origin, 0, 0, "the file has " + bytes + " bytes; a policy has at most " + MAX_BYTES + " (1 MiB)")));
        }
    }

    /** The file as the user gave it. */
    public String origin() {
        return origin;
    }

    /** The names of the models, in the order of the file. */
    public Set<String> models() {
        return models.keySet();
    }

    public boolean hasModel(String model) {
        return models.containsKey(model);
    }

    /** Whether pipelines may only tighten what this document requires of the model. */
    public boolean isLocked(String model) {
        return locked.contains(model);
    }

    PolicyNode.Mapping model(String model) throws PolicyException {
        PolicyNode.Mapping found = models.get(model);
        if (found == null) {
            String nearest = Suggestions.nearest(model, models());
            throw new PolicyProblems()
                    .fatal(
                            written.get("models").place(),
                            "there is no policy for the model `" + DisplayText.abbreviated(model) + "`; "
                                    + (nearest == null
                                            ? ""
                                            : "did you mean `" + DisplayText.abbreviated(nearest) + "`? ")
                                    + "The models here: " + Suggestions.list(models()));
        }
        return found;
    }

    private static String decoded(String origin, byte[] yaml) throws PolicyException {
        ByteBuffer bytes = ByteBuffer.wrap(yaml);
        CharBuffer text = CharBuffer.allocate(yaml.length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(bytes, text, true);
        text.flip();
        if (result.isError()) {
            String[] lines = text.toString().split("\r\n|\r|\n", -1);
            String last = lines[lines.length - 1];
            throw new PolicyProblems()
                    .fatal(
                            PolicyNode.Place.root(origin, lines.length, last.codePointCount(0, last.length()) + 1),
                            "the file is not UTF-8: the byte 0x" + String.format("%02X", yaml[bytes.position()])
                                    + " is out of place; save the file as UTF-8");
        }
        return text.toString();
    }

    private static PolicyDocument document(
            String origin, PolicyNode tree, String resolvedLater, boolean stored, PolicyProblems problems) {
        MappingReader fields = MappingReader.of(tree, problems, KEYS);
        if (fields == null) {
            return null;
        }
        checkVersion(fields, problems);
        PolicyNode.Mapping defaults = PolicyNode.Mapping.empty(fields.place());
        if (fields.has("defaults")) {
            defaults = fields.get("defaults") instanceof PolicyNode.Mapping mapping ? mapping : defaults;
            ModelParser.check(
                    fields.get("defaults") instanceof PolicyNode.Mapping
                            ? defaults.without(LOCKED)
                            : fields.get("defaults"),
                    problems);
            isLocked(defaults, stored, problems);
        }
        Map<String, PolicyNode.Mapping> models = models(fields, defaults, problems);
        Set<String> locked = new HashSet<>();
        models.replaceAll((name, model) -> {
            if (isLocked(model, stored, problems)) {
                locked.add(name);
            }
            return model.without(LOCKED);
        });
        checkModels(models, resolvedLater, problems);
        return new PolicyDocument(origin, (PolicyNode.Mapping) tree, models, locked);
    }

    private static boolean isLocked(PolicyNode.Mapping part, boolean stored, PolicyProblems problems) {
        PolicyNode.Entry lock = part.entries().get(LOCKED);
        if (lock == null) {
            return false;
        }
        if (!stored) {
            problems.add(
                    lock.key().place(),
                    "only the stored policy can be locked, by the administrator in the global"
                            + " configuration of Jenkins; remove this key");
            return false;
        }
        return MappingReader.of(new PolicyNode.Mapping(part.place(), Map.of(LOCKED, lock)), problems, List.of(LOCKED))
                .flag(LOCKED)
                .orElse(false);
    }

    private static void checkVersion(MappingReader fields, PolicyProblems problems) {
        if (!fields.has("version")) {
            problems.add(fields.place(), "there is no `version`; write `version: 1`");
        } else if (!(fields.get("version") instanceof PolicyNode.Scalar version)
                || version.quoted()
                || !version.text().equals("1")) {
            problems.add(
                    fields.place("version"),
                    "found the version " + fields.get("version").found() + "; this product reads `version: 1`");
        }
    }

    private static Map<String, PolicyNode.Mapping> models(
            MappingReader fields, PolicyNode.Mapping defaults, PolicyProblems problems) {
        Map<String, PolicyNode.Mapping> models = new LinkedHashMap<>();
        if (!fields.has("models")) {
            problems.add(fields.place(), "there are no `models`; write the policy of at least one");
            return models;
        }
        PolicyNode.Mapping written = MappingReader.mapping(
                fields.get("models"), problems, "a mapping from names of models to their policies");
        if (written == null) {
            return models;
        }
        if (written.entries().isEmpty()) {
            problems.add(written.place(), "there are no models; write the policy of at least one");
        }
        for (PolicyNode.Entry entry : written.entries().values()) {
            checkName(entry.key(), problems);
            PolicyNode.Mapping model = MappingReader.mapping(
                    entry.value(),
                    problems,
                    "a mapping with the keys " + Suggestions.list(ModelParser.KEYS)
                            + ", or {} if the defaults say it all");
            if (model != null) {
                models.put(entry.key().text(), model.over(defaults));
            }
        }
        return models;
    }

    private static void checkName(PolicyNode.Scalar name, PolicyProblems problems) {
        if (name.text().isBlank() || name.text().chars().anyMatch(Character::isISOControl)) {
            problems.add(
                    name.place(),
                    "the name of the model is blank or holds a control character; " + "write its name in MLflow");
        } else if (name.text().length() > LONGEST_NAME) {
            problems.add(
                    name.place(),
                    "the name of the model has " + name.text().length() + " characters; MLflow allows at most "
                            + LONGEST_NAME);
        }
    }

    /** What is wrong in the defaults of some models but not of all, such as a rule without baseline, names the model. */
    private static void checkModels(
            Map<String, PolicyNode.Mapping> models, String resolvedLater, PolicyProblems problems) {
        Map<PolicyProblems.Found, List<String>> found = new LinkedHashMap<>();
        models.forEach((name, model) -> {
            PolicyProblems mine = new PolicyProblems();
            if (name.equals(resolvedLater)) {
                ModelParser.check(model, mine);
            } else {
                ModelParser.parse(model, false, "as thresholds of the step or command line", mine);
            }
            mine.found()
                    .forEach(problem -> found.computeIfAbsent(problem, key -> new ArrayList<>())
                            .add(name));
        });
        found.forEach((problem, names) -> {
            boolean ofDefaults = problem.place().isOfDefaults();
            boolean known = problems.found().contains(problem);
            if (!known) {
                problems.add(
                        problem.place(),
                        ofDefaults && names.size() < models.size()
                                ? problem.message() + " (found in the model " + Suggestions.list(names) + ")"
                                : problem.message());
            }
        });
    }
}
