package io.jenkins.plugins.mlflow.config;

import hudson.Extension;
import hudson.model.Describable;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jenkins.model.Jenkins;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/**
 * Which jobs may promote on a server, so that builds of pull requests, whose pipeline and policy anybody may have written,
 * only judge. The property is spelt as it is in configuration as code: {@code promotion: {allowed_jobs: "ml/*}{@code /main"}}.
 */
public final class PromotionRights implements Describable<PromotionRights> {
    private static final String ANY = "**";
    private static final int LONGEST = 10_000;
    private static final Pattern SEPARATOR = Pattern.compile("[,\\r\\n]+");

    /** What Jenkins allows in no name of a job, but somebody may take for a pattern. */
    private static final Pattern NEVER_IN_A_NAME = Pattern.compile("[?\\\\\\[\\]!@#$^&|<>:;\\p{Cc}]");

    private final String allowed_jobs;

    /**
     * @param allowed_jobs patterns of full names of jobs, separated by commas or line breaks; blank for all jobs. {@code *} is
     *     any text within a segment, {@code **} as a segment of its own any number of segments
     * @throws IllegalArgumentException if a pattern could not match as it seems to be meant
     */
    @DataBoundConstructor
    public PromotionRights(String allowed_jobs) {
        this.allowed_jobs = allowed_jobs == null ? "" : allowed_jobs.strip().replace("\r\n", "\n");
        patterns(this.allowed_jobs);
    }

    /** As they were given. */
    public String getAllowed_jobs() {
        return allowed_jobs;
    }

    boolean isForAll() {
        return allowed_jobs != null && allowed_jobs.isEmpty();
    }

    /** Whether builds of the job of this full name may promote. What a file edited by hand spoilt allows nothing. */
    boolean isFor(String job) {
        if (isForAll()) {
            return true;
        }
        try {
            List<String> name = segments(job);
            return allowed_jobs != null && patterns(allowed_jobs).stream().anyMatch(pattern -> matches(pattern, name));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean matches(List<String> pattern, List<String> name) {
        if (pattern.isEmpty()) {
            return name.isEmpty();
        }
        List<String> rest = pattern.subList(1, pattern.size());
        if (pattern.get(0).equals(ANY)) {
            return matches(rest, name) || !name.isEmpty() && matches(pattern, name.subList(1, name.size()));
        }
        return !name.isEmpty()
                && segment(pattern.get(0)).matcher(name.get(0)).matches()
                && matches(rest, name.subList(1, name.size()));
    }

    private static Pattern segment(String pattern) {
        return Pattern.compile(Arrays.stream(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
    }

    private static List<List<String>> patterns(String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException("The allowed jobs have more than " + LONGEST + " characters.");
        }
        List<List<String>> patterns = SEPARATOR.splitAsStream(text)
                .map(String::strip)
                .filter(pattern -> !pattern.isEmpty())
                .map(PromotionRights::pattern)
                .toList();
        if (patterns.isEmpty() && !text.isEmpty()) {
            throw new IllegalArgumentException("The allowed jobs hold no pattern. Leave them empty for all jobs.");
        }
        return patterns;
    }

    private static List<String> pattern(String pattern) {
        List<String> segments = segments(pattern);
        boolean glued = segments.stream().anyMatch(segment -> segment.contains(ANY) && !segment.equals(ANY));
        boolean empty = segments.stream().anyMatch(segment -> segment.isBlank() || segment.equals(".") || segment.equals(".."));
        if (glued || empty || NEVER_IN_A_NAME.matcher(pattern).find()) {
            throw new IllegalArgumentException("The pattern '" + pattern.replaceAll("\\p{Cc}", " ")
                    + "' of the allowed jobs matches no full name of a job. Write names separated by /, for example"
                    + " ml/*/main; * is any text within one name, and ** in the place of a name any number of names.");
        }
        return segments;
    }

    private static List<String> segments(String name) {
        return List.of(name.split("/", -1));
    }

    /** The form, within that of a server. */
    @Extension
    public static final class DescriptorImpl extends Descriptor<PromotionRights> {

        @Override
        public String getDisplayName() {
            return Messages.PromotionRights_displayName();
        }

        @POST
        public FormValidation doCheckAllowed_jobs(@QueryParameter String value) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            try {
                new PromotionRights(value);
                return FormValidation.ok();
            } catch (IllegalArgumentException e) {
                return FormValidation.error(e.getMessage());
            }
        }
    }
}
