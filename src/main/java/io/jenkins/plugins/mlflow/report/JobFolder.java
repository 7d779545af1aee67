package io.jenkins.plugins.mlflow.report;

import hudson.model.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * A folder in the directory of a job that gives the job a page. Jenkins asks for the pages of every job that it lists, so the disk is
 * asked once for each job that is loaded, and {@link #create} notes what is created later.
 */
public final class JobFolder {
    private final String name;
    private final Map<Job<?, ?>, Boolean> known = Collections.synchronizedMap(new WeakHashMap<>());

    public JobFolder(String name) {
        this.name = name;
    }

    public Path path(Job<?, ?> job) {
        return job.getRootDir().toPath().resolve(name);
    }

    public boolean existsFor(Job<?, ?> job) {
        Boolean exists = known.get(job);
        if (exists != null) {
            return exists;
        }
        // Without the lock of the map, because a disk may be slow. A folder that is created at the same time counts.
        boolean found = Files.isDirectory(path(job));
        Boolean created = known.putIfAbsent(job, found);
        return created == null ? found : created;
    }

    public void create(Job<?, ?> job) throws IOException {
        if (!existsFor(job)) {
            Files.createDirectories(path(job));
            known.put(job, true);
        }
    }
}
