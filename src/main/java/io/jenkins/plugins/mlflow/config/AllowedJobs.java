package io.jenkins.plugins.mlflow.config;

import hudson.model.Item;
import hudson.model.ItemGroup;
import hudson.model.Job;
import hudson.util.FormValidation;
import java.util.List;
import jenkins.model.Jenkins;

/** A list of jobs in a form: patterns of their full names. See {@link JobPatterns}. */
final class AllowedJobs {
    private static final int MOST_SHOWN = 5;

    private AllowedJobs() {}

    /**
     * The list as it is kept.
     *
     * @throws IllegalArgumentException if a pattern could not match as it seems to be meant
     */
    static String checked(String patterns) {
        String given = patterns == null ? "" : patterns.strip().replace("\r\n", "\n");
        JobPatterns.parse(given);
        return given;
    }

    /** Whether the list names no jobs, and so allows all. */
    static boolean isEmpty(String patterns) {
        return patterns != null && patterns.isEmpty();
    }

    /** Whether the list allows the job. A list that cannot be read, in a file edited by hand, allows none. */
    static boolean allow(String patterns, String job) {
        try {
            return isEmpty(patterns)
                    || patterns != null && JobPatterns.parse(patterns).match(job);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** What is wrong with a list, among the jobs that the user may see; see {@link FormAccess#folder}. */
    static FormValidation check(String value, Item item) {
        FormAccess.check(item);
        try {
            List<String> without = JobPatterns.parse(checked(value)).withoutMatch(jobs(FormAccess.folder(item)));
            return without.isEmpty() ? FormValidation.ok() : FormValidation.warning(warning(without));
        } catch (IllegalArgumentException e) {
            return FormValidation.error(e.getMessage());
        }
    }

    private static List<String> jobs(ItemGroup<?> folder) {
        ItemGroup<?> where = folder == null ? Jenkins.get() : folder;
        return where.getAllItems(Job.class).stream().map(Item::getFullName).toList();
    }

    private static String warning(List<String> patterns) {
        String first = String.join(", ", patterns.subList(0, Math.min(MOST_SHOWN, patterns.size())));
        return Messages.AllowedJobs_noSuchJob(patterns.size() <= MOST_SHOWN ? first : first + ", …");
    }
}
