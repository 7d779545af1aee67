package io.jenkins.plugins.mlflow.policy;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads {@code promote}: what moves to the candidate's version after a pass. */
final class PromotionParser {
    static final List<String> KEYS = List.of(
            "alias",
            "stage",
            "archive_existing",
            "artifact_path",
            "timeout",
            "approval",
            "approval_timeout",
            "approvers");
    static final Map<String, String> STAGES =
            Keywords.of(new String[] {"Staging", "Production", "Archived", "None"}, Function.identity());

    /** What would end or escape the path within {@code runs:/<run id>/<artifact path>}. */
    private static final Pattern NOT_IN_A_PATH = Pattern.compile("[\\\\%?#\\p{Cc}]");

    private final PolicyProblems problems;
    private final boolean complete;

    PromotionParser(PolicyProblems problems, boolean complete) {
        this.problems = problems;
        this.complete = complete;
    }

    /** The promotion, or null for none. */
    PromotionPolicy parse(PolicyNode node) {
        if (node instanceof PolicyNode.Scalar scalar) {
            return scalar.quoted() || !scalar.text().equals("false") ? ofAlias(scalar) : null;
        }
        MappingReader fields = MappingReader.of(node, problems, KEYS);
        if (fields == null) {
            return null;
        }
        if (complete && !fields.has("alias") && !fields.has("stage")) {
            problems.add(
                    fields.place(),
                    "there is neither `alias` nor `stage`; write what to move, for example "
                            + "`alias: champion`, or `promote: false`");
        }
        String alias = fields.alias("alias");
        String stage = fields.choice("stage", STAGES);
        boolean archive = fields.flag("archive_existing").orElse(true);
        String path = artifactPath(fields);
        Duration timeout = fields.duration("timeout", false);
        ApprovalPolicy approval = approval(fields);
        return new PromotionPolicy(
                alias,
                stage,
                archive,
                path,
                timeout == null ? PromotionPolicy.DEFAULT_TIMEOUT : timeout,
                approval,
                approvers(fields, approval));
    }

    private List<String> approvers(MappingReader fields, ApprovalPolicy approval) {
        List<String> names = fields.texts("approvers", "a list of users and groups, for example [ml-leads]");
        if (complete && fields.has("approvers") && approval.isNever()) {
            problems.add(
                    fields.place("approvers"),
                    "`approvers` count only with an `approval` other than never; "
                            + "add for example `approval: always`, or remove this"
                            + fields.ofDefaults("approvers", "approval"));
        }
        return names;
    }

    private ApprovalPolicy approval(MappingReader fields) {
        Duration given = fields.duration("approval_timeout", false);
        Duration timeout = given == null ? ApprovalPolicy.DEFAULT_TIMEOUT : given;
        if (!fields.has("approval")) {
            return ApprovalPolicy.NEVER;
        }
        PolicyNode node = fields.get("approval");
        if (node instanceof PolicyNode.Scalar scalar) {
            switch (scalar.text()) {
                case "never":
                    return ApprovalPolicy.NEVER;
                case "first":
                    return new ApprovalPolicy(1, timeout);
                case "always":
                    return ApprovalPolicy.always(timeout);
                default:
                    break;
            }
        } else if (node instanceof PolicyNode.Mapping) {
            return new ApprovalPolicy(first(MappingReader.of(node, problems, List.of("first"))), timeout);
        }
        problems.add(node.place(), "found " + node.found() + "; write never, first, always or {first: 3}");
        return ApprovalPolicy.NEVER;
    }

    private int first(MappingReader fields) {
        if (!fields.has("first") && !fields.hasUnknownKeys()) {
            problems.add(
                    fields.place(),
                    "there is no `first`; write how many promotions a user must approve, a" + " whole number from 1 to "
                            + ApprovalPolicy.MOST + ", for example {first: 3}");
        }
        Long first = fields.wholeNumber("first", 1, ApprovalPolicy.MOST);
        return first == null ? 1 : first.intValue();
    }

    private PromotionPolicy ofAlias(PolicyNode.Scalar scalar) {
        if (!scalar.quoted() && (scalar.isNothing() || ScalarParser.isBooleanLike(scalar.text()))) {
            problems.add(
                    scalar.place(),
                    "found " + scalar.found()
                            + "; write the alias to move, for example `champion`, a mapping with alias or stage, or false");
            return null;
        }
        if (AliasNames.isSwitch(scalar.text())) {
            problems.add(
                    scalar.place(),
                    AliasNames.problemWith(scalar.text()) + "; to promote nothing, write false without quotes");
            return null;
        }
        String alias = MappingReader.alias(scalar, problems);
        return new PromotionPolicy(alias, null, true, null, PromotionPolicy.DEFAULT_TIMEOUT);
    }

    private String artifactPath(MappingReader fields) {
        String path = fields.text("artifact_path");
        if (path == null) {
            return null;
        }
        boolean steps = Arrays.stream(path.split("/", -1))
                .anyMatch(part -> part.isBlank() || part.equals(".") || part.equals(".."));
        if (steps || NOT_IN_A_PATH.matcher(path).find()) {
            problems.add(
                    fields.place("artifact_path"),
                    "`" + DisplayText.abbreviated(path) + "` is not a path among the "
                            + "run's artifacts; write a relative one without `.`, `..`, `\\`, `%`, `?` and `#`, for example `model`");
            return null;
        }
        return path;
    }
}
