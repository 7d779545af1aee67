package io.jenkins.plugins.mlflow.policy;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Turns YAML text into a tree of {@link PolicyNode}s. Only the library's composer is used, which never makes objects of
 * what a file names; what its constructor would guess about numbers and booleans is left to {@link ScalarParser}. Anchors
 * may be used, but what they expand to is bounded in size and depth.
 */
final class PolicyYaml {
    private static final int MOST_NODES = 100_000;
    private static final int DEEPEST = 50;
    private static final String TAG_REFUSED = "Global tag is not allowed:";
    private static final Resolver RESOLVER = new Resolver();

    private final String origin;
    private final PolicyProblems problems;
    private final Map<Node, Boolean> ancestors = new IdentityHashMap<>();
    private TagFinder tags;
    private int nodes;

    private PolicyYaml(String origin, PolicyProblems problems) {
        this.origin = origin;
        this.problems = problems;
    }

    /** The only document of the text; what can be read in spite of a problem is read, the rest ends the reading. */
    static PolicyNode read(String origin, String text, PolicyProblems problems) throws PolicyException {
        return new PolicyYaml(origin, problems).document(text);
    }

    private PolicyNode document(String text) throws PolicyException {
        refuseUnprintable(text);
        StreamReader reader = new StreamReader(text);
        try {
            LoaderOptions options = options();
            tags = new TagFinder(new ParserImpl(reader, options));
            Composer composer = new Composer(tags, RESOLVER, options);
            PolicyNode.Place start = PolicyNode.Place.root(origin, 1, 1);
            if (!composer.checkNode()) {
                throw problems.fatal(start, "the file is empty; a policy starts with `version: 1` and `models:`");
            }
            PolicyNode tree = converted(composer.getNode(), null, "");
            if (tree instanceof PolicyNode.Scalar scalar && scalar.isNothing()) {
                throw problems.fatal(start, "the document is empty; a policy starts with `version: 1` and `models:`");
            }
            if (composer.checkNode()) {
                throw problems.fatal(
                        place(composer.getNode().getStartMark(), null, ""),
                        "a second YAML document starts before this; a policy file has one: remove the `---`");
            }
            return tree;
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark() != null ? e.getProblemMark() : e.getContextMark();
            PolicyNode.Place place = mark == null ? PolicyNode.Place.root(origin, 0, 0) : place(mark, null, "");
            throw problems.fatal(place, explained(e));
        } catch (YAMLException | IllegalArgumentException e) {
            // The library refuses some tags, for example `!a%20`, without saying where; it has read a little further.
            throw problems.fatal(
                    place(reader.getMark(), null, ""),
                    "this is not valid YAML: " + DisplayText.abbreviated(String.valueOf(e.getMessage())));
        }
    }

    private static LoaderOptions options() {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(PolicyDocument.MAX_BYTES + 1);
        options.setNestingDepthLimit(DEEPEST);
        options.setMaxAliasesForCollections(MOST_NODES);
        options.setMergeOnCompose(false);
        return options;
    }

    private static String explained(MarkedYAMLException e) {
        String what = DisplayText.abbreviated(String.valueOf(e.getProblem()));
        if (what.startsWith(TAG_REFUSED)) {
            return unsupported(new Tag(what.substring(TAG_REFUSED.length()).strip()));
        }
        String message = "this is not valid YAML: "
                + (e.getContext() == null ? "" : DisplayText.abbreviated(e.getContext()) + ", ") + what;
        if (message.contains("block scalar")) {
            return message + "; put a comparison in quotes, for example \">= 0.88\"";
        }
        if (message.contains("TAB")) {
            return message + "; indent with blanks";
        }
        return message;
    }

    private void refuseUnprintable(String text) throws PolicyException {
        int line = 1;
        int column = 1;
        for (int i = 0; i < text.length(); ) {
            int character = text.codePointAt(i);
            if (!StreamReader.isPrintable(character)) {
                throw problems.fatal(
                        PolicyNode.Place.root(origin, line, column),
                        String.format("the character U+%04X is not allowed in YAML; remove it", character));
            }
            i += Character.charCount(character);
            boolean breaks = character == '\n' || character == '\r' && (i == text.length() || text.charAt(i) != '\n');
            line += breaks ? 1 : 0;
            column = breaks ? 1 : column + 1;
        }
    }

