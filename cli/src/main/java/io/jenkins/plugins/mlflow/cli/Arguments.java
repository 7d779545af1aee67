package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.policy.Suggestions;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingOptionException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;

/** The arguments of one command as they were given. */
final class Arguments {
    private final CommandLine line;

    private Arguments(CommandLine line) {
        this.line = line;
    }

    /** An option with a value. */
    static Option option(String name, String value, String description) {
        return Option.builder()
                .longOpt(name)
                .hasArg()
                .argName(value)
                .desc(description)
                .get();
    }

    static Option required(Option option) {
        option.setRequired(true);
        return option;
    }

    /** An option that may be given several times, with a value each. */
    static Option repeatable(String name, String value, String description) {
        Option option = option(name, value, description);
        option.setType(List.class);
        return option;
    }

    static Option flag(String name, String description) {
        return Option.builder().longOpt(name).desc(description).get();
    }

    /** @throws ParseException with a message for the user */
    static Arguments read(Options options, boolean operands, String... words) throws ParseException {
        CommandLine line;
        try {
            // Neither abbreviations nor quotes are taken for something else than they are.
            line = DefaultParser.builder()
                    .setAllowPartialMatching(false)
                    .setStripLeadingAndTrailingQuotes(false)
                    .get()
                    .parse(options, words);
        } catch (UnrecognizedOptionException e) {
            String name = e.getOption().replaceFirst("=.*", "");
            throw new ParseException("unknown option `" + name + "`; "
                    + Suggestions.hint(name, names(options.getOptions()), "the options are"));
        } catch (MissingOptionException e) {
            throw new ParseException("--" + String.join(" and --", names(e.getMissingOptions())) + " is missing");
        }
        if (!operands && !line.getArgList().isEmpty()) {
            throw new ParseException("`" + line.getArgList().get(0) + "` belongs to no option");
        }
        for (Option option : line.getOptions()) {
            String[] values = line.getOptionValues(option);
            if (values != null && values.length > 1 && option.getType() != List.class) {
                throw new ParseException("--" + option.getLongOpt() + " is given more than once");
            }
        }
        return new Arguments(line);
    }

    private static List<String> names(Collection<?> options) {
        return options.stream()
                .map(option -> option instanceof Option one ? "--" + one.getLongOpt() : option.toString())
                .toList();
    }

    /** The value of an option, or null. */
    String text(String option) {
        return line.getOptionValue(option);
    }

    /** The same as a file. */
    Path path(String option) {
        String text = text(option);
        return text == null ? null : Path.of(text);
    }

    /** The values of an option that may be given several times, or null if it is not given at all. */
    List<String> texts(String option) {
        String[] values = line.getOptionValues(option);
        return values == null ? null : List.of(values);
    }

    boolean has(String option) {
        return line.hasOption(option);
    }

    List<String> operands() {
        return line.getArgList();
    }
}