    private PolicyNode converted(Node node, PolicyNode.Place parent, String name) throws PolicyException {
        PolicyNode.Place place = place(node.getStartMark(), parent, name);
        if (++nodes > MOST_NODES) {
            throw problems.fatal(place, "the aliases expand to more than " + MOST_NODES + " nodes; use fewer of them");
        }
        if (ancestors.size() >= DEEPEST) {
            throw problems.fatal(
                    place, "this is nested more than " + DEEPEST + " levels deep; a policy has at most six");
        }
        if (ancestors.put(node, true) != null) {
            throw problems.fatal(place, "this contains itself through an alias; write it out");
        }
        try {
            refuseTag(node, place);
            if (node instanceof MappingNode mapping) {
                return mapping(mapping, place);
            }
            if (node instanceof SequenceNode sequence) {
                List<PolicyNode> items = new ArrayList<>();
                for (Node item : sequence.getValue()) {
                    items.add(converted(item, place, String.valueOf(items.size())));
                }
                return new PolicyNode.Sequence(place, items);
            }
            ScalarNode scalar = (ScalarNode) node;
            return new PolicyNode.Scalar(place, scalar.getValue(), !scalar.isPlain());
        } finally {
            ancestors.remove(node);
        }
    }

    private PolicyNode.Mapping mapping(MappingNode mapping, PolicyNode.Place place) throws PolicyException {
        Map<String, PolicyNode.Entry> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            PolicyNode.Scalar key = key(tuple.getKeyNode(), place);
            if (key == null) {
                continue;
            }
            PolicyNode value = converted(tuple.getValueNode(), place, key.text());
            PolicyNode.Entry first = entries.putIfAbsent(key.text(), new PolicyNode.Entry(key, value));
            if (first != null) {
                PolicyNode.Place before = first.key().place();
                problems.add(
                        key.place(),
                        "this key is already on line " + before.line() + ", column " + before.column()
                                + "; keep one of the two");
            }
        }
        return new PolicyNode.Mapping(place, entries);
    }

    private PolicyNode.Scalar key(Node node, PolicyNode.Place parent) {
        PolicyNode.Place place = place(node.getStartMark(), parent, "");
        if (!(node instanceof ScalarNode scalar)) {
            problems.add(parentOf(place), "a key is a mapping or a list; keys must be strings");
            return null;
        }
        String text = scalar.getValue();
        if (Tag.MERGE.equals(scalar.getTag())) {
            problems.add(
                    parentOf(place),
                    "merge keys (`<<`) are not supported; what several models share "
                            + "belongs into `defaults`, or is written out");
            return null;
        }
        if (scalar.isPlain() && ScalarParser.needsQuotes(text)) {
            String shown = DisplayText.abbreviated(text);
            problems.add(
                    parentOf(place),
                    "the key `" + shown + "` may be parsed as a non-string by other YAML parsers; put it in quotes: \""
                            + shown + "\"");
            return null;
        }
        PolicyNode.Place named = new PolicyNode.Place(origin, place.line(), place.column(), parent, text);
        refuseTag(node, named);
        return new PolicyNode.Scalar(named, text, true);
    }

    /** The position of a key that has no name, under the path of the mapping around it. */
    private static PolicyNode.Place parentOf(PolicyNode.Place key) {
        PolicyNode.Place around = key.parent();
        return new PolicyNode.Place(key.where(), key.line(), key.column(), around.parent(), around.name());
    }

    private void refuseTag(Node node, PolicyNode.Place place) {
        if (tags.isTagged(node)) {
            problems.add(place, unsupported(node.getTag()));
        }
    }

    private static String unsupported(Tag tag) {
        return "the tag `" + DisplayText.abbreviated(tag.getValue().replace(Tag.PREFIX, "!!"))
                + "` is not supported; remove it, and put strings in quotes";
    }

    private PolicyNode.Place place(Mark mark, PolicyNode.Place parent, String name) {
        return new PolicyNode.Place(origin, mark.getLine() + 1, mark.getColumn() + 1, parent, name);
    }
}
